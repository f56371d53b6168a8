import { Random } from '../core/random.js';
import { yuvToRgb } from '../image/color-matrix.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { checkImages, PIXELS, type ImageSet } from './image-set.js';

/** Levels of the pyramid: 256x144, 128x72 and 64x36. */
export const LEVELS = 3;
/** Side of a patch, samples. */
const SIDE = 7;
/** Numbers of one channel of a patch. */
export const PATCH_PIXELS = SIDE * SIDE;
/** Numbers in a patch: R, G, B. */
export const PATCH_SIZE = 3 * PATCH_PIXELS;

/** Patches drawn from the pictures of a set. */
export interface PatchSet {
  /** Pictures. */
  readonly count: number;
  /** Patches of each picture and level. */
  readonly perPicture: number;
  /** By level, finest first: `[count * perPicture, 3, 7, 7]`. */
  readonly levels: readonly Float32Array[];
}

/** How patches are drawn. */
export interface PatchOptions {
  /** Of the places they are drawn from. */
  readonly seed: number;
  /** Patches of each picture and level; default 64. */
  readonly perPicture?: number;
}

/** A plane stack `[3, height, width]`. */
interface Planes {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * 7x7 patches of RGB in [0, 1] at random places of each picture's Laplacian pyramid (Karras et al. 2018, section 5).
 * Borrows the pictures. Throws RangeError for an empty set or a picture of another size.
 */
export function drawPatches(pictures: ImageSet, options: PatchOptions): PatchSet {
  checkImages('pictures', pictures);
  const { seed, perPicture = 64 } = options;
  const random = new Random(seed);
  const levels = Array.from({ length: LEVELS }, () => new Float32Array(pictures.length * perPicture * PATCH_SIZE));
  for (const [i, picture] of pictures.entries()) {
    for (const [level, planes] of laplacianPyramid(picture).entries()) {
      const out = levels[level];
      if (!out) continue;
      for (let k = 0; k < perPicture; k++) {
        copyPatchInto(planes, random, out, (i * perPicture + k) * PATCH_SIZE);
      }
    }
  }
  return { count: pictures.length, perPicture, levels };
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

/** The picture's RGB less what the next coarser level says of it; the coarsest level as it is. */
function laplacianPyramid(picture: Float32Array): Planes[] {
  const levels: Planes[] = [];
  let planes: Planes = { data: toRgb(picture), width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };
  for (let level = 0; level < LEVELS - 1; level++) {
    const half = halve(planes);
    subtractDoubled(planes, half);
    levels.push(planes);
    planes = half;
  }
  return [...levels, planes];
}

/** `[3, 144, 256]`, clamped to what a display shows. */
function toRgb(yuv: Float32Array): Float32Array {
  const matrix = yuvToRgb('bt709');
  const out = new Float32Array(yuv.length);
  for (let i = 0; i < PIXELS; i++) {
    const [y, u, v] = [yuv[i] ?? 0, yuv[PIXELS + i] ?? 0, yuv[2 * PIXELS + i] ?? 0];
    out[i] = clamp(matrix[0] * y + matrix[1] * u + matrix[2] * v);
    out[PIXELS + i] = clamp(matrix[3] * y + matrix[4] * u + matrix[5] * v);
    out[2 * PIXELS + i] = clamp(matrix[6] * y + matrix[7] * u + matrix[8] * v);
  }
  return out;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Means of 2x2 samples. */
function halve({ data, width, height }: Planes): Planes {
  const out = new Float32Array(data.length / 4);
  const half = width / 2;
  // Planes lie one behind the other and have even heights: rows can be paired through all of them.
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

/** Takes the half-size planes, upsampled bilinearly with samples at their centres, from the planes; in place. */
function subtractDoubled(planes: Planes, half: Planes): void {
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
