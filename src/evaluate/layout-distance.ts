import { THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { checkImages, PIXELS, type ImageSet } from './image-set.js';

/** Cells of an image. */
const ROWS = 9;
const COLUMNS = 16;
const CELLS = ROWS * COLUMNS;
/** Side of a cell in samples. */
const SIDE = THUMBNAIL_WIDTH / COLUMNS;
const CELL_PIXELS = SIDE * SIDE;
/** Weights of a cell's mean Y, mean U, mean V, standard deviation of Y and maximum of Y. */
const WEIGHTS = [1, 3, 3, 1, 1] as const;
const FEATURES = WEIGHTS.length * CELLS;
/** Number of quantiles to compare, from 0.02 to 0.98. */
const QUANTILES = 49;
const FIRST_QUANTILE = 0.02;
const LAST_QUANTILE = 0.98;

/** How often each image of a set counts, in the set's order: a resampling with replacement. */
export type ImageCounts = Uint16Array;

/** A set of images prepared for the layout distance. */
export interface LayoutSet {
  /** Number of images. */
  readonly count: number;
  /** `[720, count]`: the values of each statistic over the images, ascending. */
  readonly sorted: Float32Array;
  /** `[720, count]`: the image index of each value in {@link sorted}. */
  readonly order: Uint16Array;
}

/**
 * Computes how much two sets differ in where they are dark, lit and coloured: the mean over 9x16 cells of the 1-D
 * Wasserstein distances of the cells' mean Y, U and V, standard deviation of Y and maximum of Y; U and V count three times. In
 * units of luma, 0 for equal sets. It detects what a tone curve cannot produce: a dark sky over a lit street.
 * Throws RangeError for an empty set or an image of another size.
 */
export function layoutDistance(a: ImageSet, b: ImageSet): number {
  return layoutSetDistance(layoutSet(a), layoutSet(b));
}

/** Computes and sorts the statistics of a set's images. Borrows the images. Throws like {@link layoutDistance}. */
export function layoutSet(images: ImageSet): LayoutSet {
  checkImages('images', images);
  const count = images.length;
  const statistics = images.map(cellStatistics); // count x [5, 9, 16]
  const sorted = new Float32Array(FEATURES * count);
  const order = new Uint16Array(FEATURES * count);
  const indices = Array.from({ length: count }, (_, i) => i);
  for (let feature = 0; feature < FEATURES; feature++) {
    const valueOf = (image: number): number => statistics[image]?.[feature] ?? 0;
    indices.sort((i, j) => valueOf(i) - valueOf(j));
    for (const [rank, image] of indices.entries()) {
      sorted[feature * count + rank] = valueOf(image);
      order[feature * count + rank] = image;
    }
  }
  return { count, sorted, order };
}

/** {@link layoutDistance} of prepared sets. Counts give each image a multiplicity; default 1. */
export function layoutSetDistance(a: LayoutSet, b: LayoutSet, countsA?: ImageCounts, countsB?: ImageCounts): number {
  const valuesA = new Float32Array(a.count);
  const valuesB = new Float32Array(b.count);
  let sum = 0;
  for (let feature = 0; feature < FEATURES; feature++) {
    copyValuesInto(a, feature, countsA, valuesA);
    copyValuesInto(b, feature, countsB, valuesB);
    sum += (WEIGHTS[Math.floor(feature / CELLS)] ?? 0) * quantileDistance(valuesA, valuesB);
  }
  return sum / (WEIGHTS.length * CELLS);
}

/** Computes mean Y, U and V, standard deviation of Y and maximum of Y of every cell: `[5, 9, 16]`. */
function cellStatistics(image: Float32Array): Float32Array {
  const out = new Float32Array(FEATURES);
  for (let cell = 0; cell < CELLS; cell++) {
    const start = Math.floor(cell / COLUMNS) * SIDE * THUMBNAIL_WIDTH + (cell % COLUMNS) * SIDE;
    let [sumY, sumU, sumV, sumSquares, maximum] = [0, 0, 0, 0, -Infinity];
    for (let row = 0; row < SIDE; row++) {
      const from = start + row * THUMBNAIL_WIDTH;
      for (let i = from; i < from + SIDE; i++) {
        const y = image[i] ?? 0;
        sumY += y;
        sumSquares += y * y;
        sumU += image[PIXELS + i] ?? 0;
        sumV += image[2 * PIXELS + i] ?? 0;
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

/** Copies one statistic's values, ascending, each repeated by its image's count. The counts sum to the size of the set. */
function copyValuesInto(set: LayoutSet, feature: number, counts: ImageCounts | undefined, out: Float32Array): void {
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

/** Mean absolute difference between the quantiles of two ascending samples. */
function quantileDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < QUANTILES; k++) {
    const q = FIRST_QUANTILE + ((LAST_QUANTILE - FIRST_QUANTILE) * k) / (QUANTILES - 1);
    sum += Math.abs(quantile(a, q) - quantile(b, q));
  }
  return sum / QUANTILES;
}

/** A quantile of an ascending sample, interpolated linearly. */
function quantile(ascending: Float32Array, q: number): number {
  const position = q * (ascending.length - 1);
  const low = Math.floor(position);
  const below = ascending[low] ?? 0;
  const above = ascending[Math.min(ascending.length - 1, low + 1)] ?? 0;
  return below + (position - low) * (above - below);
}
