// Vectors that the row loops need. They are loaded where they are used: V8 builds a literal vector anew in every
// iteration, in three to five instructions, where a load is one.

const START: usize = 256;

/** 128 in each byte: between code values and signed chroma. */
export const SIGN: usize = START;
/** Half of the 14 bits that a lit gain and that corners drop. */
export const HALF_14: usize = START + 16;
/** From 19 fraction bits to 4. */
export const OUTPUT_SCALE: usize = START + 32;
/** 1.5 * 2^23 + 8 as float, and 1.5 * 2^23 as bits: see `toFixed`. */
export const FLOAT_MAGIC: usize = START + 48;
export const MAGIC_BITS: usize = START + 64;
/** Half of the bits that grain drops. */
export const GRAIN_HALF: usize = START + 80;
/** Half of the bits a luma sum drops, and half a code value for the shift that follows. */
export const LUMA_HALF: usize = START + 96;
/** Half of the bits a light on luma drops. */
export const LIGHT_HALF: usize = START + 112;
/** Half of the bits that chroma's part of luma drops. */
export const CROSS_HALF: usize = START + 128;

/** Writes them; once, before the first row. */
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
