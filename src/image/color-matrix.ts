import type { ColorMatrix, ColorRange } from '../core/color.js';

/** A 3x3 matrix in row-major order. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** Code values of a colour range, 8 bits. */
export interface RangeCodes {
  /** Luma code of black. */
  readonly black: number;
  /** Codes per unit of luma, black to white. */
  readonly luma: number;
  /** Codes per unit of chroma; chroma is -0.5 to 0.5 around code 128. */
  readonly chroma: number;
}

/** Code of neutral chroma. */
export const NEUTRAL_CHROMA = 128;

/** Luma coefficients of red and blue: ITU-R BT.601-7, BT.709-6 and BT.2020-2. */
const LUMA_COEFFICIENTS: Readonly<Record<ColorMatrix, readonly [red: number, blue: number]>> = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
};

/** The identity matrix. */
const IDENTITY3: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Returns the code values of a range. */
export function rangeCodes(range: ColorRange): RangeCodes {
  return range === 'full' ? { black: 0, luma: 255, chroma: 255 } : { black: 16, luma: 219, chroma: 224 };
}

/** Returns the matrix from `[Y, U, V]` to `[R, G, B]`, full range: R, G, B and Y in [0, 1], U and V in [-0.5, 0.5]. */
export function yuvToRgb(matrix: ColorMatrix): Matrix3 {
  const [red, blue] = LUMA_COEFFICIENTS[matrix];
  const green = 1 - red - blue;
  const fromV = 2 * (1 - red);
  const fromU = 2 * (1 - blue);
  return [1, 0, fromV, 1, (-blue * fromU) / green, (-red * fromV) / green, 1, fromU, 0];
}

/** Returns the matrix from `[R, G, B]` to `[Y, U, V]`, the inverse of {@link yuvToRgb}. */
export function rgbToYuv(matrix: ColorMatrix): Matrix3 {
  const [red, blue] = LUMA_COEFFICIENTS[matrix];
  const green = 1 - red - blue;
  const u = 1 / (2 * (1 - blue));
  const v = 1 / (2 * (1 - red));
  return [red, green, blue, -red * u, -green * u, (1 - blue) * u, (1 - red) * v, -green * v, -blue * v];
}

/** Returns the matrix from `[Y, U, V]` of one standard to that of another, full range. Grey stays grey. */
export function yuvToYuv(from: ColorMatrix, to: ColorMatrix): Matrix3 {
  return from === to ? IDENTITY3 : multiply3(rgbToYuv(to), yuvToRgb(from));
}

/** Returns the matrix product `a b`. */
export function multiply3(a: Matrix3, b: Matrix3): Matrix3 {
  const at = (row: 0 | 3 | 6, column: 0 | 1 | 2): number =>
    a[row] * b[column] +
    a[(row + 1) as 1 | 4 | 7] * b[(column + 3) as 3 | 4 | 5] + // row and column are literals: the sums are below 9
    a[(row + 2) as 2 | 5 | 8] * b[(column + 6) as 6 | 7 | 8];
  return [at(0, 0), at(0, 1), at(0, 2), at(3, 0), at(3, 1), at(3, 2), at(6, 0), at(6, 1), at(6, 2)];
}

/** Returns a diagonal matrix. */
export function diagonal3(a: number, b: number, c: number): Matrix3 {
  return [a, 0, 0, 0, b, 0, 0, 0, c];
}
