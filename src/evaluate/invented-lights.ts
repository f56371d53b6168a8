import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { colorBlobs, HUES, hueMap, type BlobThresholds, type Hue } from './color-blobs.js';

/** Thresholds of a blob in input and result. Pure red has a luma of 0.21: a tail light can be darker than a wall. */
export const BLOB_THRESHOLDS: BlobThresholds = { saturation: 0.12, luma: 0.12, size: [4, 400] };
/** Thresholds of a counterpart in the input: a lamp that is off is pale. */
export const COUNTERPART_THRESHOLDS = { saturation: 0.05, luma: 0.04 } as const;
/** Maximum distance of a counterpart from its blob, samples: a glow is larger than its lamp. */
export const COUNTERPART_RADIUS = 3;

/** Number of blobs by hue. */
export type BlobCounts = Readonly<Record<Hue, number>>;

/** Coloured blobs of an input and its result. */
export interface BlobComparison {
  /** In the input. */
  readonly input: BlobCounts;
  /** In the result. */
  readonly result: BlobCounts;
  /** In the result, without a counterpart of that hue in the input. */
  readonly invented: BlobCounts;
}

/** Counts saturated red, green and amber blobs in two images `[3, 144, 256]`, and those in the result that have no counterpart in the input. */
export function compareBlobs(input: Float32Array, result: Float32Array): BlobComparison {
  const inputHues = hueMap(input, COUNTERPART_THRESHOLDS);
  const counts = { input: noBlobs(), result: noBlobs(), invented: noBlobs() };
  for (const { hue } of colorBlobs(input, BLOB_THRESHOLDS)) counts.input[hue]++;
  for (const { hue, samples } of colorBlobs(result, BLOB_THRESHOLDS)) {
    counts.result[hue]++;
    if (!samples.some((sample) => hasNear(inputHues, sample, 1 + HUES.indexOf(hue)))) counts.invented[hue]++;
  }
  return counts;
}

/** Sums over all hues. */
export function totalOf(counts: BlobCounts): number {
  return HUES.reduce((sum, hue) => sum + counts[hue], 0);
}

function noBlobs(): Record<Hue, number> {
  return { red: 0, amber: 0, green: 0 };
}

function hasNear(map: Uint8Array, at: number, value: number): boolean {
  const x = at % THUMBNAIL_WIDTH;
  const y = Math.floor(at / THUMBNAIL_WIDTH);
  const right = Math.min(THUMBNAIL_WIDTH - 1, x + COUNTERPART_RADIUS);
  const bottom = Math.min(THUMBNAIL_HEIGHT - 1, y + COUNTERPART_RADIUS);
  for (let row = Math.max(0, y - COUNTERPART_RADIUS); row <= bottom; row++) {
    for (let column = Math.max(0, x - COUNTERPART_RADIUS); column <= right; column++) {
      if (map[row * THUMBNAIL_WIDTH + column] === value) return true;
    }
  }
  return false;
}
