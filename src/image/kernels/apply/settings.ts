// What holds for a whole frame: its range and its grain.

/** Luma code value of black, and codes from black to white, in i16; the chroma rows use four times these. */
export let guideBlack: v128 = i64x2.splat(0);
export let guideSpan: v128 = i64x2.splat(0);
export let fourBlack: v128 = i64x2.splat(0);
export let fourSpan: v128 = i64x2.splat(0);
/** Bins per code value, 24 fraction bits. */
export let guideScale: v128 = i64x2.splat(0);
/** Code values per unit of noise, 10 fraction bits. */
export let lumaGrain: i32 = 0;
export let chromaGrain: i32 = 0;
/** Seed of the frame's grain. */
export let grainSeed: u32 = 0;

/** Sets the luma codes of black and white. */
export function setRange(black: i32, white: i32): void {
  const span = white - black;
  guideBlack = i16x8.splat(<i16>black);
  guideSpan = i16x8.splat(<i16>span);
  fourBlack = i16x8.splat(<i16>(black * 4));
  fourSpan = i16x8.splat(<i16>(span * 4));
  guideScale = i32x4.splat((7 << 24) / span);
}

/** Sets the grain: its seed and its gains, at most 255. */
export function setGrain(seed: u32, luma: i32, chroma: i32): void {
  grainSeed = seed;
  lumaGrain = luma;
  chromaGrain = chroma;
}
