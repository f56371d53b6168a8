import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { colorBlobs, HUES, hueMap, type BlobRule, type Hue } from './color-blobs.js';

/** What counts as a lamp’s colour in input and result. Pure red has a luma of 0.21: a tail-light may be darker than a wall. */
export const BLOB_RULE: BlobRule = { saturation: 0.12, luma: 0.12, size: [4, 400] };
/** What of a hue in the input is counterpart enough: a lamp that is off is pale. */
export const COUNTERPART_RULE = { saturation: 0.05, luma: 0.04 } as const;
/** How far from a blob its counterpart may lie, samples: a glow reaches beyond its lamp. */
export const COUNTERPART_REACH = 3;

/** Blobs by hue. */
export type BlobCounts = Readonly<Record<Hue, number>>;

/** The coloured blobs of one input and its result. */
export interface Honesty {
  /** Of the input. */
  readonly input: BlobCounts;
  /** Of the result. */
  readonly result: BlobCounts;
  /** Of the result, with nothing of that hue in the input. */
  readonly invented: BlobCounts;
}

/** Counts saturated red, green and amber blobs in two pictures `[3, 144, 256]`, and those that the input knows nothing of. */
export function honestyOf(input: Float32Array, result: Float32Array): Honesty {
  const known = hueMap(input, COUNTERPART_RULE);
  const counts = { input: noBlobs(), result: noBlobs(), invented: noBlobs() };
  for (const { hue } of colorBlobs(input, BLOB_RULE)) counts.input[hue]++;
  for (const { hue, samples } of colorBlobs(result, BLOB_RULE)) {
    counts.result[hue]++;
    if (!samples.some((sample) => hasNear(known, sample, 1 + HUES.indexOf(hue)))) counts.invented[hue]++;
  }
  return counts;
}

/** The sum over hues. */
export function totalOf(counts: BlobCounts): number {
  return HUES.reduce((sum, hue) => sum + counts[hue], 0);
}

function noBlobs(): Record<Hue, number> {
  return { red: 0, amber: 0, green: 0 };
}

function hasNear(map: Uint8Array, at: number, value: number): boolean {
  const x = at % THUMBNAIL_WIDTH;
  const y = Math.floor(at / THUMBNAIL_WIDTH);
  const right = Math.min(THUMBNAIL_WIDTH - 1, x + COUNTERPART_REACH);
  const bottom = Math.min(THUMBNAIL_HEIGHT - 1, y + COUNTERPART_REACH);
  for (let row = Math.max(0, y - COUNTERPART_REACH); row <= bottom; row++) {
    for (let column = Math.max(0, x - COUNTERPART_REACH); column <= right; column++) {
      if (map[row * THUMBNAIL_WIDTH + column] === value) return true;
    }
  }
  return false;
}
