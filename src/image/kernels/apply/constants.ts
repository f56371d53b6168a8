// Vectors that the row loops need. They are loaded where they are used: V8 builds a literal vector anew in every
// iteration, in three to five instructions, where a load is one.

const START: usize = 256;

/** `bin * 0x02020202 + 0x03020100` is the swizzle mask of a bin and the next one: four bytes of an i16 table. */
export const MASK_STEP: usize = START;
export const MASK_FIRST: usize = START + 16;
/** Half of the lowest bit that is kept of four times the guide. */
export const FOUR_GUIDE_HALF: usize = START + 48;
/** 16384 in each lane: all weight on the lower bin; also half of the bits a chroma pair drops. */
export const WEIGHT_ONE: usize = START + 64;
/** Half of the bits a pair of a sum of four lumas drops. */
export const SUM_HALF: usize = START + 96;
/** Half of the bits a lit gain drops. */
export const CORE_HALF: usize = START + 112;
/** 128 in each byte: between code values and signed chroma. */
export const SIGN: usize = START + 128;
/** 1.5 * 2^23 + 8 as float, and 1.5 * 2^23 as bits: see `toFixed`. */
export const FLOAT_MAGIC: usize = START + 144;
export const MAGIC_BITS: usize = START + 160;
/** From 19 fraction bits to 4. */
export const OUTPUT_SCALE: usize = START + 176;
/** Half of the bits that grain drops. */
export const GRAIN_HALF: usize = START + 192;

/** Writes them; once, before the first row. */
export function writeConstants(): void {
  v128.store(MASK_STEP, i32x4.splat(0x02020202));
  v128.store(MASK_FIRST, i32x4.splat(0x03020100));
  v128.store(FOUR_GUIDE_HALF, i32x4.splat(2048));
  v128.store(WEIGHT_ONE, i32x4.splat(16384));
  v128.store(SUM_HALF, i32x4.splat(256));
  v128.store(CORE_HALF, i32x4.splat(8192));
  v128.store(SIGN, i8x16.splat(-128));
  v128.store(FLOAT_MAGIC, f32x4.splat(12582912 + 8));
  v128.store(MAGIC_BITS, i32x4.splat(0x4b400000));
  v128.store(OUTPUT_SCALE, f32x4.splat(1.0 / 32768.0));
  v128.store(GRAIN_HALF, i16x8.splat(32));
}
