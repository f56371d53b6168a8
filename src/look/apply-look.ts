import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { applyLampsInto } from './apply-lamps.js';
import {
  AFFINE_SIZE,
  CORE_GAIN_CHROMA,
  CORE_GAIN_LUMA,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_WIDTH,
  LIGHTS_HEIGHT,
  LIGHTS_WIDTH,
  type Look,
} from './look.js';

/** Columns and rows of the day. */
type Size = readonly [width: number, height: number];

const THUMBNAIL_SIZE: Size = [THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT];
const LIGHTS_PIXELS = LIGHTS_WIDTH * LIGHTS_HEIGHT;

/**
 * Applies a look to a day of thumbnail size or any other small size, in float arithmetic without clamping, but for the light of
 * lamps, which saturates. For metrics and tests; the renderer applies looks to frames.
 * @param day Y, U, V in BT.709 full range, `[3, height, width]`. @param out receives the night in the same shape; not `day`.
 */
export function applyLookInto(look: Look, day: Float32Array, out: Float32Array, size: Size = THUMBNAIL_SIZE): void {
  applyGridInto(look.grid, day, out, size);
  const [width, height] = size;
  const count = width * height;
  const columns = Array.from({ length: width }, (_, x) => neighbours(x, width, LIGHTS_WIDTH));
  for (let y = 0, i = 0; y < height; y++) {
    const vertical = neighbours(y, height, LIGHTS_HEIGHT);
    for (const horizontal of columns) {
      const core = lightAt(look.lights, 0, horizontal, vertical);
      for (let c = 0; c < 3; c++) {
        const shine = core * (c === 0 ? CORE_GAIN_LUMA : CORE_GAIN_CHROMA) * (day[c * count + i] ?? 0);
        const halo = lightAt(look.lights, c + 1, horizontal, vertical);
        out[c * count + i] = (out[c * count + i] ?? 0) + shine + halo;
      }
      i++;
    }
  }
  applyLampsInto(look.lamps, out, width, height);
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
  const columns = Array.from({ length: width }, (_, x) => neighbours(x, width, GRID_WIDTH));
  for (let y = 0, i = 0; y < height; y++) {
    const [row0, row1, fy] = neighbours(y, height, GRID_HEIGHT);
    for (const [column0, column1, fx] of columns) {
      const [luma, u, v] = [day[i] ?? 0, day[count + i] ?? 0, day[2 * count + i] ?? 0];
      const z = Math.min(1, Math.max(0, luma)) * (GRID_BINS - 1);
      const bin = Math.min(GRID_BINS - 2, Math.floor(z));
      const fz = z - bin;
      for (let plane = 0; plane < planes; plane++) {
        let sum = 0;
        for (let corner = 0; corner < 8; corner++) {
          const right = corner & 1;
          const lower = (corner >> 1) & 1;
          const next = corner >> 2;
          const weight = (right ? fx : 1 - fx) * (lower ? fy : 1 - fy) * (next ? fz : 1 - fz);
          const cell = (lower ? row1 : row0) * GRID_WIDTH + (right ? column1 : column0);
          const at = (cell * GRID_BINS + bin + next) * AFFINE_SIZE + plane * 4;
          const linear = (grid[at] ?? 0) * luma + (grid[at + 1] ?? 0) * u + (grid[at + 2] ?? 0) * v;
          sum += weight * (linear + (grid[at + 3] ?? 0));
        }
        out[plane * count + i] = sum;
      }
      i++;
    }
  }
}

/** Indices of the two samples around a position, and the weight of the second one. */
type Neighbours = readonly [first: number, second: number, weight: number];

/** Finds the neighbours of a pixel among `count` samples at cell centres over `length` pixels; clamped at the edges. */
function neighbours(pixel: number, length: number, count: number): Neighbours {
  const position = Math.max(0, ((pixel + 0.5) * count) / length - 0.5);
  const first = Math.min(count - 1, Math.floor(position));
  return [first, Math.min(count - 1, first + 1), position - first];
}

/** Samples a channel of the lights layer bilinearly. */
function lightAt(lights: Float32Array, channel: number, [x0, x1, fx]: Neighbours, [y0, y1, fy]: Neighbours): number {
  const start = channel * LIGHTS_PIXELS;
  const upper0 = lights[start + y0 * LIGHTS_WIDTH + x0] ?? 0;
  const upper1 = lights[start + y0 * LIGHTS_WIDTH + x1] ?? 0;
  const lower0 = lights[start + y1 * LIGHTS_WIDTH + x0] ?? 0;
  const lower1 = lights[start + y1 * LIGHTS_WIDTH + x1] ?? 0;
  return (1 - fy) * (upper0 + fx * (upper1 - upper0)) + fy * (lower0 + fx * (lower1 - lower0));
}
