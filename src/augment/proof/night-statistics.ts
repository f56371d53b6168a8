import { LightsMeter } from '../../evaluate/image-lights.js';
import { PIXELS } from '../../evaluate/image-set.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import { detailOf, type LevelDetail } from './pyramid-detail.js';

/** What is measured of an image to judge it as a night, by group. */
export const STATISTICS = {
  layout: [
    ...['brightness', 'median', 'highlights', 'top', 'middle', 'bottom', 'blackTop', 'unevenness', 'topOverBottom'],
    ...['shadows', 'topHighlights', 'brightCell', 'blue', 'red', 'topBlue', 'topRed', 'colour'],
  ],
  texture: [
    'fine',
    'medium',
    'coarse',
    'finePeaks',
    'mediumPeaks',
    'coarsePeaks',
    'topFine',
    'shadowDetail',
    'colourDetail',
  ],
  lights: ['spots', 'contrast', 'bright', 'range', 'redLamps', 'amberLamps', 'whiteLamps', 'height', 'peak'],
} as const;

/** One group of statistics: where it is dark, lit and coloured; detail; lamps. */
export type StatisticsGroup = keyof typeof STATISTICS;
/** The groups, in the order of scores. */
export const GROUPS = ['layout', 'texture', 'lights'] as const satisfies readonly StatisticsGroup[];

/** The statistics of one image, each in the order of {@link STATISTICS}. NaN where one does not exist: the height of no spots. */
export type NightStatistics = Readonly<Record<StatisticsGroup, readonly number[]>>;

/** Added to a luma before its logarithm: 5 of 255 levels, the noise of a dark frame. */
const LUMA_FLOOR = 0.02;
/** Added to a standard deviation of detail before its logarithm. */
const DETAIL_FLOOR = 0.002;
/** Maximum luma of a black sample. */
const BLACK_LUMA = 0.12;
const THIRD = PIXELS / 3;
/** Bins of luma in [0, 1] that quantiles are read from: a quarter of a level of 8 bits. */
const LUMA_BINS = 1024;
/** Columns and rows of the cells whose means show how unevenly a night is lit. */
const CELL_SIDE = 16;

/** Measures images for {@link STATISTICS}. */
export class NightStatisticsMeter {
  readonly #lights = new LightsMeter();

  /** Measures one image `[3, 144, 256]`, BT.709 full range. Borrows it. */
  measure(image: Float32Array): NightStatistics {
    const luma = image.subarray(0, PIXELS);
    const quantile = quantilesOf(luma);
    const lights = this.#lights.measure(image);
    return {
      layout: layoutOf(image, quantile),
      texture: textureOf(image, quantile(0.5)),
      lights: [
        ...[lights.spots, lights.contrast, lights.bright, lights.range, lights.red, lights.amber, lights.white],
        ...[lights.height, log(quantile(0.999)) - log(quantile(0.5))],
      ],
    };
  }
}

function layoutOf(image: Float32Array, quantile: (q: number) => number): number[] {
  const luma = image.subarray(0, PIXELS);
  const [u, v] = [image.subarray(PIXELS, 2 * PIXELS), image.subarray(2 * PIXELS)];
  const [top, middle, bottom] = [0, 1, 2].map((k) => meanOf(luma.subarray(k * THIRD, (k + 1) * THIRD)));
  let [black, chroma] = [0, 0];
  for (let i = 0; i < THIRD; i++) if ((luma[i] ?? 0) < BLACK_LUMA) black++;
  for (let i = 0; i < PIXELS; i++) chroma += Math.hypot(u[i] ?? 0, v[i] ?? 0);
  const mean = meanOf(luma);
  const { unevenness, brightCell } = cellsOf(luma);
  return [
    ...[log(mean), log(quantile(0.5)), log(quantile(0.9)), log(top ?? 0), log(middle ?? 0), log(bottom ?? 0)],
    ...[black / THIRD, unevenness, log(top ?? 0) - log(bottom ?? 0)],
    ...[log(quantile(0.1)), log(quantilesOf(luma.subarray(0, THIRD))(0.95)), brightCell],
    ...[meanOf(u), meanOf(v), meanOf(u.subarray(0, THIRD)), meanOf(v.subarray(0, THIRD))],
    chroma / PIXELS / (mean + LUMA_FLOOR),
  ];
}

/** Standard deviation and maximum of the logarithms of the cells' mean lumas. */
function cellsOf(luma: Float32Array): { unevenness: number; brightCell: number } {
  const logs = new Float64Array((THUMBNAIL_WIDTH / CELL_SIDE) * (THUMBNAIL_HEIGHT / CELL_SIDE));
  let cell = 0;
  for (let top = 0; top < THUMBNAIL_HEIGHT; top += CELL_SIDE) {
    for (let left = 0; left < THUMBNAIL_WIDTH; left += CELL_SIDE) logs[cell++] = log(cellMean(luma, left, top));
  }
  const mean = meanOf(logs);
  return {
    unevenness: Math.sqrt(meanOf(logs.map((value) => (value - mean) ** 2))),
    brightCell: Math.max(...logs),
  };
}

function cellMean(luma: Float32Array, left: number, top: number): number {
  let sum = 0;
  for (let y = top; y < top + CELL_SIDE; y++) {
    for (let x = left; x < left + CELL_SIDE; x++) sum += luma[y * THUMBNAIL_WIDTH + x] ?? 0;
  }
  return sum / CELL_SIDE ** 2;
}

function textureOf(image: Float32Array, median: number): number[] {
  const levels = detailOf(image.subarray(0, PIXELS), THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT, median);
  const blue = detailOf(image.subarray(PIXELS, 2 * PIXELS), THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT, 0)[1];
  const size = (level: LevelDetail | undefined): number => Math.log(DETAIL_FLOOR + (level?.deviation ?? 0));
  return [
    ...levels.map(size),
    ...levels.map(({ peaks }) => peaks),
    Math.log(DETAIL_FLOOR + (levels[0]?.topDeviation ?? 0)),
    Math.log(DETAIL_FLOOR + (levels[0]?.darkDeviation ?? 0)) - log(median),
    size(blue),
  ];
}

function log(luma: number): number {
  return Math.log(LUMA_FLOOR + Math.max(0, luma));
}

function meanOf(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum / values.length;
}

/** Returns the function that gives a plane's quantiles, each to a bin. */
function quantilesOf(luma: Float32Array): (q: number) => number {
  const counts = new Uint32Array(LUMA_BINS);
  for (let i = 0; i < luma.length; i++) {
    const y = luma[i] ?? 0;
    const bin = Math.min(LUMA_BINS - 1, Math.max(0, Math.floor(y * LUMA_BINS)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return (q) => {
    let [bin, below] = [0, counts[0] ?? 0];
    while (bin < LUMA_BINS - 1 && below <= q * (luma.length - 1)) below += counts[++bin] ?? 0;
    return (bin + 0.5) / LUMA_BINS;
  };
}
