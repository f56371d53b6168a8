/**
 * WGSL: the arithmetic of the WebAssembly kernel's vector instructions on single numbers, and what a thread reads of the
 * frame, its geometry and the converted look. `gpu-layout.ts` writes these buffers; names follow `src/image/kernels/apply`.
 */
export const SAMPLES = /* wgsl */ `
struct Params {
  width: i32, height: i32, firstRow: i32, rows: i32,
  fromColumn: i32, strideY: u32, strideU: u32, strideV: u32,
  startU: u32, startV: u32, flags: u32, lampCount: u32,
  seed: u32, lumaGrain: i32, chromaGrain: i32, noiseStarts: u32,
  litCrossU: i32, litCrossV: i32, chromaColumns: u32, lumaRows: u32,
  chromaRows: u32, rowMasks: u32, firstTile: u32, pad: u32,
  lampFrame: array<vec4<i32>, 4>,
}
@group(0) @binding(0) var<uniform> params: Params;
/** Words of four samples: rows of Y, of U, of V. */
@group(0) @binding(1) var<storage, read_write> planes: array<u32>;
/** Positions of columns and rows between the grid's cells and the lights' samples. */
@group(0) @binding(2) var<storage, read> geometry: array<u32>;
/** The look in code values: see LOOK in gpu-layout.ts. */
@group(0) @binding(3) var<storage, read> look: array<u32>;
/** Records of the lamps, then masks of those that reach each column and each row of tiles. */
@group(0) @binding(4) var<storage, read> lamps: array<u32>;
/** Signed bytes. */
@group(0) @binding(5) var<storage, read> noise: array<u32>;

/** Start of the masks of the columns of tiles in lamps: 256 records come before. */
const COLUMN_MASKS = 6144u;
/** Bits of params.flags: chroma mixes into luma, luma into chroma, U into V or V into U; the look has lights; lamps' chroma changes luma. */
const MIXES = 1u;
const FROM_LUMA = 2u;
const CROSSED = 4u;
const LIT = 8u;
const CROSSES = 16u;

fn low(word: u32) -> i32 { return bitcast<i32>(word << 16u) >> 16u; }
fn high(word: u32) -> i32 { return bitcast<i32>(word) >> 16u; }
fn byteOf(word: u32, i: u32) -> i32 { return i32((word >> (8u * i)) & 255u); }
/** The i16 at an index from a word on. */
fn short(start: u32, index: u32) -> i32 {
  let word = look[start + (index >> 1u)];
  return select(low(word), high(word), (index & 1u) == 1u);
}
/** Narrowing to i16 and to u8, saturated. */
fn sat(value: i32) -> i32 { return clamp(value, -32768, 32767); }
fn code(value: i32) -> u32 { return u32(clamp(value, 0, 255)); }
/** Rounded product of two numbers with 15 fraction bits. */
fn q15(a: i32, b: i32) -> i32 { return sat((a * b + 16384) >> 15u); }
/** Rounded mean of two numbers, 0 or more. */
fn mean(a: i32, b: i32) -> i32 { return (a + b + 1) >> 1u; }
/** A number between two, by the weight of the second with 15 fraction bits. */
fn between(a: i32, b: i32, second: i32) -> i32 { return sat((a * (32768 - second) + b * second + 16384) >> 15u); }

/** Offset in the noise at which a row starts: the finaliser of MurmurHash3. */
fn noiseOf(row: i32) -> u32 {
  var h = params.seed ^ (bitcast<u32>(row) * 0x9e3779b1u);
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return (h ^ (h >> 16u)) % params.noiseStarts;
}
/** A code with 4 fraction bits and half a code, plus noise times a gain, as a byte. */
fn grained(value: i32, at: u32, gain: i32) -> u32 {
  let sample = bitcast<i32>(noise[at >> 2u] << (24u - 8u * (at & 3u))) >> 24u;
  return code(sat(sat(value) + ((sample * gain + 32) >> 6u)) >> 4u);
}
`;
