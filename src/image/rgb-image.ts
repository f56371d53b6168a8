import type { Color, ColorMatrix } from '../core/color.js';
import { Frame } from '../core/frame.js';
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
 */
export function rgbToFrame(image: RgbImage, color: Color = IMAGE_COLOR): Frame {
  const width = image.width & ~1;
  const height = image.height & ~1;
  if (width === 0 || height === 0) {
    throw new RangeError(`an image must have at least 2x2 pixels, got ${image.width}x${image.height}`);
  }
  const frame = Frame.allocate({ width, height, pts: micros(0), duration: micros(0), color, capturedAt: wallClock() });
  const matrix = rgbToYuv(color.matrix);
  const codes = rangeCodes(color.range);
  for (let cy = 0; cy < height / 2; cy++) {
    for (let cx = 0; cx < width / 2; cx++) {
      let uSum = 0;
      let vSum = 0;
      for (let k = 0; k < 4; k++) {
        const [x, y] = [2 * cx + (k & 1), 2 * cy + (k >> 1)];
        const at = 3 * (y * image.width + x);
        const [r, g, b] = [image.data[at] ?? 0, image.data[at + 1] ?? 0, image.data[at + 2] ?? 0];
        const [luma, u, v] = transform(matrix, r / 255, g / 255, b / 255);
        frame.y[y * width + x] = clampByte(codes.black + codes.luma * luma);
        uSum += u;
        vSum += v;
      }
      frame.u[(cy * width) / 2 + cx] = clampByte(NEUTRAL_CHROMA + (codes.chroma * uSum) / 4);
      frame.v[(cy * width) / 2 + cx] = clampByte(NEUTRAL_CHROMA + (codes.chroma * vSum) / 4);
    }
  }
  return frame;
}

/** Returns a frame as an image, with chroma interpolated between sample centres. Borrows the frame, copies its pixels. */
export function frameToRgb(frame: Frame): RgbImage {
  const { width, height } = frame;
  const data = new Uint8Array(3 * width * height);
  const write = rgbWriter(frame.color.matrix, data);
  const codes = rangeCodes(frame.color.range);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const luma = ((frame.y[y * frame.strides[0] + x] ?? 0) - codes.black) / codes.luma;
      const u = chromaAt(frame, frame.u, frame.strides[1], x, y) / codes.chroma;
      const v = chromaAt(frame, frame.v, frame.strides[2], x, y) / codes.chroma;
      write(y * width + x, luma, u, v);
    }
  }
  return { width, height, data };
}

/** Samples a chroma plane at a luma sample, bilinearly (9, 3, 3 and 1 sixteenths of the nearest four): code values around 0. */
function chromaAt(frame: Frame, plane: Uint8Array, stride: number, x: number, y: number): number {
  const x0 = x >> 1;
  const y0 = y >> 1;
  const x1 = Math.min(frame.width / 2 - 1, Math.max(0, x0 + ((x & 1) === 0 ? -1 : 1)));
  const y1 = Math.min(frame.height / 2 - 1, Math.max(0, y0 + ((y & 1) === 0 ? -1 : 1)));
  const near = 3 * (plane[y0 * stride + x0] ?? 0) + (plane[y0 * stride + x1] ?? 0);
  const far = 3 * (plane[y1 * stride + x0] ?? 0) + (plane[y1 * stride + x1] ?? 0);
  return (3 * near + far) / 16 - NEUTRAL_CHROMA;
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

function clampByte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
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
