import type { Color, ColorMatrix, ColorRange } from '../../../src/core/color.js';
import type { Frame } from '../../../src/core/frame.js';
import { rangeCodes } from '../../../src/image/color-matrix.js';
import { LAMP_FIELDS, LAMPS_SIZE, emptyLook, type Look } from '../../../src/look/look.js';
import { makeFrame } from '../../render/frames.js';

export function colorOf(range: ColorRange, matrix: ColorMatrix = 'bt709'): Color {
  return { matrix, range };
}

/** A frame of one luma, 0 black to 1 white, and neutral chroma or two codes. The caller closes it. */
export function evenFrame(luma: number, color: Color, [width, height] = [320, 180], [u, v] = [128, 128]): Frame {
  const { black, luma: span } = rangeCodes(color.range);
  const code = Math.round(black + luma * span);
  return makeFrame({ width, height, color, padding: [6, 3, 5] }, (plane) => [code, u, v][plane]!);
}

/** The visible samples of a plane: 0 Y, 1 U, 2 V. */
export function samplesOf(frame: Frame, plane: 0 | 1 | 2): Float64Array {
  const [width, height] = plane === 0 ? [frame.width, frame.height] : [frame.width / 2, frame.height / 2];
  const bytes = [frame.y, frame.u, frame.v][plane]!;
  return Float64Array.from({ length: width * height }, (_, i) => {
    return bytes[Math.floor(i / width) * frame.strides[plane] + (i % width)]!;
  });
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Standard deviation before rounding to codes, which adds 1/12 to the variance. */
export function deviationOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2;
  return Math.sqrt(Math.max(0, sum / values.length - 1 / 12));
}

/** Correlation of two series of one length. */
export function correlationOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [product, powerA, powerB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += (a[i]! - meanA) * (b[i]! - meanB);
    powerA += (a[i]! - meanA) ** 2;
    powerB += (b[i]! - meanB) ** 2;
  }
  return product / Math.sqrt(powerA * powerB);
}

/** A look with one lamp: its place in shares of the frame, its luma and its chroma per luma. */
export function lampLook({
  x,
  y,
  luma,
  u = 0,
  v = 0,
}: Record<'x' | 'y' | 'luma', number> & { u?: number; v?: number }): Look {
  const lamps = new Float32Array(LAMPS_SIZE);
  lamps.set([x, y, 0.006, 0.006, luma, u, v, 1, 0.3].concat(Array<number>(LAMP_FIELDS - 9).fill(0)));
  return { ...emptyLook(), lamps };
}

/** Bytes between the visible samples and the next row, which no effect may write. */
export function paddingBytes(frame: Frame): number[] {
  return [frame.y, frame.u, frame.v].flatMap((bytes, plane) => {
    const width = plane === 0 ? frame.width : frame.width / 2;
    return [...bytes].filter((_, i) => i % frame.strides[plane]! >= width);
  });
}
