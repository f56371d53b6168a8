import { Random } from '../core/random.js';
import { yuvToRgb } from '../image/color-matrix.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { checkImages, PIXELS, type ImageSet } from './image-set.js';

/** Pyramid levels: 256x144, 128x72 and 64x36. */
export const LEVELS = 3;
/** Side of a patch in samples. */
const SIDE = 7;
/** Samples in one channel of a patch. */
export const PATCH_PIXELS = SIDE * SIDE;
/** Values in a patch: R, G, B. */
export const PATCH_SIZE = 3 * PATCH_PIXELS;

/** Random patches of the images of a set. */
export interface PatchSet {
  /** Number of images. */
  readonly count: number;
  /** Patches per image and level. */
  readonly perImage: number;
  /** By level, finest first: `[count * perImage, 3, 7, 7]`. */
  readonly levels: readonly Float32Array[];
}

/** Options of {@link drawPatches}. */
export interface PatchOptions {
  /** Random seed of the positions. */
  readonly seed: number;
  /** Patches per image and level; default 64. */
  readonly perImage?: number;
}

/** Three planes, `[3, height, width]`. */
interface Planes {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws 7x7 RGB patches at random positions of each image's Laplacian pyramid (Karras et al. 2018, section 5). RGB is in
 * [0, 1]. Borrows the images. Throws RangeError for an empty set or an image of another size.
 */
export function drawPatches(images: ImageSet, options: PatchOptions): PatchSet {
  checkImages('images', images);
  const { seed, perImage = 64 } = options;
  const random = new Random(seed);
  const levels = Array.from({ length: LEVELS }, () => new Float32Array(images.length * perImage * PATCH_SIZE));
  for (const [i, image] of images.entries()) {
    for (const [level, planes] of laplacianPyramid(image).entries()) {
      const out = levels[level];
      if (!out) continue;
      for (let k = 0; k < perImage; k++) {
        copyPatchInto(planes, random, out, (i * perImage + k) * PATCH_SIZE);
      }
    }
  }
  return { count: images.length, perImage, levels };
}

function copyPatchInto({ data, width, height }: Planes, random: Random, out: Float32Array, start: number): void {
  const x = random.below(width - SIDE + 1);
  const y = random.below(height - SIDE + 1);
  let at = start;
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < SIDE; row++) {
      const from = (channel * height + y + row) * width + x;
      for (let i = from; i < from + SIDE; i++) out[at++] = data[i] ?? 0;
    }
  }
}

/** Builds the pyramid: each level minus the upsampled next one, and the coarsest level unchanged. */
function laplacianPyramid(image: Float32Array): Planes[] {
  const levels: Planes[] = [];
  let planes: Planes = { data: toRgb(image), width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };
  for (let level = 0; level < LEVELS - 1; level++) {
    const half = halve(planes);
    subtractUpsampled(planes, half);
    levels.push(planes);
    planes = half;
  }
  return [...levels, planes];
}

/** Converts `[3, 144, 256]` to RGB, clamped to [0, 1]. */
function toRgb(yuv: Float32Array): Float32Array {
  const matrix = yuvToRgb('bt709');
  const out = new Float32Array(yuv.length);
  for (let i = 0; i < PIXELS; i++) {
    const y = yuv[i] ?? 0;
    const u = yuv[PIXELS + i] ?? 0;
    const v = yuv[2 * PIXELS + i] ?? 0;
    out[i] = clamp(matrix[0] * y + matrix[1] * u + matrix[2] * v);
    out[PIXELS + i] = clamp(matrix[3] * y + matrix[4] * u + matrix[5] * v);
    out[2 * PIXELS + i] = clamp(matrix[6] * y + matrix[7] * u + matrix[8] * v);
  }
  return out;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Averages 2x2 samples. */
function halve({ data, width, height }: Planes): Planes {
  const out = new Float32Array(data.length / 4);
  const half = width / 2;
  // Planes are contiguous and have even heights, so rows pair up across all of them.
  for (let row = 0; row < (3 * height) / 2; row++) {
    for (let x = 0; x < half; x++) {
      const i = 2 * row * width + 2 * x;
      const upper = (data[i] ?? 0) + (data[i + 1] ?? 0);
      const lower = (data[i + width] ?? 0) + (data[i + width + 1] ?? 0);
      out[row * half + x] = (upper + lower) / 4;
    }
  }
  return { data: out, width: half, height: height / 2 };
}

/** Subtracts half-size planes, upsampled bilinearly with samples at cell centres, in place. */
function subtractUpsampled(planes: Planes, half: Planes): void {
  const { data, width, height } = planes;
  for (let y = 0; y < height; y++) {
    const near = y >> 1;
    const far = Math.min(half.height - 1, Math.max(0, near + (y % 2 === 0 ? -1 : 1)));
    for (let x = 0; x < width; x++) {
      const column = x >> 1;
      const beside = Math.min(half.width - 1, Math.max(0, column + (x % 2 === 0 ? -1 : 1)));
      for (let channel = 0; channel < 3; channel++) {
        const nearRow = (channel * half.height + near) * half.width;
        const farRow = (channel * half.height + far) * half.width;
        const atNear = 0.75 * (half.data[nearRow + column] ?? 0) + 0.25 * (half.data[nearRow + beside] ?? 0);
        const atFar = 0.75 * (half.data[farRow + column] ?? 0) + 0.25 * (half.data[farRow + beside] ?? 0);
        const i = (channel * height + y) * width + x;
        data[i] = (data[i] ?? 0) - 0.75 * atNear - 0.25 * atFar;
      }
    }
  }
}
