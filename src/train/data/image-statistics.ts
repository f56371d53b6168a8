import { daylight } from '../../infer/grade/grade-daylight.js';
import { PLANE_HEIGHT, PLANE_WIDTH } from '../../infer/grade/grade-planes.js';
import type { StoredImage } from './image-store.js';

/** Luma below which a pixel is dark: as a night sky, where a colour cast is visible. */
const MAX_DARK_LUMA = 0.2;

/** Rows and columns of the difference hash: 64 bits. */
const HASH_SIZE = 8;

/** Statistics of one image for the data check. Luma in [0, 1], chroma in [-0.5, 0.5]. */
export interface ImageStatistics {
  readonly meanLuma: number;
  /** The black point: first percentile of luma. */
  readonly black: number;
  /** The white point: 99th percentile of luma. */
  readonly white: number;
  /** Share of pixels below {@link MAX_DARK_LUMA}. */
  readonly darkShare: number;
  /** Mean chroma of the dark pixels; 0 if there are none. */
  readonly darkU: number;
  readonly darkV: number;
  /** 0 night, 1 day. */
  readonly daylight: number;
  /** The difference hash (dHash), as two 32-bit numbers: whether each of 8 x 8 cells is darker than its right neighbour. */
  readonly hash: readonly [number, number];
}

/** Measures an image. */
export function imageStatistics(image: StoredImage): ImageStatistics {
  const { data } = image;
  const histogram = new Uint32Array(256);
  const [darkCode, count] = [Math.round(MAX_DARK_LUMA * 255), data.length / 3];
  let [sum, dark, sumU, sumV] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 3) {
    const code = data[i] ?? 0;
    histogram[code] = (histogram[code] ?? 0) + 1;
    sum += code;
    if (code >= darkCode) continue;
    dark++;
    sumU += (data[i + 1] ?? 0) - 128;
    sumV += (data[i + 2] ?? 0) - 128;
  }
  return {
    meanLuma: sum / (255 * count),
    black: quantile(histogram, 0.01 * count),
    white: quantile(histogram, 0.99 * count),
    darkShare: dark / count,
    darkU: dark === 0 ? 0 : sumU / (255 * dark),
    darkV: dark === 0 ? 0 : sumV / (255 * dark),
    daylight: daylight({
      luma: downscale(image, 0, PLANE_WIDTH, PLANE_HEIGHT),
      u: downscale(image, 1, PLANE_WIDTH, PLANE_HEIGHT),
      v: downscale(image, 2, PLANE_WIDTH, PLANE_HEIGHT),
    }),
    hash: differenceHash(image),
  };
}

/** Hamming distance of two hashes, 0 to 64 bits. */
export function hashDistance(a: readonly [number, number], b: readonly [number, number]): number {
  return bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);
}

/** Means of one channel over `width x height` cells, row by row: Y in [0, 1], U and V in [-0.5, 0.5]. */
export function downscale(image: StoredImage, channel: 0 | 1 | 2, width: number, height: number): Float32Array {
  const out = new Float32Array(width * height);
  const zero = channel === 0 ? 0 : 128;
  for (let row = 0; row < height; row++) {
    const top = Math.floor((row * image.height) / height);
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * image.height) / height));
    for (let column = 0; column < width; column++) {
      const left = Math.floor((column * image.width) / width);
      const right = Math.max(left + 1, Math.floor(((column + 1) * image.width) / width));
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += image.data[3 * (y * image.width + x) + channel] ?? 0;
      }
      out[row * width + column] = (sum / ((bottom - top) * (right - left)) - zero) / 255;
    }
  }
  return out;
}

function differenceHash(image: StoredImage): readonly [number, number] {
  const cells = downscale(image, 0, HASH_SIZE + 1, HASH_SIZE);
  const words: [number, number] = [0, 0];
  for (let row = 0; row < HASH_SIZE; row++) {
    for (let column = 0; column < HASH_SIZE; column++) {
      const at = row * (HASH_SIZE + 1) + column;
      if ((cells[at] ?? 0) < (cells[at + 1] ?? 0)) words[row < 4 ? 0 : 1] |= 1 << (8 * (row % 4) + column);
    }
  }
  return words;
}

/** The luma below which `count` pixels lie. */
function quantile(histogram: Uint32Array, count: number): number {
  let passed = 0;
  for (let code = 0; code < 256; code++) {
    passed += histogram[code] ?? 0;
    if (passed > count) return code / 255;
  }
  return 1;
}

function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
