/** Rows of the bilateral grid. */
export const GRID_HEIGHT = 9;
/** Columns of the bilateral grid. */
export const GRID_WIDTH = 16;
/** Luma bins of the bilateral grid; bin k stands at luma k / 7. */
export const GRID_BINS = 8;
/** Numbers in one affine transform: 3 rows (Y', U', V') of 4 (Y, U, V, 1). */
export const AFFINE_SIZE = 12;
/** Numbers in a grid. */
export const GRID_SIZE = GRID_HEIGHT * GRID_WIDTH * GRID_BINS * AFFINE_SIZE;
/** Rows of the lights layer. */
export const LIGHTS_HEIGHT = 72;
/** Columns of the lights layer. */
export const LIGHTS_WIDTH = 128;
/** Channels of the lights layer: core, haloY, haloU, haloV. */
export const LIGHTS_CHANNELS = 4;
/** Numbers in a lights layer. */
export const LIGHTS_SIZE = LIGHTS_CHANNELS * LIGHTS_HEIGHT * LIGHTS_WIDTH;
/** What `core` adds to a pixel: core * [0.9 Y, 1.4 U, 1.4 V] of the day. */
export const CORE_GAIN_LUMA = 0.9;
/** See {@link CORE_GAIN_LUMA}. */
export const CORE_GAIN_CHROMA = 1.4;

/**
 * How a frame becomes night; never pixels. Defined in BT.709 full range (Y in [0, 1], U and V in [-0.5, 0.5]); the
 * guide is the day pixel's luma:
 *
 *     night = grid(day) + core * [0.9 Y, 1.4 U, 1.4 V] + halo
 *
 * The grid's samples stand at cell centres and are clamped at the edges (bilinear in x and y), bin k at luma k / 7
 * (linear in luma). Lights are upsampled bilinearly, samples at cell centres too.
 */
export interface Look {
  /** `[9, 16, 8, 3, 4]`: row, column, luma bin, output channel, input channel (the last one constant 1). */
  readonly grid: Float32Array;
  /** `[4, 72, 128]`: core (a gain, 0 or more), haloY, haloU, haloV (light added). */
  readonly lights: Float32Array;
}

/** A look with all zeros; the caller owns it. */
export function emptyLook(): Look {
  return { grid: new Float32Array(GRID_SIZE), lights: new Float32Array(LIGHTS_SIZE) };
}

/** A look that leaves every pixel as it is; the caller owns it. */
export function identityLook(): Look {
  const look = emptyLook();
  for (let i = 0; i < GRID_SIZE; i += AFFINE_SIZE) {
    look.grid[i] = 1;
    look.grid[i + 5] = 1;
    look.grid[i + 10] = 1;
  }
  return look;
}

/** Copies a look's numbers into another. */
export function copyLookInto(from: Look, out: Look): void {
  out.grid.set(from.grid);
  out.lights.set(from.lights);
}

/** True when every number of the look is finite: what a failing network breaks first. */
export function isFiniteLook(look: Look): boolean {
  return isFiniteArray(look.grid) && isFiniteArray(look.lights);
}

/** Zero times what is not finite is not a number, which a sum keeps: a plain loop, 16 times as fast as `every`. */
function isFiniteArray(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] ?? 0);
  return sum === 0;
}
