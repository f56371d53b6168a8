// Where everything lies in the kernel's memory. Planes that callers keep follow from FREE.

/** Largest radius of a window, samples. */
export const MAX_RADIUS: i32 = 16;
/** The plane that a filter works in, padded: f32, up to a thumbnail's 256 x 144 samples and the padding. */
export const SCRATCH: usize = 1024;
export const SCRATCH_BYTES: usize = (256 + 2 * MAX_RADIUS) * (144 + 2 * MAX_RADIUS) * 4;
/** f32 by column: what a sum of a row's window is multiplied with. A vector is read past its end, and past the scratch's. */
export const SCALES: usize = SCRATCH + SCRATCH_BYTES + 64;
/** Copies of planes that do not lie in this memory: what is read, and what is written. */
export const STAGE_IN: usize = SCALES + 320 * 4;
export const STAGE_BYTES: usize = 256 * 144 * 4;
export const STAGE_OUT: usize = STAGE_IN + STAGE_BYTES;
/** Start of the memory that callers divide among their planes. */
export const FREE: usize = STAGE_OUT + STAGE_BYTES;
