import { BACKWARD, COLUMNS, GRID_IN, GRID_OUT, LIGHTS_IN, LIGHTS_OUT, ROWS } from './layout';

const LIGHTS_WIDTH: i32 = 128;
const LIGHTS_HEIGHT: i32 = 72;
const LIGHTS: i32 = LIGHTS_WIDTH * LIGHTS_HEIGHT;
const GRID_WIDTH: i32 = 16;
const GRID_HEIGHT: i32 = 9;
/** Bytes of one cell of the grid. */
const CELL: i32 = 96 * 4;
/** Flow vectors along a side of a cell. */
const CELL_PLACES: i32 = 4;
/** Samples of the thumbnail along a side of a cell. */
const CELL_SAMPLES: f32 = 16;

/** Warps a lights layer `[4, 72, 128]` along BACKWARD, from LIGHTS_IN to LIGHTS_OUT. Bilinear, clamped at the edges. */
export function warpLights(): void {
  for (let y = 0; y < LIGHTS_HEIGHT; y++) {
    for (let x = 0; x < LIGHTS_WIDTH; x++) {
      const fromX = clampTo(<f32>x + 0.5 * flowAt(BACKWARD, x, y), <f32>(LIGHTS_WIDTH - 1));
      const fromY = clampTo(<f32>y + 0.5 * flowAt(BACKWARD + COLUMNS * ROWS * 4, x, y), <f32>(LIGHTS_HEIGHT - 1));
      const left = min(LIGHTS_WIDTH - 2, <i32>fromX);
      const top = min(LIGHTS_HEIGHT - 2, <i32>fromY);
      const fx = fromX - <f32>left;
      const fy = fromY - <f32>top;
      let from = LIGHTS_IN + (top * LIGHTS_WIDTH + left) * 4;
      let to = LIGHTS_OUT + (y * LIGHTS_WIDTH + x) * 4;
      for (let channel = 0; channel < 4; channel++) {
        const upper = load<f32>(from) + fx * (load<f32>(from, 4) - load<f32>(from));
        const next = from + LIGHTS_WIDTH * 4;
        const lower = load<f32>(next) + fx * (load<f32>(next, 4) - load<f32>(next));
        store<f32>(to, upper + fy * (lower - upper));
        from += LIGHTS * 4;
        to += LIGHTS * 4;
      }
    }
  }
}

/** Samples one plane of the flow at a light, bilinearly: lights lie a quarter of a flow cell before and after its centre. */
// @ts-ignore: decorator
@inline
function flowAt(plane: usize, x: i32, y: i32): f32 {
  const column = x >> 1;
  const row = y >> 1;
  const besideX = max(0, min(COLUMNS - 1, column + ((x & 1) === 0 ? -1 : 1)));
  const besideY = max(0, min(ROWS - 1, row + ((y & 1) === 0 ? -1 : 1)));
  const a = load<f32>(plane + (row * COLUMNS + column) * 4);
  const b = load<f32>(plane + (row * COLUMNS + besideX) * 4);
  const c = load<f32>(plane + (besideY * COLUMNS + column) * 4);
  const d = load<f32>(plane + (besideY * COLUMNS + besideX) * 4);
  return 0.5625 * a + 0.1875 * (b + c) + 0.0625 * d;
}

// @ts-ignore: decorator
@inline
function clampTo(value: f32, most: f32): f32 {
  return max<f32>(0, min<f32>(most, value));
}

/** Warps a grid `[9, 16, 96]` along each cell's mean flow, from GRID_IN to GRID_OUT. Bilinear, clamped at the edges. */
export function warpGrid(): void {
  for (let row = 0; row < GRID_HEIGHT; row++) {
    for (let column = 0; column < GRID_WIDTH; column++) {
      const flowX = meanFlow(BACKWARD, column, row) / CELL_SAMPLES;
      const flowY = meanFlow(BACKWARD + COLUMNS * ROWS * 4, column, row) / CELL_SAMPLES;
      const fromX = clampTo(<f32>column + flowX, <f32>(GRID_WIDTH - 1));
      const fromY = clampTo(<f32>row + flowY, <f32>(GRID_HEIGHT - 1));
      const left = min(GRID_WIDTH - 2, <i32>fromX);
      const top = min(GRID_HEIGHT - 2, <i32>fromY);
      const from = GRID_IN + (top * GRID_WIDTH + left) * CELL;
      const to = GRID_OUT + (row * GRID_WIDTH + column) * CELL;
      mixCell(from, to, fromX - <f32>left, fromY - <f32>top);
    }
  }
}

function mixCell(from: usize, to: usize, fx: f32, fy: f32): void {
  const right = f32x4.splat(fx);
  const below = f32x4.splat(fy);
  for (let i = 0; i < CELL; i += 16) {
    const upper = between(v128.load(from + i), v128.load(from + i + CELL), right);
    const next = from + i + GRID_WIDTH * CELL;
    const lower = between(v128.load(next), v128.load(next + CELL), right);
    v128.store(to + i, between(upper, lower, below));
  }
}

// @ts-ignore: decorator
@inline
function between(a: v128, b: v128, share: v128): v128 {
  return f32x4.add(a, f32x4.mul(share, f32x4.sub(b, a)));
}

/** Returns the mean of the 4x4 flow vectors of a cell. */
function meanFlow(plane: usize, column: i32, row: i32): f32 {
  let sum: f32 = 0;
  for (let y = 0; y < CELL_PLACES; y++) {
    const first = plane + ((row * CELL_PLACES + y) * COLUMNS + column * CELL_PLACES) * 4;
    for (let x = 0; x < CELL_PLACES; x++) sum += load<f32>(first + x * 4);
  }
  return sum / <f32>(CELL_PLACES * CELL_PLACES);
}
