// The kernel's memory layout. Planes that callers keep start at FREE.

/** Largest radius of a window, samples. */
export const MAX_RADIUS: i32 = 16;
/** The padded plane that filters work in: f32, up to a detail's 448 x 256 samples plus padding. */
export const SCRATCH: usize = 1024;
export const SCRATCH_BYTES: usize = (448 + 2 * MAX_RADIUS) * (256 + 2 * MAX_RADIUS) * 4;
/**
 * f32 for each column: factor from a window's sum to its mean. Loads read one vector past its end and past the scratch's
 * end.
 */
export const SCALES: usize = SCRATCH + SCRATCH_BYTES + 64;
/** Staging buffers for planes outside this memory: input and output. */
export const STAGE_IN: usize = SCALES + 512 * 4;
export const STAGE_BYTES: usize = 448 * 256 * 4;
export const STAGE_OUT: usize = STAGE_IN + STAGE_BYTES;
/** Start of the memory for planes of callers. */
export const FREE: usize = STAGE_OUT + STAGE_BYTES;
