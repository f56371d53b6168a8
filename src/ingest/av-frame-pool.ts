import { Frame as AvFrame, Rational } from 'node-av/lib';
import * as av from 'node-av/constants';
import { Frame, type FrameFormat } from '../core/frame.js';
import type { Micros } from '../core/time.js';
import { libavMatrix, libavRange } from './av-color.js';

/** Spare pictures kept; a pipeline holds about six at once. A spare 4K picture is 12 MB. */
const MAX_SPARE = 8;

/** Size and meaning of the pictures of a run. */
export interface DecodedFormat extends FrameFormat {
  /** What was done to the pictures, one line each, for people. */
  readonly notices: readonly string[];
}

/** One decoded I420 picture in libav's memory, on its way to become a {@link Frame}. Its holder closes it. */
export interface DecodedFrame {
  readonly native: AvFrame;
  readonly format: DecodedFormat;
}

/** What a frame has beside its picture. */
export interface FrameTimes {
  readonly pts: Micros;
  readonly duration: Micros;
  readonly capturedAt: Micros;
  readonly discontinuity: boolean;
}

/**
 * Writable I420 pictures used again and again. libav's wrappers give their memory back only when JavaScript's collector
 * finds them, which it does too late for megabytes a frame; and a used page needs no fault to be touched.
 */
export class AvFramePool {
  readonly #spare: AvFrame[] = [];
  #taken = 0;
  #open = true;

  /** Pictures taken and not given back. */
  get taken(): number {
    return this.#taken;
  }

  /** A picture of the format, writable, its contents undefined; the caller gives it back or passes it on. */
  take(format: DecodedFormat): AvFrame {
    const native = this.#reuse(format.width, format.height) ?? allocate(format.width, format.height);
    native.colorSpace = libavMatrix(format.color.matrix);
    native.colorRange = libavRange(format.color.range);
    native.sampleAspectRatio = new Rational(...format.sampleAspect);
    // An encoder before may have asked for a keyframe and set its own times.
    native.pictType = av.AV_PICTURE_TYPE_NONE;
    native.pts = av.AV_NOPTS_VALUE;
    this.#taken++;
    return native;
  }

  /** Takes a picture back. */
  give(native: AvFrame): void {
    this.#taken--;
    if (this.#open && this.#spare.length < MAX_SPARE) this.#spare.push(native);
    else discard(native);
  }

  /** Takes the picture: the frame gives it back to this pool when it is closed. */
  toFrame(picture: DecodedFrame, times: FrameTimes): Frame {
    const { native, format } = picture;
    const planes = native.data;
    const [y, u, v] = planes ?? [];
    if (!y || !u || !v) throw new TypeError('an I420 picture has three planes');
    const [strideY = 0, strideU = 0, strideV = 0] = native.linesize;
    const { width, height, color, sampleAspect } = format;
    return new Frame({
      ...{ width, height, color, sampleAspect },
      ...times,
      y,
      u,
      v,
      strides: [strideY, strideU, strideV],
      native,
      release: () => this.give(native),
      duplicate: () => this.toFrame({ native: this.#copy(picture), format }, times),
    });
  }

  /** Frees the spare pictures; those still out are freed when they are given back. Idempotent. */
  close(): void {
    this.#open = false;
    for (const native of this.#spare.splice(0)) discard(native);
  }

  #copy({ native, format }: DecodedFrame): AvFrame {
    const copy = this.take(format);
    copy.copy(native);
    return copy;
  }

  #reuse(width: number, height: number): AvFrame | undefined {
    for (;;) {
      const native = this.#spare.pop();
      if (!native) return undefined;
      // An encoder that has not finished with a picture still refers to it; another size belongs to the past.
      if (native.width === width && native.height === height && native.isWritable) return native;
      discard(native);
    }
  }
}

function allocate(width: number, height: number): AvFrame {
  const native = new AvFrame();
  native.alloc();
  native.width = width;
  native.height = height;
  native.format = av.AV_PIX_FMT_YUV420P;
  const code = native.getBuffer(0);
  if (code < 0) throw new RangeError(`no memory for a picture of ${width}x${height}`);
  return native;
}

/** `unref` gives the memory back at once; `free` alone would leave it to the garbage collector. */
function discard(native: AvFrame): void {
  native.unref();
  native.free();
}
