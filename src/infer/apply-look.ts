import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
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

const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
const LIGHTS_PIXELS = LIGHTS_WIDTH * LIGHTS_HEIGHT;

/**
 * A look applied to a thumbnail, plainly and in floats: night `[3, 144, 256]`, not clamped. For measuring looks and
 * for tests; frames are the renderer's.
 * @param day `[3, 144, 256]`. @param out may not be `day`.
 */
export function applyLookInto(look: Look, day: Float32Array, out: Float32Array): void {
  applyGridInto(look.grid, day, out);
  for (let y = 0; y < THUMBNAIL_HEIGHT; y++) {
    for (let x = 0; x < THUMBNAIL_WIDTH; x++) {
      const i = y * THUMBNAIL_WIDTH + x;
      const core = lightAt(look.lights, 0, x, y);
      const luma = day[i] ?? 0;
      const u = day[PIXELS + i] ?? 0;
      const v = day[2 * PIXELS + i] ?? 0;
      out[i] = (out[i] ?? 0) + core * CORE_GAIN_LUMA * luma + lightAt(look.lights, 1, x, y);
      out[PIXELS + i] = (out[PIXELS + i] ?? 0) + core * CORE_GAIN_CHROMA * u + lightAt(look.lights, 2, x, y);
      out[2 * PIXELS + i] = (out[2 * PIXELS + i] ?? 0) + core * CORE_GAIN_CHROMA * v + lightAt(look.lights, 3, x, y);
    }
  }
}

/** The grid alone, as {@link applyLookInto}. */
export function applyGridInto(grid: Float32Array, day: Float32Array, out: Float32Array): void {
  for (let y = 0; y < THUMBNAIL_HEIGHT; y++) {
    const [row0, row1, fy] = neighbours(y, THUMBNAIL_HEIGHT, GRID_HEIGHT);
    for (let x = 0; x < THUMBNAIL_WIDTH; x++) {
      const [column0, column1, fx] = neighbours(x, THUMBNAIL_WIDTH, GRID_WIDTH);
      const i = y * THUMBNAIL_WIDTH + x;
      const pixel = [day[i] ?? 0, day[PIXELS + i] ?? 0, day[2 * PIXELS + i] ?? 0, 1];
      const z = Math.min(1, Math.max(0, pixel[0] ?? 0)) * (GRID_BINS - 1);
      const bin = Math.min(GRID_BINS - 2, Math.floor(z));
      const fz = z - bin;
      for (let row = 0; row < 3; row++) {
        let sum = 0;
        for (let corner = 0; corner < 8; corner++) {
          const right = corner & 1;
          const lower = (corner >> 1) & 1;
          const next = corner >> 2;
          const weight = (right ? fx : 1 - fx) * (lower ? fy : 1 - fy) * (next ? fz : 1 - fz);
          const cell = (lower ? row1 : row0) * GRID_WIDTH + (right ? column1 : column0);
          const at = (cell * GRID_BINS + bin + next) * AFFINE_SIZE + row * 4;
          for (let k = 0; k < 4; k++) sum += weight * (grid[at + k] ?? 0) * (pixel[k] ?? 0);
        }
        out[row * PIXELS + i] = sum;
      }
    }
  }
}

/** The two samples around a position when `count` samples stand at the centres of `length` pixels, and how far between. */
function neighbours(at: number, length: number, count: number): readonly [number, number, number] {
  const position = Math.max(0, ((at + 0.5) * count) / length - 0.5);
  const first = Math.min(count - 1, Math.floor(position));
  return [first, Math.min(count - 1, first + 1), position - first];
}

function lightAt(lights: Float32Array, channel: number, x: number, y: number): number {
  const [row0, row1, fy] = neighbours(y, THUMBNAIL_HEIGHT, LIGHTS_HEIGHT);
  const [column0, column1, fx] = neighbours(x, THUMBNAIL_WIDTH, LIGHTS_WIDTH);
  const start = channel * LIGHTS_PIXELS;
  const upper0 = lights[start + row0 * LIGHTS_WIDTH + column0] ?? 0;
  const upper1 = lights[start + row0 * LIGHTS_WIDTH + column1] ?? 0;
  const lower0 = lights[start + row1 * LIGHTS_WIDTH + column0] ?? 0;
  const lower1 = lights[start + row1 * LIGHTS_WIDTH + column1] ?? 0;
  return (1 - fy) * (upper0 + fx * (upper1 - upper0)) + fy * (lower0 + fx * (lower1 - lower0));
}
