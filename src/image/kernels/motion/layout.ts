// The kernel's memory layout. A pyramid has four levels of u8 luma, 256x144, 128x72, 64x36 and 32x18, one after the other.

export const WIDTH: i32 = 256;
export const HEIGHT: i32 = 144;
export const LEVELS: i32 = 4;
/** Columns and rows of the flow: one vector for 4x4 samples of the finest level. */
export const COLUMNS: i32 = 64;
export const ROWS: i32 = 36;
const PLACES: usize = 64 * 36;
const PYRAMID_BYTES: usize = 256 * 144 + 128 * 72 + 64 * 36 + 32 * 18 + 64;

/** `[144, 256]` f32: luma of the thumbnail, the input. */
export const IN: usize = 1024;
const PYRAMIDS: usize = IN + 256 * 144 * 4;
export const NOW: usize = PYRAMIDS;
export const BEFORE: usize = NOW + PYRAMID_BYTES;
/** The previous pyramid, at the brightness of the current one. */
export const COMPENSATED: usize = BEFORE + PYRAMID_BYTES;
/** `[18, 32]` u8: the coarsest levels. */
export const COARSE_NOW: usize = NOW + 256 * 144 + 128 * 72 + 64 * 36;
export const COARSE_BEFORE: usize = BEFORE + 256 * 144 + 128 * 72 + 64 * 36;

/** Vectors in whole samples, i16 x and y, of all levels from the finest to the coarsest. */
export const VECTORS: usize = COMPENSATED + PYRAMID_BYTES;
const VECTORS_BYTES: usize = 4 * (64 * 36 + 32 * 18 + 16 * 9 + 8 * 5) + 64;
/** The finest vectors of the previous search, by direction. */
export const LAST_BACKWARD: usize = VECTORS + VECTORS_BYTES;
export const LAST_FORWARD: usize = LAST_BACKWARD + 4 * PLACES;

/** `[2, 36, 64]` f32: the backward flow, in samples of the thumbnail, x then y. */
export const BACKWARD: usize = LAST_FORWARD + 4 * PLACES;
/** `[2, 18, 32]` f32: the forward flow at half the resolution. */
export const FORWARD: usize = BACKWARD + 8 * PLACES;
/** BACKWARD before the median. */
export const RAW: usize = FORWARD + 8 * PLACES;
/** `[36, 64]` f32: mean absolute luma difference between each block and its match in the previous thumbnail, 0 to 1. */
export const RESIDUAL: usize = RAW + 8 * PLACES;

/** `[4, 72, 128]` f32: lights layer before and after the warp. */
export const LIGHTS_IN: usize = RESIDUAL + 4 * PLACES;
export const LIGHTS_OUT: usize = LIGHTS_IN + 4 * 4 * 72 * 128;
/** `[9, 16, 96]` f32: grid before and after the warp. */
export const GRID_IN: usize = LIGHTS_OUT + 4 * 4 * 72 * 128;
export const GRID_OUT: usize = GRID_IN + 4 * 9 * 16 * 96;

/** Returns the address of a level in a pyramid. */
// @ts-ignore: decorator
@inline
export function planeOf(pyramid: usize, level: i32): usize {
  let plane = pyramid;
  for (let finer = 0; finer < level; finer++) plane += (WIDTH >> finer) * (HEIGHT >> finer);
  return plane;
}

/** Returns the address of a level's vectors. */
// @ts-ignore: decorator
@inline
export function vectorsOf(level: i32): usize {
  let vectors = VECTORS;
  for (let finer = 0; finer < level; finer++) vectors += columnsOf(finer) * rowsOf(finer) * 4;
  return vectors;
}

/** Returns the number of blocks in a row of a level. */
// @ts-ignore: decorator
@inline
export function columnsOf(level: i32): i32 {
  return COLUMNS >> level;
}

/** Returns the number of block rows of a level; half a block counts as one. */
// @ts-ignore: decorator
@inline
export function rowsOf(level: i32): i32 {
  return ((HEIGHT >> level) + 3) >> 2;
}
