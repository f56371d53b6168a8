import { THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { checkImages, PIXELS, type ImageSet } from './image-set.js';

/** Cells in which a picture is described. */
const ROWS = 9;
const COLUMNS = 16;
const CELLS = ROWS * COLUMNS;
/** Side of a cell, samples. */
const SIDE = THUMBNAIL_WIDTH / COLUMNS;
const CELL_PIXELS = SIDE * SIDE;
/** Weights of a cell's mean Y, mean U, mean V, spread of Y and maximum of Y. */
const WEIGHTS = [1, 3, 3, 1, 1] as const;
const FEATURES = WEIGHTS.length * CELLS;
/** Quantiles compared, from 0.02 to 0.98. */
const QUANTILES = 49;
const FIRST_QUANTILE = 0.02;
const LAST_QUANTILE = 0.98;

/** How often each picture of a set counts, in the set's order; a resampling with replacement. */
export type PictureCounts = Uint16Array;

/** A set of pictures as the layout distance needs it: made once, compared often. */
export interface LayoutSet {
  /** Pictures. */
  readonly count: number;
  /** `[720, count]`: each statistic's values over the pictures, ascending. */
  readonly sorted: Float32Array;
  /** `[720, count]`: the picture that each of {@link sorted} belongs to. */
  readonly order: Uint16Array;
}

/**
 * How far two sets of pictures are apart in where it is dark, lit and coloured: the mean over 9x16 cells of the 1-D
 * Wasserstein distance of the cells' mean Y, U and V, spread of Y and maximum of Y; U and V weigh three times. In luma,
 * 0 for equal sets. A curve on luma cannot make a sky dark and a street lit; this sees it.
 * Throws RangeError for an empty set or a picture of another size.
 */
export function layoutDistance(a: ImageSet, b: ImageSet): number {
  return layoutSetDistance(layoutSet(a), layoutSet(b));
}

/** The statistics of a set's pictures, sorted. Borrows the pictures. Throws as {@link layoutDistance}. */
export function layoutSet(pictures: ImageSet): LayoutSet {
  checkImages('pictures', pictures);
  const count = pictures.length;
  const statistics = pictures.map(cellStatistics); // count x [5, 9, 16]
  const sorted = new Float32Array(FEATURES * count);
  const order = new Uint16Array(FEATURES * count);
  const indices = Array.from({ length: count }, (_, i) => i);
  for (let feature = 0; feature < FEATURES; feature++) {
    const valueOf = (picture: number): number => statistics[picture]?.[feature] ?? 0;
    indices.sort((i, j) => valueOf(i) - valueOf(j));
    for (const [rank, picture] of indices.entries()) {
      sorted[feature * count + rank] = valueOf(picture);
      order[feature * count + rank] = picture;
    }
  }
  return { count, sorted, order };
}

/** {@link layoutDistance} of sets made before, each picture counted as often as the counts say; once when left out. */
export function layoutSetDistance(
  a: LayoutSet,
  b: LayoutSet,
  countsA?: PictureCounts,
  countsB?: PictureCounts,
): number {
  const valuesA = new Float32Array(a.count);
  const valuesB = new Float32Array(b.count);
  let sum = 0;
  for (let feature = 0; feature < FEATURES; feature++) {
    takeInto(a, feature, countsA, valuesA);
    takeInto(b, feature, countsB, valuesB);
    sum += (WEIGHTS[Math.floor(feature / CELLS)] ?? 0) * quantileDistance(valuesA, valuesB);
  }
  return sum / (WEIGHTS.length * CELLS);
}

/** Mean Y, U, V, spread of Y and maximum of Y of every cell: `[5, 9, 16]`. */
function cellStatistics(picture: Float32Array): Float32Array {
  const out = new Float32Array(FEATURES);
  for (let cell = 0; cell < CELLS; cell++) {
    const start = Math.floor(cell / COLUMNS) * SIDE * THUMBNAIL_WIDTH + (cell % COLUMNS) * SIDE;
    let [sumY, sumU, sumV, sumSquares, maximum] = [0, 0, 0, 0, -Infinity];
    for (let row = 0; row < SIDE; row++) {
      const from = start + row * THUMBNAIL_WIDTH;
      for (let i = from; i < from + SIDE; i++) {
        const y = picture[i] ?? 0;
        sumY += y;
        sumSquares += y * y;
        sumU += picture[PIXELS + i] ?? 0;
        sumV += picture[2 * PIXELS + i] ?? 0;
        if (y > maximum) maximum = y;
      }
    }
    const mean = sumY / CELL_PIXELS;
    const spread = Math.sqrt(Math.max(0, sumSquares / CELL_PIXELS - mean * mean));
    const values = [mean, sumU / CELL_PIXELS, sumV / CELL_PIXELS, spread, maximum];
    for (const [k, value] of values.entries()) out[k * CELLS + cell] = value;
  }
  return out;
}

/** One statistic's values, ascending, each picture as often as it counts. The counts' sum is the set's size. */
function takeInto(set: LayoutSet, feature: number, counts: PictureCounts | undefined, out: Float32Array): void {
  const start = feature * set.count;
  if (!counts) {
    out.set(set.sorted.subarray(start, start + set.count));
    return;
  }
  let at = 0;
  for (let rank = 0; rank < set.count; rank++) {
    const times = counts[set.order[start + rank] ?? 0] ?? 0;
    const value = set.sorted[start + rank] ?? 0;
    for (let k = 0; k < times; k++) out[at++] = value;
  }
}

/** The mean absolute difference of two ascending samples' quantiles. */
function quantileDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < QUANTILES; k++) {
    const q = FIRST_QUANTILE + ((LAST_QUANTILE - FIRST_QUANTILE) * k) / (QUANTILES - 1);
    sum += Math.abs(quantile(a, q) - quantile(b, q));
  }
  return sum / QUANTILES;
}

/** A quantile of an ascending sample, linear between its values. */
function quantile(ascending: Float32Array, q: number): number {
  const position = q * (ascending.length - 1);
  const low = Math.floor(position);
  const below = ascending[low] ?? 0;
  const above = ascending[Math.min(ascending.length - 1, low + 1)] ?? 0;
  return below + (position - low) * (above - below);
}
