// Where everything lies in the kernel's memory, and the fixed-point formats. Nothing here is static data of the module:
// the addresses below the geometry are constants, the geometry and the band follow and depend on the frame's size.

/** Columns, rows and luma bins of the bilateral grid; numbers in one transform. */
export const GRID_WIDTH: i32 = 16;
export const GRID_HEIGHT: i32 = 9;
export const GRID_BINS: i32 = 8;
export const AFFINE: i32 = 12;
/** Columns and rows of the lights layer. */
export const LIGHTS_WIDTH: i32 = 128;
export const LIGHTS_HEIGHT: i32 = 72;

/** Gains and cross terms: s3.12. */
export const GAIN_ONE: f32 = 4096;
/** Offsets and halos, in code values: s10.5. */
export const OFFSET_ONE: f32 = 32;
/** Weights of luma bins and of lights columns: 14 bits. */
export const WEIGHT_ONE: i32 = 16384;

/** One table: a coefficient's eight bins as i16, one v128. */
export const TABLE_BYTES: i32 = 16;
/** The twelve tables of a grid column; the first four make luma, the next four U, the last four V. */
export const COLUMN_BYTES: i32 = AFFINE * TABLE_BYTES;
export const GRID_ROW_BYTES: i32 = GRID_WIDTH * COLUMN_BYTES;

/** Channels of the converted lights: core for luma, haloY, core for chroma, haloU, haloV. */
export const LIGHTS_CHANNELS: i32 = 5;
/** One channel of a lights row: 128 samples, the last repeated so that eight taps can be loaded anywhere. */
export const CHANNEL_BYTES: i32 = (LIGHTS_WIDTH + 8) * 2;
export const LIGHTS_ROW_BYTES: i32 = LIGHTS_CHANNELS * CHANNEL_BYTES;

/** What TypeScript writes before `convert`: L (3x3 in rows of 4), R (3x4), K (3x4), then the lights' parameters. f32. */
export const TRANSFORM: usize = 1024;
/** `[9, 16, 8, 3, 4]` f32: the look's grid as it came. */
export const GRID_IN: usize = TRANSFORM + 256;
/** `[4, 72, 128]` f32: the look's lights as they came. */
export const LIGHTS_IN: usize = GRID_IN + 9 * 16 * 8 * 12 * 4;
/** `[72, 128]` f32: the pool of light of the own headlights. */
export const BEAM_IN: usize = LIGHTS_IN + 4 * 72 * 128 * 4;
/** `[9, 16, 12]` tables. */
export const TABLES: usize = BEAM_IN + 72 * 128 * 4;
/** `[16, 12]` tables: those of one picture row. */
export const ROW_TABLES: usize = TABLES + 9 * GRID_ROW_BYTES;
/** `[72, 5, 136]` i16. */
export const LIGHTS: usize = ROW_TABLES + GRID_ROW_BYTES;
/** `[72]` bytes: 1 where a lights row holds anything but zeros. */
export const LIT_ROWS: usize = LIGHTS + 72 * LIGHTS_ROW_BYTES;
/** What a grid row takes, as bits: chroma into luma, luma into chroma, U into V or V into U. A plain night takes nothing. */
export const INTO_LUMA: i32 = 1;
export const FROM_LUMA: i32 = 2;
export const CROSSED: i32 = 4;
/** `[9]` bytes: those bits of the grid's rows. */
export const MIXES: usize = LIT_ROWS + 80;
/** `[5, 136]` i16: the lights of one picture row. */
export const LIGHTS_ROW: usize = MIXES + 16;
/** Lights of one row of a narrow picture, spread to eight taps for each group of four pixels. */
export const SPREAD: usize = LIGHTS_ROW + LIGHTS_ROW_BYTES;
/** Groups of four pixels that fit into {@link SPREAD}: planes narrower than 64 need it. */
export const SPREAD_QUADS: i32 = 32;
/** For each sample of {@link LIGHTS_ROW} or {@link SPREAD} a byte: 0 where no channel of the plane holds light. */
export const LIT_SAMPLES: usize = SPREAD + SPREAD_QUADS * 16 * LIGHTS_CHANNELS;
/** The same of the core alone: a glow reaches far, a core does not, and costs more. */
export const CORE_SAMPLES: usize = LIT_SAMPLES + SPREAD_QUADS * 8 + 16;
/** Signed bytes, Gaussian, written once by TypeScript. */
export const NOISE: usize = CORE_SAMPLES + SPREAD_QUADS * 8 + 16;
export const NOISE_BYTES: i32 = 65536;
/**
 * `[1021, 4]` i32, by the sum of four luma codes, for their mean: swizzle mask of its two bins, their weights as a pair,
 * luma times the weights as a pair, and nothing.
 */
export const SUM_CODES: usize = NOISE + NOISE_BYTES;
/** `[64]` by four luma codes: their swizzle masks, weights as pairs, luma times weights as pairs, one vector each. */
export const CODE_QUADS: usize = SUM_CODES + 1021 * 16;
export const CODE_QUAD_BYTES: i32 = 48;
/**
 * `[3, 9, 16, 256]` i16: what luma does for luma at each cell, by its code, 3 fraction bits; then what U and what V count
 * for luma there, 12 fraction bits.
 */
export const CURVES: usize = CODE_QUADS + 64 * CODE_QUAD_BYTES;
export const CURVE_BYTES: i32 = 256 * 2;
export const CURVES_BYTES: i32 = GRID_HEIGHT * GRID_WIDTH * CURVE_BYTES;
/** `[15, 256, 4]` i16: luma's curves of the four cells around a pixel, for the pixels between two rows of cells. */
export const CORNERS: usize = CURVES + 3 * CURVES_BYTES;
/** Four cells at all codes, for the pixels between two columns of cells. */
export const CORNER_COLUMN_BYTES: i32 = 256 * 8;
/** `[15, 256, 4, 2]` i16: the same of U's and V's curves, in pairs; twice as large. */
export const CROSS_CORNERS: usize = CORNERS + (GRID_WIDTH - 1) * CORNER_COLUMN_BYTES;
/** Start of the geometry; what follows depends on the frame's size. */
export const GEOMETRY: usize = CROSS_CORNERS + 2 * (GRID_WIDTH - 1) * CORNER_COLUMN_BYTES;

/**
 * One record for four samples of a row: first grid column in bytes, number of columns, address of their weights (f32x4
 * each; all three for chroma alone), offset of the first lights tap in bytes, then the swizzle mask and the weight pairs
 * of the lights.
 */
export const QUAD_BYTES: i32 = 48;

/** Moves a sum of 19 fraction bits to one of 4. */
export const SUM_TO_OUTPUT: f32 = 1.0 / 32768.0;
