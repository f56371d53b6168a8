// The fit kernel's sizes and memory. A vertex of the grid is a row, a column and a luma bin; its affine transform is four vectors, one
// for each input (Y, U, V, 1), of the three outputs and a zero. An interval is the space between eight vertices.

export const ROWS: i32 = 9;
export const COLUMNS: i32 = 16;
export const BINS: i32 = 8;
export const VERTICES: i32 = ROWS * COLUMNS * BINS;
/** Intervals along luma. */
export const GAPS: i32 = BINS - 1;

/** Largest width or height of an image. */
export const MAX_SIDE: i32 = 1024;

/** Vectors of an interval's moments at one pair of weights: of the day (see `moments.ts`), and of day and night. */
export const DAY_VECTORS: i32 = 6;
export const NIGHT_VECTORS: i32 = 7;
/** Products of two of the weights `1 - f` and `f`, and the weights themselves. */
export const PAIRS: i32 = 3;
export const ENDS: i32 = 2;

/** Bytes of a column's moments in one interval of luma. */
export const COLUMN_GAP: i32 = 16 * (PAIRS * DAY_VECTORS + ENDS * NIGHT_VECTORS);
/** Bytes of an interval's moments. */
export const INTERVAL: i32 = 16 * (PAIRS * PAIRS * DAY_VECTORS + ENDS * ENDS * NIGHT_VECTORS);

/** Neighbours of a vertex, itself first: those with a larger index. */
export const NEIGHBOURS: i32 = 14;
/** Bytes of a symmetric 4x4 matrix: YY, YU, YV, Y, UU, UV, U, VV, V, 1 and two zeros. */
export const SYMMETRIC: i32 = 48;
/** Bytes of an affine transform. */
export const AFFINE: i32 = 64;
const TRANSFORMS: i32 = VERTICES * AFFINE;

/** For each column of an image, i32: the vertex column before it, and f32: its distance from there, in vertices. */
export const COLUMN_FIRST: usize = 1024;
export const COLUMN_SHARE: usize = COLUMN_FIRST + MAX_SIDE * 4;
/** The same of each row. */
export const ROW_FIRST: usize = COLUMN_SHARE + MAX_SIDE * 4;
export const ROW_SHARE: usize = ROW_FIRST + MAX_SIDE * 4;
/** Moments of one column of pixels between two vertex rows. */
export const COLUMN_MOMENTS: usize = ROW_SHARE + MAX_SIDE * 4;
/** Moments of the intervals between two vertex rows. */
export const INTERVALS: usize = COLUMN_MOMENTS + GAPS * COLUMN_GAP;
/** `[1152, 14]` matrices: the normal equations. */
export const MATRICES: usize = INTERVALS + COLUMNS * GAPS * INTERVAL;
/** `[1152]` matrices: inverses of the vertices' own. */
export const INVERSES: usize = MATRICES + VERTICES * NEIGHBOURS * SYMMETRIC;
/** `[1152]` i32: a bit for each neighbour whose matrix is not zero. */
export const MASKS: usize = INVERSES + VERTICES * SYMMETRIC;
/** `[1152]` transforms each: right side, solution, and the vectors of conjugate gradients. */
export const RIGHT: usize = MASKS + VERTICES * 4;
export const SOLUTION: usize = RIGHT + TRANSFORMS;
export const DIRECTION: usize = SOLUTION + TRANSFORMS;
export const PRODUCT: usize = DIRECTION + TRANSFORMS;
/** Matrices of the whole image's tone curve: eight bins, each with itself and with the next one; and its right side. */
export const CURVE_MATRICES: usize = PRODUCT + TRANSFORMS;
export const CURVE_RIGHT: usize = CURVE_MATRICES + 2 * BINS * SYMMETRIC;
/** `[8]` transforms: the tone curve. */
export const CURVE: usize = CURVE_RIGHT + BINS * AFFINE;
/** `[8]` matrices: mean products of what each bin holds. */
export const TYPICAL: usize = CURVE + BINS * AFFINE;
/** f64 `[32, 33]`, then `[32, 4]`: scratch of the curve's equations. */
export const DENSE: usize = TYPICAL + BINS * SYMMETRIC;
/** f32 `[9, 16, 8, 3, 4]`: the grid, as a look has it. */
export const GRID: usize = DENSE + (32 * 32 + 32 * 4) * 8;
/** One row of the grid's transforms, interpolated for a row of pixels. */
export const MIXED: usize = GRID + VERTICES * 48;
/** A row or four columns of a plane, with margins. */
export const OPENING_LINE: usize = MIXED + COLUMNS * BINS * AFFINE;
/** `[4, 72, 128]` f32: the lights layer, and the moments that it is made of. */
export const LIGHTS_ROWS: i32 = 72;
export const LIGHTS_COLUMNS: i32 = 128;
export const LIGHTS: usize = OPENING_LINE + MAX_SIDE * 16 + 1024;
export const LIGHTS_MOMENTS: usize = LIGHTS + 4 * LIGHTS_ROWS * LIGHTS_COLUMNS * 4;
/** Start of the images. */
export const IMAGES: usize = (LIGHTS_MOMENTS + LIGHTS_ROWS * LIGHTS_COLUMNS * 48 + 255) & ~255;
