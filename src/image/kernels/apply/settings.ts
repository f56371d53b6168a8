// What holds for a whole frame: its range and its grain.
import * as at from './layout';

/** Code values per unit of noise, 10 fraction bits. */
export let lumaGrain: i32 = 0;
export let chromaGrain: i32 = 0;
/** Seed of the frame's grain. */
export let grainSeed: u32 = 0;

let rangeBlack: i32 = -1;
let rangeWhite: i32 = -1;

/** Sets the luma codes of black and white; writes LUMA_CODES and SUM_CODES when they change. */
export function setRange(black: i32, white: i32): void {
  if (black == rangeBlack && white == rangeWhite) return;
  rangeBlack = black;
  rangeWhite = white;
  writeCodes(at.LUMA_CODES, 1, black, white);
  writeCodes(at.SUM_CODES, 4, black, white);
}

/** Writes the entries of all sums of `count` luma codes. */
function writeCodes(table: usize, count: i32, black: i32, white: i32): void {
  const span = (white - black) * count;
  for (let sum = 0; sum <= 255 * count; sum++) {
    const guide = (<f64>min(max(sum - black * count, 0), span) * 7.0) / <f64>span;
    const bin = min(<i32>guide, 6);
    const luma = <f64>(sum * 128) / <f64>count;
    const next = <i32>nearest((guide - <f64>bin) * <f64>at.WEIGHT_ONE);
    const nextLuma = <i32>nearest((guide - <f64>bin) * luma);
    const entry = table + sum * 16;
    store<i32>(entry, bin * 0x02020202 + 0x03020100);
    store<i32>(entry, (at.WEIGHT_ONE - next) | (next << 16), 4);
    store<i32>(entry, (<i32>luma - nextLuma) | (nextLuma << 16), 8);
    store<i32>(entry, (<i32>luma) >> 1, 12);
  }
}

/** Sets the grain: its seed and its gains, at most 255. */
export function setGrain(seed: u32, luma: i32, chroma: i32): void {
  grainSeed = seed;
  lumaGrain = luma;
  chromaGrain = chroma;
}
