import type { Color, ColorMatrix } from '../core/color.js';
import { Frame } from '../core/frame.js';
import { micros, wallClock } from '../core/time.js';
import { NEUTRAL_CHROMA, rangeCodes, rgbToYuv, yuvToRgb, type Matrix3 } from './color-matrix.js';

/** A picture as people and files have it: 8-bit sRGB, three bytes a pixel, rows without gaps. */
export interface RgbImage {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `[height, width, 3]`: R, G, B. */
  readonly data: Uint8Array;
}

/** What a picture file is as video: its own RGB in BT.709, full range, so that nothing is lost to the range. */
export const IMAGE_COLOR: Color = { matrix: 'bt709', range: 'full' };

/** The picture as planar Y, U, V `[3, height, width]` in BT.709 full range: Y in [0, 1], U and V in [-0.5, 0.5]. Copies. */
export function imageToYuv(picture: RgbImage): Float32Array {
  const count = picture.width * picture.height;
  const yuv = new Float32Array(3 * count);
  const matrix = rgbToYuv('bt709');
  for (let i = 0; i < count; i++) {
    const [y, u, v] = transform(
      matrix,
      (picture.data[3 * i] ?? 0) / 255,
      (picture.data[3 * i + 1] ?? 0) / 255,
      (picture.data[3 * i + 2] ?? 0) / 255,
    );
    yuv[i] = y;
    yuv[count + i] = u;
    yuv[2 * count + i] = v;
  }
  return yuv;
}

/** Planar Y, U, V `[3, height, width]` in BT.709 full range as a picture; what no display can show is clamped. Copies. */
export function yuvToImage(yuv: Float32Array, width: number, height: number): RgbImage {
  const count = width * height;
  const data = new Uint8Array(3 * count);
  const write = rgbWriter('bt709', data);
  for (let i = 0; i < count; i++) write(i, yuv[i] ?? 0, yuv[count + i] ?? 0, yuv[2 * count + i] ?? 0);
  return { width, height, data };
}

/**
 * The picture as an I420 frame that the caller closes. A last odd column or row is cut off; a chroma sample is the
 * mean of the four pixels it covers.
 */
export function rgbToFrame(picture: RgbImage, color: Color = IMAGE_COLOR): Frame {
  const width = picture.width & ~1;
  const height = picture.height & ~1;
  if (width === 0 || height === 0) {
    throw new RangeError(`a picture must have 2x2 pixels or more, got ${picture.width}x${picture.height}`);
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
        const at = 3 * (y * picture.width + x);
        const [r, g, b] = [picture.data[at] ?? 0, picture.data[at + 1] ?? 0, picture.data[at + 2] ?? 0];
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

/** A frame as a picture, chroma interpolated between the samples' centres. Borrows the frame, copies its pixels. */
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

/** A chroma plane's value at a luma sample, code values around 0: nine, three, three and one sixteenth of the nearest. */
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

/** The picture with its last column and row repeated where its size is odd, so that it fits I420. Lends or copies. */
export function padToEven(picture: RgbImage): RgbImage {
  const { width, height } = picture;
  return resized(picture, width + (width & 1), height + (height & 1));
}

/** The first `width` columns and `height` rows of the picture. Lends or copies. */
export function cropImage(picture: RgbImage, width: number, height: number): RgbImage {
  return resized(picture, width, height);
}

/** A picture of another size: cut off, or with the last column and row repeated. */
function resized(picture: RgbImage, width: number, height: number): RgbImage {
  if (width === picture.width && height === picture.height) return picture;
  const data = new Uint8Array(3 * width * height);
  const copied = 3 * Math.min(width, picture.width);
  for (let y = 0; y < height; y++) {
    const from = 3 * picture.width * Math.min(y, picture.height - 1);
    const row = data.subarray(3 * width * y, 3 * width * (y + 1));
    row.set(picture.data.subarray(from, from + copied));
    for (let i = copied; i < row.length; i++) row[i] = row[i - 3] ?? 0;
  }
  return { width, height, data };
}
