// What holds for a whole frame: its range and its grain.
import * as at from './layout';

/** Four times the luma code of black and four times the codes from black to white, in i16: chroma's guide is a sum. */
export let fourBlack: v128 = i64x2.splat(0);
export let fourSpan: v128 = i64x2.splat(0);
/** Bins per code value, 24 fraction bits. */
export let guideScale: v128 = i64x2.splat(0);
/** Code values per unit of noise, 10 fraction bits. */
export let lumaGrain: i32 = 0;
export let chromaGrain: i32 = 0;
/** Seed of the frame's grain. */
export let grainSeed: u32 = 0;

/** Sets the luma codes of black and white, and writes LUMA_CODES. */
export function setRange(black: i32, white: i32): void {
  const span = white - black;
  const scale = (7 << 24) / span;
  fourBlack = i16x8.splat(<i16>(black * 4));
  fourSpan = i16x8.splat(<i16>(span * 4));
  guideScale = i32x4.splat(scale);
  for (let code = 0; code < 256; code++) {
    const guide = min(max(code - black, 0), span) * scale + 512;
    const next = (guide & 0xffffff) >> 10;
    const nextLuma = (next * code + 64) >> 7;
    const entry = at.LUMA_CODES + code * 16;
    store<i32>(entry, (guide >> 24) * 0x02020202 + 0x03020100);
    store<i32>(entry, (at.WEIGHT_ONE - next) | (next << 16), 4);
    store<i32>(entry, ((code << 7) - nextLuma) | (nextLuma << 16), 8);
    store<i32>(entry, code << 6, 12);
  }
}

/** Sets the grain: its seed and its gains, at most 255. */
export function setGrain(seed: u32, luma: i32, chroma: i32): void {
  grainSeed = seed;
  lumaGrain = luma;
  chromaGrain = chroma;
}
