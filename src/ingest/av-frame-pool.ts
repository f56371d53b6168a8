import { type Frame as AvFrame, Rational } from 'node-av/lib';
import * as av from 'node-av/constants';
import { Frame, type FrameFormat } from '../core/frame.js';
import type { Micros } from '../core/time.js';
import { libavMatrix, libavRange } from './av-color.js';
import { allocateAvFrame, freeAvFrame } from './av-frame.js';

/** AVFrames kept for reuse; a pipeline holds about six at once. A 4K one takes 12 MB. */
const MAX_SPARE = 8;

/** Format of the frames of a decode session. */
export interface DecodedFormat extends FrameFormat {
  /** What the conversion to I420 did, one line each, for people. */
  readonly notices: readonly string[];
}

/** An I420 frame in libav's memory, before it becomes a {@link Frame}. Its holder releases it to the pool. */
export interface DecodedFrame {
  readonly avFrame: AvFrame;
  readonly format: DecodedFormat;
}

/** Times of a {@link Frame}. */
export interface FrameTimes {
  readonly pts: Micros;
  readonly duration: Micros;
  readonly capturedAt: Micros;
  readonly discontinuity: boolean;
}

/**
 * Pool of writable I420 frames. node-av 6.1 frees the buffers of an AVFrame only on `unref` or garbage collection, which
 * comes too late for megabytes per frame. Reused pages also cause no page faults.
 */
export class AvFramePool {
  readonly #spare: AvFrame[] = [];
  #acquiredCount = 0;
  #isOpen = true;

  /** Frames acquired and not released yet. */
  get acquiredCount(): number {
    return this.#acquiredCount;
  }

  /** A writable frame with undefined contents. The caller releases it or passes it on. */
  acquire(format: DecodedFormat): DecodedFrame {
    const { width, height, color, sampleAspect } = format;
    const avFrame = this.#reuse(width, height) ?? allocateI420(width, height);
    avFrame.colorSpace = libavMatrix(color.matrix);
    avFrame.colorRange = libavRange(color.range);
    avFrame.sampleAspectRatio = new Rational(...sampleAspect);
    // The encoder that used it last may have requested a keyframe and set its own pts.
    avFrame.pictType = av.AV_PICTURE_TYPE_NONE;
    avFrame.pts = av.AV_NOPTS_VALUE;
    this.#acquiredCount++;
    return { avFrame, format };
  }

  /** Takes back a frame from {@link acquire}. */
  release({ avFrame }: DecodedFrame): void {
    this.#acquiredCount--;
    if (this.#isOpen && this.#spare.length < MAX_SPARE) this.#spare.push(avFrame);
    else freeAvFrame(avFrame);
  }

  /** Takes a decoded frame and makes it a {@link Frame}, which releases it to this pool when it is closed. */
  toFrame(frame: DecodedFrame, times: FrameTimes): Frame {
    const { avFrame, format } = frame;
    const [y, u, v] = avFrame.data ?? [];
    if (!y || !u || !v) throw new TypeError('an I420 frame must have three planes');
    const [strideY = 0, strideU = 0, strideV = 0] = avFrame.linesize;
    const { width, height, color, sampleAspect } = format;
    return new Frame({
      ...{ width, height, color, sampleAspect },
      ...times,
      ...{ y, u, v },
      strides: [strideY, strideU, strideV],
      native: avFrame,
      release: () => this.release(frame),
      duplicate: () => this.toFrame(this.#copy(frame), times),
    });
  }

  /** Frees the spare frames; those still acquired are freed when they are released. Idempotent. */
  close(): void {
    this.#isOpen = false;
    for (const avFrame of this.#spare.splice(0)) freeAvFrame(avFrame);
  }

  #copy({ avFrame, format }: DecodedFrame): DecodedFrame {
    const copy = this.acquire(format);
    copy.avFrame.copy(avFrame);
    return copy;
  }

  #reuse(width: number, height: number): AvFrame | undefined {
    for (;;) {
      const avFrame = this.#spare.pop();
      if (!avFrame) return undefined;
      // An encoder that still reads the buffers makes them unwritable. Another size is from an earlier format.
      if (avFrame.width === width && avFrame.height === height && avFrame.isWritable) return avFrame;
      freeAvFrame(avFrame);
    }
  }
}

function allocateI420(width: number, height: number): AvFrame {
  const avFrame = allocateAvFrame();
  avFrame.width = width;
  avFrame.height = height;
  avFrame.format = av.AV_PIX_FMT_YUV420P;
  const code = avFrame.getBuffer(0);
  if (code < 0) throw new RangeError(`no memory for a frame of ${width}x${height}`);
  return avFrame;
}
