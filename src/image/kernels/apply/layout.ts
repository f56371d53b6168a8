// The kernel's memory layout and its fixed-point formats. The module has no static data: addresses below GEOMETRY are
// constants; the geometry and the band follow and depend on the frame's size.

/** Columns, rows and luma bins of the bilateral grid; numbers in one affine transform. */
export const GRID_WIDTH: i32 = 16;
export const GRID_HEIGHT: i32 = 9;
export const GRID_BINS: i32 = 8;
export const AFFINE: i32 = 12;
/** Columns and rows of the lights layer. */
export const LIGHTS_WIDTH: i32 = 128;
export const LIGHTS_HEIGHT: i32 = 72;

/** One, as a gain or a cross term: s3.12. */
export const GAIN_ONE: f32 = 4096;
/** One code value, as an offset or a halo: s10.5. */
export const OFFSET_ONE: f32 = 32;
/** One, as a weight of a luma bin or of a lights column: 14 fraction bits. */
export const WEIGHT_ONE: i32 = 16384;

/** One table: a coefficient's eight bins as i16, one v128. */
export const TABLE_BYTES: i32 = 16;
/** The twelve tables of a grid column: the first four give luma, the next four U, the last four V. */
export const COLUMN_BYTES: i32 = AFFINE * TABLE_BYTES;
export const GRID_ROW_BYTES: i32 = GRID_WIDTH * COLUMN_BYTES;

/** Channels of the converted lights: core for luma, haloY, core for chroma, haloU, haloV. */
export const LIGHTS_CHANNELS: i32 = 5;
/** One channel of a lights row: 128 samples; the last one is repeated, so that eight taps can be loaded anywhere. */
export const CHANNEL_BYTES: i32 = (LIGHTS_WIDTH + 8) * 2;
export const LIGHTS_ROW_BYTES: i32 = LIGHTS_CHANNELS * CHANNEL_BYTES;

/** Input of `convert`, written by TypeScript: L (3x3 in rows of 4), R (3x4), K (3x4), then the lights' parameters. f32. */
export const TRANSFORM: usize = 1024;
/** `[9, 16, 8, 3, 4]` f32: the look's grid, unconverted. */
export const GRID_IN: usize = TRANSFORM + 256;
/** `[4, 72, 128]` f32: the look's lights layer, unconverted. */
export const LIGHTS_IN: usize = GRID_IN + 9 * 16 * 8 * 12 * 4;
/** `[72, 128]` f32: the light pool of the car's own headlights. */
export const BEAM_IN: usize = LIGHTS_IN + 4 * 72 * 128 * 4;
/** `[9, 16, 12]` tables. */
export const TABLES: usize = BEAM_IN + 72 * 128 * 4;
/** `[16, 12]` tables, interpolated for one row of pixels. */
export const ROW_TABLES: usize = TABLES + 9 * GRID_ROW_BYTES;
/** `[72, 5, 136]` i16: the converted lights. */
export const LIGHTS: usize = ROW_TABLES + GRID_ROW_BYTES;
/** `[72]` bytes: 1 where a lights row holds anything but zeros. */
export const LIT_ROWS: usize = LIGHTS + 72 * LIGHTS_ROW_BYTES;
/**
 * Cross terms that a grid row uses, as bits: chroma into luma, luma into chroma, U into V or V into U. A plain night
 * uses none.
 */
export const INTO_LUMA: i32 = 1;
export const FROM_LUMA: i32 = 2;
export const CROSSED: i32 = 4;
/** `[9]` bytes: these bits for each grid row. */
export const MIXES: usize = LIT_ROWS + 80;
/** `[5, 136]` i16: the lights, interpolated for one row of pixels. */
export const LIGHTS_ROW: usize = MIXES + 16;
/** The lights of one row of a narrow plane, spread to eight taps for each group of four pixels. */
export const SPREAD: usize = LIGHTS_ROW + LIGHTS_ROW_BYTES;
/** Groups of four pixels that fit into {@link SPREAD}, which planes narrower than 64 need. */
export const SPREAD_QUADS: i32 = 32;
/** A byte for each sample of {@link LIGHTS_ROW} or {@link SPREAD}: 0 where no channel of the plane holds light. */
export const LIT_SAMPLES: usize = SPREAD + SPREAD_QUADS * 16 * LIGHTS_CHANNELS;
/** The same for the core alone: it reaches less far than the halo and costs more. */
export const CORE_SAMPLES: usize = LIT_SAMPLES + SPREAD_QUADS * 8 + 16;
/** Signed bytes, Gaussian, written once by TypeScript. */
export const NOISE: usize = CORE_SAMPLES + SPREAD_QUADS * 8 + 16;
export const NOISE_BYTES: i32 = 65536;
/**
 * `[1021, 4]` i32, indexed by the sum of four luma codes. For their mean: swizzle mask of its two bins, the bins' weights as
 * a pair, luma times these weights as a pair, unused.
 */
export const SUM_CODES: usize = NOISE + NOISE_BYTES;
/**
 * `[64]` records for four luma codes each: swizzle masks, weights as pairs, luma times weights as pairs; one vector
 * each.
 */
export const CODE_QUADS: usize = SUM_CODES + 1021 * 16;
export const CODE_QUAD_BYTES: i32 = 48;
/**
 * `[3, 9, 16, 256]` i16, indexed by luma code, for each cell: output luma from luma, 3 fraction bits; then the cross terms of
 * U and of V into luma, 12 fraction bits.
 */
export const CURVES: usize = CODE_QUADS + 64 * CODE_QUAD_BYTES;
export const CURVE_BYTES: i32 = 256 * 2;
export const CURVES_BYTES: i32 = GRID_HEIGHT * GRID_WIDTH * CURVE_BYTES;
/** `[15, 256, 4]` i16: luma curves of the four cells around a pixel, for the pixels between two rows of cells. */
export const CORNERS: usize = CURVES + 3 * CURVES_BYTES;
/** Bytes of four cells at all codes, for the pixels between two columns of cells. */
export const CORNER_COLUMN_BYTES: i32 = 256 * 8;
/** `[15, 256, 4, 2]` i16: the same for the curves of U and V, in pairs. Twice as large. */
export const CROSS_CORNERS: usize = CORNERS + (GRID_WIDTH - 1) * CORNER_COLUMN_BYTES;
/** What lamps need to know of a frame, 15 f32, written by TypeScript: see lamp-blend.ts. */
export const LAMP_FRAME: usize = CROSS_CORNERS + 2 * (GRID_WIDTH - 1) * CORNER_COLUMN_BYTES;
/** `[256, 24]` f32 and i32: lamps in the order of their first row, written by TypeScript; lamp-record.ts lists their numbers. */
export const LAMPS_IN: usize = LAMP_FRAME + 64;
export const LAMP_BYTES: i32 = 96;
export const MAX_LAMPS: i32 = 256;
/** `[256]` addresses, i32: the lamps that reach the current rows. */
export const ACTIVE_LAMPS: usize = LAMPS_IN + MAX_LAMPS * LAMP_BYTES;
/** Start of the geometry. Everything from here on depends on the frame's size. */
export const GEOMETRY: usize = ACTIVE_LAMPS + MAX_LAMPS * 4;

/**
 * One record for four samples of a row: byte offset of the first grid column, number of columns, address of their weights
 * (f32x4 each; only chroma uses these three), byte offset of the first lights tap, then the swizzle mask and the weight
 * pairs of the lights.
 */
export const QUAD_BYTES: i32 = 48;

/** Scales a sum with 19 fraction bits to 4 fraction bits. */
export const SUM_TO_OUTPUT: f32 = 1.0 / 32768.0;

// Vector constants of the row loops. The loops load them from memory: V8 rebuilds a literal vector in each iteration, in
// three to five instructions; a load is one.
const START: usize = 256;

/** 128 in each byte: converts between code values and signed chroma. */
export const SIGN: usize = START;
/** Rounding for shifts by 14: lit gains and corners. */
export const HALF_14: usize = START + 16;
/** Scales 19 fraction bits to 4. */
export const OUTPUT_SCALE: usize = START + 32;
/** 1.5 * 2^23 + 8 as float, and 1.5 * 2^23 as bits: see `toFixed`. */
export const FLOAT_MAGIC: usize = START + 48;
export const MAGIC_BITS: usize = START + 64;
/** Rounding for the shift of the grain. */
export const GRAIN_HALF: usize = START + 80;
/** Rounding for the shift of a luma sum, plus half a code value for the shift that follows. */
export const LUMA_HALF: usize = START + 96;
/** Rounding for the shift of a light on luma. */
export const LIGHT_HALF: usize = START + 112;
/** Rounding for the shift of the cross term from chroma to luma. */
export const CROSS_HALF: usize = START + 128;
/** From here on: the vectors of a frame's lamps, written by `setLamps`. */
export const LAMP_VECTORS: usize = START + 144;

/** Writes these vectors. Call it once, before the first row. */
export function writeConstants(): void {
  v128.store(SIGN, i8x16.splat(-128));
  v128.store(HALF_14, i32x4.splat(8192));
  v128.store(OUTPUT_SCALE, f32x4.splat(1.0 / 32768.0));
  v128.store(FLOAT_MAGIC, f32x4.splat(12582912 + 8));
  v128.store(MAGIC_BITS, i32x4.splat(0x4b400000));
  v128.store(GRAIN_HALF, i16x8.splat(32));
  v128.store(LUMA_HALF, i32x4.splat(4096 + (8 << 13)));
  v128.store(LIGHT_HALF, i32x4.splat(16384));
  v128.store(CROSS_HALF, i32x4.splat(256));
}
