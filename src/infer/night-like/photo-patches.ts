import { imageToYuv, type RgbImage } from '../../image/rgb-image.js';

/** Side of a patch, samples. */
export const PATCH_SIDE = 32;
/** Channels of a patch: Y, U, V and the row in the photo, each from its range to -1 to 1; see also {@link toNetworkInput}. */
export const PATCH_CHANNELS = 4;
/** Patches that the network reads at once, of all photos together. */
export const PATCH_COUNT = 24;
/** Pixels to which photos are scaled before patches are cut out. */
export const PHOTO_PIXELS = 512 * 288;

/** Numbers of a patch. */
export const PATCH_SIZE = PATCH_CHANNELS * PATCH_SIDE * PATCH_SIDE;

/** Factor of the chroma of a patch: from its range to -1 to 1. */
export const CHROMA_GAIN = 2;
/** Samples over which the brightest places are averaged and compared, and within which there is one lamp. */
const SPOT = { side: 6, apart: 20 } as const;

/** Luma that is added before chroma is divided by it: what is darker has no sure colour. */
export const DARK = 0.06;

/**
 * A patch, or several, as the network reads them, in place: chroma is divided by luma, so that the colour of a light is the same however bright it
 * is. Returns them.
 */
export function toNetworkInput(patches: Float32Array): Float32Array {
  for (let at = 0; at < patches.length; at += PATCH_CHANNELS) {
    const share = 1 / (CHROMA_GAIN * (((patches[at] ?? 0) + 1) / 2 + DARK));
    for (let c = at + 1; c < at + 3; c++) patches[c] = Math.min(1, Math.max(-1, share * (patches[c] ?? 0)));
  }
  return patches;
}

/** A place to cut out. */
interface Centre {
  readonly x: number;
  readonly y: number;
}

/**
 * The patches of one photo, the most telling first, each `[32, 32, 4]`: the whole photo made small; then in turns what is around its
 * brightest places, its ground, its sky and its middle. The same photo gives the same patches. Copies.
 * @param image about {@link PHOTO_PIXELS} pixels, at least {@link PATCH_SIDE} on each side.
 */
export function photoPatches(image: RgbImage): Float32Array[] {
  const planes = imageToYuv(image);
  const { width, height } = image;
  const lamps = brightPlaces(planes, image, 8);
  const across = (count: number, y: number): Centre[] =>
    Array.from({ length: count }, (_, k) => ({ x: ((k * 2 + 1) * width) / (2 * count), y: y * height }));
  const grounds = inwards(across(6, 0.84));
  const skies = inwards(across(5, 0.1));
  const middles = inwards(across(4, 0.48));
  const turns = [lamps, grounds, skies, lamps, grounds, middles, lamps, skies];
  const centres: Centre[] = [];
  const taken = new Map<Centre[], number>();
  for (let turn = 0; centres.length < PATCH_COUNT - 1; turn++) {
    const kind = turns[turn % turns.length] ?? lamps;
    const at = taken.get(kind) ?? 0;
    taken.set(kind, at + 1);
    const centre = kind[at];
    if (centre) centres.push(centre);
    if (turn > 8 * PATCH_COUNT) break; // a photo without any bright place has fewer
  }
  return [wholePatch(planes, image), ...centres.map((centre) => patchAt(planes, image, centre))];
}

/**
 * The patches of several photos that the network reads at once, `[24, 32, 32, 4]`, as it reads them: in turns from each photo, so that each has about
 * as many; photos after the 24th have none. Where there are too few, they begin again. @param photos as {@link photoPatches} gives them.
 */
export function patchSet(photos: readonly (readonly Float32Array[])[]): Float32Array {
  if (photos.length === 0 || photos.some((patches) => patches.length === 0)) {
    throw new RangeError(`photos must have patches, got ${photos.length} photos`);
  }
  const set = new Float32Array(PATCH_COUNT * PATCH_SIZE);
  for (let i = 0; i < PATCH_COUNT; i++) {
    const patches = photos[i % photos.length] ?? [];
    const patch = patches[Math.floor(i / photos.length) % patches.length];
    if (patch) set.set(patch, i * PATCH_SIZE);
  }
  return toNetworkInput(set);
}

/** From the middle outwards: the first ones stand for all. */
function inwards(centres: readonly Centre[]): Centre[] {
  const middle = (centres.length - 1) / 2;
  return centres
    .map((centre, index) => ({ centre, off: Math.abs(index - middle) + (index < middle ? 0.1 : 0) }))
    .sort((a, b) => a.off - b.off)
    .map(({ centre }) => centre);
}

/** The brightest places of a photo, the brightest first, apart from each other. */
function brightPlaces(planes: Float32Array, { width, height }: RgbImage, count: number): Centre[] {
  const [columns, rows] = [Math.floor(width / SPOT.side), Math.floor(height / SPOT.side)];
  const places: { readonly x: number; readonly y: number; readonly luma: number }[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let y = row * SPOT.side; y < (row + 1) * SPOT.side; y++) {
        for (let x = column * SPOT.side; x < (column + 1) * SPOT.side; x++) sum += planes[y * width + x] ?? 0;
      }
      places.push({ x: (column + 0.5) * SPOT.side, y: (row + 0.5) * SPOT.side, luma: sum });
    }
  }
  places.sort((a, b) => b.luma - a.luma);
  const found: Centre[] = [];
  for (const { x, y } of places) {
    if (found.length === count) break;
    if (found.every((other) => Math.hypot(other.x - x, other.y - y) >= SPOT.apart)) found.push({ x, y });
  }
  return found;
}

function patchAt(planes: Float32Array, { width, height }: RgbImage, { x, y }: Centre): Float32Array {
  const left = clamp(Math.round(x - PATCH_SIDE / 2), width - PATCH_SIDE);
  const top = clamp(Math.round(y - PATCH_SIDE / 2), height - PATCH_SIDE);
  const count = width * height;
  const patch = new Float32Array(PATCH_SIZE);
  for (let row = 0, at = 0; row < PATCH_SIDE; row++) {
    for (let column = 0; column < PATCH_SIDE; column++, at += PATCH_CHANNELS) {
      const i = (top + row) * width + left + column;
      write(patch, at, [planes[i] ?? 0, planes[count + i] ?? 0, planes[2 * count + i] ?? 0], (top + row) / height);
    }
  }
  return patch;
}

/** The whole photo, area-averaged to a patch. */
function wholePatch(planes: Float32Array, { width, height }: RgbImage): Float32Array {
  const patch = new Float32Array(PATCH_SIZE);
  const count = width * height;
  const edges = (length: number): number[] =>
    Array.from({ length: PATCH_SIDE + 1 }, (_, k) => Math.floor((k * length) / PATCH_SIDE));
  const [columns, rows] = [edges(width), edges(height)];
  for (let row = 0, at = 0; row < PATCH_SIDE; row++) {
    for (let column = 0; column < PATCH_SIDE; column++, at += PATCH_CHANNELS) {
      const sums: [number, number, number] = [0, 0, 0];
      const [top = 0, bottom = 0] = [rows[row], rows[row + 1]];
      const [left = 0, right = 0] = [columns[column], columns[column + 1]];
      for (let y = top; y < bottom; y++) {
        for (let i = y * width + left; i < y * width + right; i++) {
          sums[0] += planes[i] ?? 0;
          sums[1] += planes[count + i] ?? 0;
          sums[2] += planes[2 * count + i] ?? 0;
        }
      }
      const share = 1 / Math.max(1, (bottom - top) * (right - left));
      write(patch, at, [share * sums[0], share * sums[1], share * sums[2]], (row + 0.5) / PATCH_SIDE);
    }
  }
  return patch;
}

function write(patch: Float32Array, at: number, [y, u, v]: readonly [number, number, number], row: number): void {
  patch[at] = 2 * y - 1;
  patch[at + 1] = CHROMA_GAIN * u;
  patch[at + 2] = CHROMA_GAIN * v;
  patch[at + 3] = 2 * row - 1;
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}
