import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { applyLampsInto } from './apply-lamps.js';
import {
  AFFINE_SIZE,
  CORE_GAIN_CHROMA,
  CORE_GAIN_LUMA,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_WIDTH,
  LIGHTS_CHANNELS,
  LIGHTS_HEIGHT,
  LIGHTS_WIDTH,
  type Look,
} from './look.js';

/** Columns and rows of the day. */
type Size = readonly [width: number, height: number];

const THUMBNAIL_SIZE: Size = [THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT];
const LIGHTS_PIXELS = LIGHTS_WIDTH * LIGHTS_HEIGHT;
/** Numbers in a row of the grid. */
const GRID_ROW = GRID_WIDTH * GRID_BINS * AFFINE_SIZE;

/**
 * Applies a look to a day of thumbnail size or any other small size, in float arithmetic without clamping, but for the light of
 * lamps, which saturates. For metrics and tests; the renderer applies looks to frames.
 * @param day Y, U, V in BT.709 full range, `[3, height, width]`. @param out receives the night in the same shape; not `day`.
 */
export function applyLookInto(look: Look, day: Float32Array, out: Float32Array, size: Size = THUMBNAIL_SIZE): void {
  applyGridInto(look.grid, day, out, size);
  const [width, height] = size;
  const count = width * height;
  const columns = columnsOf(width, LIGHTS_WIDTH);
  const mixed = new Float64Array(LIGHTS_CHANNELS * LIGHTS_WIDTH);
  for (let y = 0, i = 0; y < height; y++) {
    mixLightsRow(look.lights, neighbours(y, height, LIGHTS_HEIGHT), mixed);
    for (let x = 0; x < width; x++, i++) {
      const first = columns.first[x] ?? 0;
      const second = columns.second[x] ?? 0;
      const weight = columns.weight[x] ?? 0;
      const core = lightAt(mixed, first, second, weight);
      for (let c = 0, row = LIGHTS_WIDTH; c < 3; c++, row += LIGHTS_WIDTH) {
        const at = c * count + i;
        const shine = core * (c === 0 ? CORE_GAIN_LUMA : CORE_GAIN_CHROMA) * (day[at] ?? 0);
        out[at] = (out[at] ?? 0) + shine + lightAt(mixed, row + first, row + second, weight);
      }
    }
  }
  applyLampsInto(look.lamps, out, day, size);
}

/** Applies the grid alone; see {@link applyLookInto}. @param planes 1 for luma only: `out` is then `[height, width]`. */
export function applyGridInto(
  grid: Float32Array,
  day: Float32Array,
  out: Float32Array,
  size: Size = THUMBNAIL_SIZE,
  planes: 1 | 3 = 3,
): void {
  const [width, height] = size;
  const count = width * height;
  const columns = columnsOf(width, GRID_WIDTH);
  const mixed = new Float64Array(GRID_ROW);
  for (let y = 0, i = 0; y < height; y++) {
    mixGridRow(grid, neighbours(y, height, GRID_HEIGHT), mixed);
    for (let x = 0; x < width; x++, i++) {
      const luma = day[i] ?? 0;
      const u = day[count + i] ?? 0;
      const v = day[2 * count + i] ?? 0;
      const z = Math.min(1, Math.max(0, luma)) * (GRID_BINS - 1);
      const bin = Math.min(GRID_BINS - 2, z) | 0;
      const high = z - bin;
      const right = columns.weight[x] ?? 0;
      const a = ((columns.first[x] ?? 0) * GRID_BINS + bin) * AFFINE_SIZE;
      const b = ((columns.second[x] ?? 0) * GRID_BINS + bin) * AFFINE_SIZE;
      const left = 1 - right;
      const low = 1 - high;
      for (let plane = 0; plane < planes; plane++) {
        const k = 4 * plane;
        out[plane * count + i] =
          left * (low * affineAt(mixed, a + k, luma, u, v) + high * affineAt(mixed, a + k + AFFINE_SIZE, luma, u, v)) +
          right * (low * affineAt(mixed, b + k, luma, u, v) + high * affineAt(mixed, b + k + AFFINE_SIZE, luma, u, v));
      }
    }
  }
}

/** One row of an affine transform. */
function affineAt(mixed: Float64Array, at: number, luma: number, u: number, v: number): number {
  const linear = (mixed[at] ?? 0) * luma + (mixed[at + 1] ?? 0) * u + (mixed[at + 2] ?? 0) * v;
  return linear + (mixed[at + 3] ?? 0);
}

/** Mixes the two rows of the grid around a row of pixels: `[16, 8, 12]`. */
function mixGridRow(grid: Float32Array, [row0, row1, fy]: Neighbours, out: Float64Array): void {
  for (let i = 0; i < GRID_ROW; i++) {
    out[i] = (1 - fy) * (grid[row0 * GRID_ROW + i] ?? 0) + fy * (grid[row1 * GRID_ROW + i] ?? 0);
  }
}

/** Indices of the two samples around a position, and the weight of the second one. */
type Neighbours = readonly [first: number, second: number, weight: number];

/** The {@link neighbours} of each column. */
interface ColumnNeighbours {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float64Array;
}

function columnsOf(width: number, count: number): ColumnNeighbours {
  const all = Array.from({ length: width }, (_, x) => neighbours(x, width, count));
  return {
    first: Int32Array.from(all, ([first]) => first),
    second: Int32Array.from(all, ([, second]) => second),
    weight: Float64Array.from(all, ([, , weight]) => weight),
  };
}

/** Finds the neighbours of a pixel among `count` samples at cell centres over `length` pixels; clamped at the edges. */
function neighbours(pixel: number, length: number, count: number): Neighbours {
  const position = Math.max(0, ((pixel + 0.5) * count) / length - 0.5);
  const first = Math.min(count - 1, Math.floor(position));
  return [first, Math.min(count - 1, first + 1), position - first];
}

/** Mixes the two rows of the lights layer around a row of pixels: `[4, 128]`. */
function mixLightsRow(lights: Float32Array, [row0, row1, fy]: Neighbours, out: Float64Array): void {
  for (let channel = 0; channel < LIGHTS_CHANNELS; channel++) {
    const upper = channel * LIGHTS_PIXELS + row0 * LIGHTS_WIDTH;
    const lower = channel * LIGHTS_PIXELS + row1 * LIGHTS_WIDTH;
    for (let x = 0; x < LIGHTS_WIDTH; x++) {
      out[channel * LIGHTS_WIDTH + x] = (1 - fy) * (lights[upper + x] ?? 0) + fy * (lights[lower + x] ?? 0);
    }
  }
}

/** Samples a mixed row between two of its samples. */
function lightAt(mixed: Float64Array, first: number, second: number, weight: number): number {
  return (1 - weight) * (mixed[first] ?? 0) + weight * (mixed[second] ?? 0);
}
