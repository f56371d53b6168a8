// What holds for a whole frame: its range and its grain.
import * as at from './layout';

/** Code values per unit of noise, 10 fraction bits. */
export let lumaGrain: i32 = 0;
export let chromaGrain: i32 = 0;
/** Seed of the frame's grain. */
export let grainSeed: u32 = 0;

let rangeBlack: i32 = -1;
let rangeWhite: i32 = -1;

/** Sets the luma codes of black and white; writes SUM_CODES and CODE_QUADS when they change. */
export function setRange(black: i32, white: i32): void {
  if (black == rangeBlack && white == rangeWhite) return;
  rangeBlack = black;
  rangeWhite = white;
  writeSumCodes(black, white);
  writeCodeQuads();
}

/** Writes the entries of all sums of four luma codes. */
function writeSumCodes(black: i32, white: i32): void {
  const span = (white - black) * 4;
  for (let sum = 0; sum <= 1020; sum++) {
    const guide = (<f64>min(max(sum - black * 4, 0), span) * 7.0) / <f64>span;
    const bin = min(<i32>guide, 6);
    const luma = sum * 32;
    const next = <i32>nearest((guide - <f64>bin) * <f64>at.WEIGHT_ONE);
    const nextLuma = <i32>nearest((guide - <f64>bin) * <f64>luma);
    const entry = at.SUM_CODES + sum * 16;
    store<i32>(entry, bin * 0x02020202 + 0x03020100);
    store<i32>(entry, (at.WEIGHT_ONE - next) | (next << 16), 4);
    store<i32>(entry, (luma - nextLuma) | (nextLuma << 16), 8);
  }
}

/** Writes the same of single codes, the three numbers of four codes side by side. */
function writeCodeQuads(): void {
  for (let code = 0; code < 256; code++) {
    const from = at.SUM_CODES + code * 4 * 16;
    const to = at.CODE_QUADS + (code >> 2) * at.CODE_QUAD_BYTES + (code & 3) * 4;
    store<i32>(to, load<i32>(from));
    store<i32>(to, load<i32>(from, 4), 16);
    store<i32>(to, load<i32>(from, 8), 32);
  }
}

/** Sets the grain: its seed and its gains, at most 255. */
export function setGrain(seed: u32, luma: i32, chroma: i32): void {
  grainSeed = seed;
  lumaGrain = luma;
  chromaGrain = chroma;
}
