// Sizes that the planes of a look share.

/** Columns and rows of a plane of samples; bytes of a row and of a plane. */
export const WIDTH: i32 = 128;
export const HEIGHT: i32 = 72;
export const ROW: usize = WIDTH * 4;
export const PLANE: usize = WIDTH * HEIGHT * 4;
/** The same of a plane of half the size. */
export const HALF_WIDTH: i32 = WIDTH / 2;
export const HALF_HEIGHT: i32 = HEIGHT / 2;
export const HALF_ROW: usize = ROW / 2;
export const HALF: usize = HALF_WIDTH * HALF_HEIGHT * 4;
/** Columns, rows and luma bins of the grid. */
export const GRID_WIDTH: i32 = 16;
export const GRID_HEIGHT: i32 = 9;
export const GRID_BINS: i32 = 8;
