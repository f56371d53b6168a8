import {
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_BT709,
  AVCOL_SPC_SMPTE170M,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
} from 'node-av/constants';
import { Frame as AvFrame, Rational } from 'node-av/lib';
import type { AVColorPrimaries, AVColorSpace, AVColorTransferCharacteristic, AVPixelFormat } from 'node-av/constants';
import type { CodecContext } from 'node-av/lib';
import { COLOR_PRIMARIES, COLOR_TRANSFERS, USUAL_COLOR, type Color, type ColorMatrix } from '../core/color.js';
import type { Frame, FrameFormat } from '../core/frame.js';
import { checkStatus } from './av-error.js';

const MATRIX_TAGS: Readonly<Record<ColorMatrix, AVColorSpace>> = {
  bt601: AVCOL_SPC_SMPTE170M,
  bt709: AVCOL_SPC_BT709,
  bt2020: AVCOL_SPC_BT2020_NCL,
};

/** Sets size, colour (H.264 annex E: VUI) and sample aspect on a codec context that is not open yet. */
export function setFrameFormat(context: CodecContext, frameFormat: FrameFormat): void {
  const { matrix, range, primaries, transfer } = { ...USUAL_COLOR[frameFormat.color.matrix], ...frameFormat.color };
  context.width = frameFormat.width;
  context.height = frameFormat.height;
  context.sampleAspectRatio = new Rational(...frameFormat.sampleAspect);
  // libav's numbers are the code points of H.273.
  context.colorPrimaries = COLOR_PRIMARIES[primaries] as AVColorPrimaries;
  context.colorTrc = COLOR_TRANSFERS[transfer] as AVColorTransferCharacteristic;
  setMatrixAndRange(context, { matrix, range });
}

/** Sets matrix and range on a codec context, or on an AVFrame for libswscale to convert between. */
export function setMatrixAndRange(
  to: Pick<AvFrame, 'colorSpace' | 'colorRange'>,
  { matrix, range }: Pick<Color, 'matrix' | 'range'>,
): void {
  to.colorSpace = MATRIX_TAGS[matrix];
  to.colorRange = range === 'full' ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

/** Allocates an AVFrame with its buffers. The caller frees it. Throws LibavError. */
export function createAvFrame(width: number, height: number, pixelFormat: PixelFormat): AvFrame {
  const created = new AvFrame();
  created.alloc();
  created.width = width;
  created.height = height;
  created.format = avPixelFormat(pixelFormat);
  checkStatus(created.getBuffer(0), 'allocate a frame');
  return created;
}

/** Pixel formats that encoders take. */
export type PixelFormat = 'i420' | 'nv12';

/** libav's constant for a pixel format. */
export function avPixelFormat(pixelFormat: PixelFormat): AVPixelFormat {
  return pixelFormat === 'nv12' ? AV_PIX_FMT_NV12 : AV_PIX_FMT_YUV420P;
}

/** Converts frames to AVFrames: uses the decoder's own AVFrame where it fits, else copies into a reused one. */
export class AvEncoderInput implements Disposable {
  readonly #pixelFormat: PixelFormat;
  #copy: AvFrame | undefined;

  constructor(pixelFormat: PixelFormat) {
    this.#pixelFormat = pixelFormat;
  }

  /**
   * The frame as an AVFrame to encode. Lends it: valid until the next call and while the frame is open.
   * @param pts in ticks of the context's time base. @param isKeyframe forces a keyframe.
   */
  convert(frame: Frame, pts: bigint, isKeyframe: boolean): AvFrame {
    const avFrame = this.#native(frame) ?? this.#copied(frame);
    avFrame.pts = pts;
    avFrame.duration = 0n;
    // A decoder's AVFrame keeps the type it had in its file, and x264 would encode it as that type.
    avFrame.pictType = isKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    return avFrame;
  }

  [Symbol.dispose](): void {
    this.#copy?.free();
    this.#copy = undefined;
  }

  #native(frame: Frame): AvFrame | undefined {
    const native = frame.native;
    if (!(native instanceof AvFrame) || this.#pixelFormat !== 'i420') return undefined;
    if (native.width !== frame.width || native.height !== frame.height) return undefined;
    // YUVJ420P has the same bytes as YUV420P; the context's colorRange holds the range.
    if (native.format === AV_PIX_FMT_YUVJ420P) native.format = AV_PIX_FMT_YUV420P;
    return native.format === AV_PIX_FMT_YUV420P ? native : undefined;
  }

  #copied(frame: Frame): AvFrame {
    const copy = this.#writable(frame.width, frame.height);
    const planes = copy.data ?? [];
    const strides = copy.linesize;
    const [y, uv, v] = planes;
    if (!y || !uv) throw new RangeError(`an AVFrame must have 2 planes or more, got ${planes.length}`);
    copyPlane(frame.y, frame.strides[0], y, strides[0] ?? 0, frame.width, frame.height);
    if (this.#pixelFormat === 'nv12') {
      interleaveInto(frame, uv, strides[1] ?? 0);
    } else if (v) {
      copyPlane(frame.u, frame.strides[1], uv, strides[1] ?? 0, frame.width / 2, frame.height / 2);
      copyPlane(frame.v, frame.strides[2], v, strides[2] ?? 0, frame.width / 2, frame.height / 2);
    }
    return copy;
  }

  /** The AVFrame to copy into; a new one while the encoder still reads the last one. */
  #writable(width: number, height: number): AvFrame {
    const current = this.#copy;
    if (current?.width === width && current.height === height && current.isWritable) return current;
    current?.free();
    return (this.#copy = createAvFrame(width, height, this.#pixelFormat));
  }
}

function copyPlane(
  from: Uint8Array,
  fromStride: number,
  to: Uint8Array,
  toStride: number,
  width: number,
  height: number,
): void {
  if (fromStride === toStride) {
    to.set(from.subarray(0, toStride * (height - 1) + width));
    return;
  }
  for (let row = 0; row < height; row++) {
    to.set(from.subarray(row * fromStride, row * fromStride + width), row * toStride);
  }
}

/** Writes the frame's U and V as NV12's one plane. */
function interleaveInto(frame: Frame, out: Uint8Array, stride: number): void {
  const columns = frame.width / 2;
  for (let row = 0; row < frame.height / 2; row++) {
    const u = row * frame.strides[1];
    const v = row * frame.strides[2];
    const to = row * stride;
    for (let x = 0; x < columns; x++) {
      out[to + 2 * x] = frame.u[u + x] ?? 0;
      out[to + 2 * x + 1] = frame.v[v + x] ?? 0;
    }
  }
}
