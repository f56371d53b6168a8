import type { Color, ColorMatrix } from '../core/color.js';
import { Frame, type FrameOptions } from '../core/frame.js';
import { micros, wallClock } from '../core/time.js';
import { NEUTRAL_CHROMA, rangeCodes, rgbToYuv, yuvToRgb, type Matrix3 } from './color-matrix.js';

/** An image as in files: 8-bit sRGB, three bytes a pixel, rows without padding. */
export interface RgbImage {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `[height, width, 3]`: R, G, B. */
  readonly data: Uint8Array;
}

/** What a frame holds beside pixels and colour. */
export type FrameTimes = Partial<
  Pick<FrameOptions, 'pts' | 'duration' | 'capturedAt' | 'discontinuity' | 'sampleAspect'>
>;

/** The colour of image files as video: their RGB in BT.709, full range, which loses no levels. */
export const IMAGE_COLOR: Color = { matrix: 'bt709', range: 'full' };

/** Returns the image as planar Y, U, V `[3, height, width]`, BT.709 full range: Y in [0, 1], U and V in [-0.5, 0.5]. Copies. */
export function imageToYuv(image: RgbImage): Float32Array {
  const count = image.width * image.height;
  const yuv = new Float32Array(3 * count);
  const matrix = rgbToYuv('bt709');
  for (let i = 0; i < count; i++) {
    const [y, u, v] = transform(
      matrix,
      (image.data[3 * i] ?? 0) / 255,
      (image.data[3 * i + 1] ?? 0) / 255,
      (image.data[3 * i + 2] ?? 0) / 255,
    );
    yuv[i] = y;
    yuv[count + i] = u;
    yuv[2 * count + i] = v;
  }
  return yuv;
}

/** Returns planar Y, U, V `[3, height, width]`, BT.709 full range, as an image. Clamps colours outside sRGB. Copies. */
export function yuvToImage(yuv: Float32Array, width: number, height: number): RgbImage {
  const count = width * height;
  const data = new Uint8Array(3 * count);
  const write = rgbWriter('bt709', data);
  for (let i = 0; i < count; i++) write(i, yuv[i] ?? 0, yuv[count + i] ?? 0, yuv[2 * count + i] ?? 0);
  return { width, height, data };
}

/**
 * Returns the image as an I420 frame, which the caller closes. Drops a last odd column or row. A chroma sample is the mean
 * of the four pixels it covers.
 * @param times and sample aspect; default: those of a still image.
 */
export function rgbToFrame(image: RgbImage, color: Color = IMAGE_COLOR, times: FrameTimes = {}): Frame {
  const width = image.width & ~1;
  const height = image.height & ~1;
  if (width === 0 || height === 0) {
    throw new RangeError(`an image must have at least 2x2 pixels, got ${image.width}x${image.height}`);
  }
  const still = { pts: micros(0), duration: micros(0), capturedAt: wallClock() };
  const frame = Frame.allocate({ width, height, color, ...still, ...times });
  const [yr, yg, yb, ur, ug, ub, vr, vg, vb] = rgbToYuv(color.matrix);
  const { black, luma, chroma } = rangeCodes(color.range);
  const { y: lumas, u: us, v: vs } = frame;
  const { data } = image;
  const rowBytes = 3 * image.width;
  const unit = Float64Array.from({ length: 256 }, (_, code) => code / 255);
  // Flat and without arrays, because it runs for every pixel of every image of a data set.
  for (let cy = 0, c = 0; cy < height; cy += 2) {
    for (let cx = 0; cx < width; cx += 2, c++) {
      let uSum = 0;
      let vSum = 0;
      for (let k = 0; k < 4; k++) {
        const x = cx + (k & 1);
        const row = cy + (k >> 1);
        const at = row * rowBytes + 3 * x;
        const r = unit[data[at] ?? 0] ?? 0;
        const g = unit[data[at + 1] ?? 0] ?? 0;
        const b = unit[data[at + 2] ?? 0] ?? 0;
        lumas[row * width + x] = clampByte(black + luma * (yr * r + yg * g + yb * b));
        uSum += ur * r + ug * g + ub * b;
        vSum += vr * r + vg * g + vb * b;
      }
      us[c] = clampByte(NEUTRAL_CHROMA + (chroma * uSum) / 4);
      vs[c] = clampByte(NEUTRAL_CHROMA + (chroma * vSum) / 4);
    }
  }
  return frame;
}

/**
 * Returns a frame as an image, with chroma interpolated bilinearly between sample centres: 9, 3, 3 and 1 sixteenths of the nearest four.
 * Borrows the frame, copies its pixels.
 */
export function frameToRgb(frame: Frame): RgbImage {
  const { width, height, y: lumas, strides, color } = frame;
  const data = new Uint8Array(3 * width * height);
  const codes = rangeCodes(color.range);
  const [, , redV, , greenU, greenV, , blueU] = yuvToRgb(color.matrix);
  const unit = Float64Array.from({ length: 256 }, (_, code) => (code - codes.black) / codes.luma);
  // Chroma at the row of luma, at its own columns, times 4.
  const [us, vs] = [new Int32Array(width / 2), new Int32Array(width / 2)];
  const last = width / 2 - 1;
  // Flat, because it runs for every pixel of every image of a data set.
  for (let row = 0, at = 0; row < height; row++) {
    mixChromaRow(frame, frame.u, strides[1], row, us);
    mixChromaRow(frame, frame.v, strides[2], row, vs);
    const from = row * strides[0];
    for (let x = 0; x < width; x++, at += 3) {
      const near = x >> 1;
      const far = Math.min(last, Math.max(0, near - 1 + 2 * (x & 1)));
      const u = (3 * (us[near] ?? 0) + (us[far] ?? 0)) / 16 / codes.chroma;
      const v = (3 * (vs[near] ?? 0) + (vs[far] ?? 0)) / 16 / codes.chroma;
      const luma = unit[lumas[from + x] ?? 0] ?? 0;
      data[at] = clampByte(255 * (luma + redV * v));
      data[at + 1] = clampByte(255 * (luma + greenU * u + greenV * v));
      data[at + 2] = clampByte(255 * (luma + blueU * u));
    }
  }
  return { width, height, data };
}

/** Chroma codes around 0, times 4, between the two rows of samples around a row of luma. */
function mixChromaRow(frame: Frame, plane: Uint8Array, stride: number, row: number, out: Int32Array): void {
  const near = row >> 1;
  const far = Math.min(frame.height / 2 - 1, Math.max(0, near - 1 + 2 * (row & 1)));
  const [nearAt, farAt] = [near * stride, far * stride];
  for (let x = 0; x < out.length; x++) {
    out[x] = 3 * (plane[nearAt + x] ?? 0) + (plane[farAt + x] ?? 0) - 4 * NEUTRAL_CHROMA;
  }
}

function rgbWriter(matrix: ColorMatrix, data: Uint8Array): (pixel: number, y: number, u: number, v: number) => void {
  const toRgb = yuvToRgb(matrix);
  return (pixel, y, u, v) => {
    const [r, g, b] = transform(toRgb, y, u, v);
    data[3 * pixel] = clampByte(255 * r);
    data[3 * pixel + 1] = clampByte(255 * g);
    data[3 * pixel + 2] = clampByte(255 * b);
  };
}

function transform(m: Matrix3, a: number, b: number, c: number): readonly [number, number, number] {
  return [m[0] * a + m[1] * b + m[2] * c, m[3] * a + m[4] * b + m[5] * c, m[6] * a + m[7] * b + m[8] * c];
}

/** Rounds, half up, into a byte. */
function clampByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

/** Repeats the last column or row of an image of odd size, so that it fits I420. Lends the image or copies it. */
export function padToEven(image: RgbImage): RgbImage {
  const { width, height } = image;
  return cropOrExtend(image, width + (width & 1), height + (height & 1));
}

/** Returns the first `width` columns and `height` rows of an image. Lends the image or copies it. */
export function cropImage(image: RgbImage, width: number, height: number): RgbImage {
  return cropOrExtend(image, width, height);
}

/** Crops an image, or extends it by its last column and row. */
function cropOrExtend(image: RgbImage, width: number, height: number): RgbImage {
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(3 * width * height);
  const copied = 3 * Math.min(width, image.width);
  for (let y = 0; y < height; y++) {
    const from = 3 * image.width * Math.min(y, image.height - 1);
    const row = data.subarray(3 * width * y, 3 * width * (y + 1));
    row.set(image.data.subarray(from, from + copied));
    for (let i = copied; i < row.length; i++) row[i] = row[i - 3] ?? 0;
  }
  return { width, height, data };
}
