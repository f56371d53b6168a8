// What is constant for a frame: the positions of its pixels between grid and lights columns (computed once for each frame
// size), its luma range and its grain.
import * as at from './layout';

/** Records of four pixels each, of a luma row and of a chroma row: see QUAD_BYTES. */
export let lumaQuads: usize = 0;
export let chromaQuads: usize = 0;
/**
 * For each pixel of a luma row: offset of the corners of its two cell columns, i32, bytes from those of the first
 * columns.
 */
export let lumaColumns: usize = 0;
/** For each pixel of a luma row: weights of its two cell columns, stored twice, i16 with 14 fraction bits. */
export let lumaWeights: usize = 0;
/** True when four pixels span more than eight lights taps. The taps are then spread row by row. */
export let lumaNarrow: bool = false;
export let chromaNarrow: bool = false;
/** Output rows: luma, U, V. Each is as wide as its plane, plus padding. */
export let outY: usize = 0;
export let outU: usize = 0;
export let outV: usize = 0;
/**
 * The lamps' light on two rows of luma and one of chroma, in code values, zero between row pairs: luma, i16 with 4 fraction
 * bits, `lampRowBytes` from the upper row to the lower; U and V, i32 with 16. A byte for each sixteen columns: 1 where there is light.
 */
export let lampLuma: usize = 0;
export let lampRowBytes: i32 = 0;
export let lampU: usize = 0;
export let lampV: usize = 0;
export let lampMarks: usize = 0;
/** Start of the lamps' profiles, after the band. */
export let lampProfiles: usize = 0;
export let frameWidth: i32 = 0;
export let frameHeight: i32 = 0;

/** Returns the number of groups of four samples that cover a row. It is even. */
export function quadCount(width: i32): i32 {
  return ((width + 7) >> 3) << 1;
}

function align(address: usize): usize {
  return (address + 15) & ~15;
}

/** Returns the position of sample `i` of `n` among `cells` cell centres, clamped to the outer centres. */
export function positionOf(i: i32, n: i32, cells: i32): f64 {
  return min(max(((<f64>i + 0.5) * <f64>cells) / <f64>n - 0.5, 0.0), <f64>(cells - 1));
}

function gridColumn(x: i32, width: i32): i32 {
  return min(<i32>positionOf(x, width, at.GRID_WIDTH), at.GRID_WIDTH - 2);
}

function isNarrow(width: i32): bool {
  for (let q = 0; q < quadCount(width); q++) {
    const first = <i32>positionOf(min(q * 4, width - 1), width, at.LIGHTS_WIDTH);
    if (<i32>positionOf(min(q * 4 + 3, width - 1), width, at.LIGHTS_WIDTH) - first > 6) return true;
  }
  return false;
}

/** Fills the records of one plane. Returns the end of their weights. */
function fillQuads(quads: usize, weightsStart: usize, width: i32): usize {
  const narrow = isNarrow(width);
  let weights = weightsStart;
  for (let q = 0; q < quadCount(width); q++) {
    const record = quads + q * at.QUAD_BYTES;
    const firstX = min(q * 4, width - 1);
    const lastX = min(q * 4 + 3, width - 1);
    const firstColumn = gridColumn(firstX, width);
    const columns = gridColumn(lastX, width) + 2 - firstColumn;
    const firstTap = <i32>positionOf(firstX, width, at.LIGHTS_WIDTH);
    store<i32>(record, firstColumn * at.COLUMN_BYTES);
    store<i32>(record + 4, columns);
    store<i32>(record + 8, <i32>weights);
    store<i32>(record + 12, narrow ? q * 16 : firstTap * 2);
    for (let i = 0; i < 4; i++) {
      const x = min(q * 4 + i, width - 1);
      const column = positionOf(x, width, at.GRID_WIDTH);
      for (let c = 0; c < columns; c++) {
        const hat = max(0.0, 1.0 - abs(column - <f64>(firstColumn + c)));
        store<f32>(weights + c * 16 + i * 4, <f32>(hat * at.SUM_TO_OUTPUT));
      }
      const tap = positionOf(x, width, at.LIGHTS_WIDTH);
      const first = narrow ? i * 2 : <i32>tap - firstTap;
      for (let b = 0; b < 4; b++) store<u8>(record + 16 + i * 4 + b, <u8>(first * 2 + b));
      const second = <i32>nearest((tap - floor(tap)) * at.WEIGHT_ONE);
      store<i16>(record + 32 + i * 4, <i16>(at.WEIGHT_ONE - second));
      store<i16>(record + 34 + i * 4, <i16>second);
    }
    weights += columns * 16;
  }
  return weights;
}

/** Fills `lumaColumns` and `lumaWeights`, up to whole groups of eight pixels. */
function fillLumaColumns(width: i32): void {
  for (let i = 0; i < quadCount(width) * 4; i++) {
    const x = min(i, width - 1);
    const column = gridColumn(x, width);
    const second = <i32>nearest((positionOf(x, width, at.GRID_WIDTH) - <f64>column) * <f64>at.WEIGHT_ONE);
    const pair = (at.WEIGHT_ONE - second) | (second << 16);
    store<i32>(lumaColumns + i * 4, column * at.CORNER_COLUMN_BYTES);
    store<i32>(lumaWeights + i * 8, pair);
    store<i32>(lumaWeights + i * 8, pair, 4);
  }
}

function ensure(end: usize): void {
  const missing = <i32>((end + 65535) >> 16) - memory.size();
  if (missing > 0) memory.grow(missing);
}

/** Prepares for frames of a size. Returns the address of a band of `bandBytes`, or 0 when the memory cannot grow enough. */
export function prepare(width: i32, height: i32, bandBytes: i32): usize {
  at.writeConstants();
  frameWidth = width;
  frameHeight = height;
  const half = width >> 1;
  const quads = quadCount(width) + quadCount(half);
  lumaQuads = at.GEOMETRY;
  chromaQuads = lumaQuads + quadCount(width) * at.QUAD_BYTES;
  lumaWeights = at.GEOMETRY + quads * at.QUAD_BYTES;
  lumaColumns = lumaWeights + quadCount(width) * 32;
  const weights = lumaColumns + quadCount(width) * 16;
  ensure(weights + quads * at.GRID_WIDTH * 16);
  fillLumaColumns(width);
  lumaNarrow = isNarrow(width);
  chromaNarrow = isNarrow(half);
  let end = fillQuads(lumaQuads, weights, width);
  end = align(fillQuads(chromaQuads, end, half));
  outY = end;
  outU = align(outY + width + 32);
  outV = align(outU + half + 32);
  lampRowBytes = ((width + 15) & ~15) * 2;
  lampLuma = align(outV + half + 32);
  lampU = lampLuma + 2 * lampRowBytes;
  lampV = lampU + lampRowBytes;
  lampMarks = lampV + lampRowBytes;
  const band = align(lampMarks + ((width + 15) >> 4) + 8);
  ensure(band);
  memory.fill(lampLuma, 0, band - lampLuma);
  ensure(band + bandBytes + 64); // the loads of the last group read past the last row
  lampProfiles = align(band + bandBytes + 64);
  return isInside(band + bandBytes + 64) ? band : 0;
}

/** Makes room for the profiles of a frame's lamps. False when the memory cannot grow enough. */
export function growProfiles(bytes: i32): bool {
  ensure(lampProfiles + bytes);
  return isInside(lampProfiles + bytes);
}

function isInside(end: usize): bool {
  return <i32>((end + 65535) >> 16) <= memory.size();
}

/** Grain: code values per unit of noise, 10 fraction bits. */
export let lumaGrain: i32 = 0;
export let chromaGrain: i32 = 0;
/** Seed of the frame's grain. */
export let grainSeed: u32 = 0;

let rangeBlack: i32 = -1;
let rangeWhite: i32 = -1;

/** Sets the luma codes of black and white. Writes SUM_CODES and CODE_QUADS when they change. */
export function setRange(black: i32, white: i32): void {
  if (black == rangeBlack && white == rangeWhite) return;
  rangeBlack = black;
  rangeWhite = white;
  writeSumCodes(black, white);
  writeCodeQuads();
}

/** Writes SUM_CODES: an entry for each possible sum of four luma codes. */
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

/** Writes CODE_QUADS: the same entries for single codes, each of the three numbers of four codes in one vector. */
function writeCodeQuads(): void {
  for (let code = 0; code < 256; code++) {
    const from = at.SUM_CODES + code * 4 * 16;
    const to = at.CODE_QUADS + (code >> 2) * at.CODE_QUAD_BYTES + (code & 3) * 4;
    store<i32>(to, load<i32>(from));
    store<i32>(to, load<i32>(from, 4), 16);
    store<i32>(to, load<i32>(from, 8), 32);
  }
}

/** Sets the grain's seed and its gains, 0 to 255. */
export function setGrain(seed: u32, luma: i32, chroma: i32): void {
  grainSeed = seed;
  lumaGrain = luma;
  chromaGrain = chroma;
}
