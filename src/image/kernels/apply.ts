// The apply kernel: a look on the Y, U and V planes of a band of rows, in one pass. See docs/apply-kernel.md.
import * as at from './apply/layout';
import { convertGrid, convertLights } from './apply/convert';
import { chromaNarrow, frameHeight, frameWidth, lumaNarrow, outU, outV, outY } from './apply/geometry';
import { chromaRow, setChromaRow } from './apply/chroma';
import { lumaRowMixed, lumaRowPlain } from './apply/luma';
import { forgetCorners, writeCurves } from './apply/luma-curves';
import { prepareChromaRow, prepareLights, prepareLumaRow, rowMixes } from './apply/rows';
import { grainSeed } from './apply/settings';

export { prepare } from './apply/geometry';
export { setGrain, setRange } from './apply/settings';
export { BEAM_IN, GRID_IN, LIGHTS_IN, NOISE, NOISE_BYTES, TRANSFORM } from './apply/layout';

/** Converts the look that lies at GRID_IN and LIGHTS_IN with the parameters at TRANSFORM, for the range set before. */
export function convert(): void {
  convertGrid();
  writeCurves();
  forgetCorners();
  convertLights();
}

/** Where a row's noise starts: a hash of the frame's seed and the row (the finaliser of MurmurHash3). */
function noiseOf(row: i32): usize {
  let h: u32 = grainSeed ^ (row * 0x9e3779b1);
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  h ^= h >>> 16;
  return at.NOISE + (h % <u32>(at.NOISE_BYTES - frameWidth - 32));
}

function lumaRow(row: i32, y: usize, u: usize, v: usize, from: i32): void {
  prepareLumaRow(row, frameHeight);
  prepareLights(row, frameHeight, 0, 2, lumaNarrow, frameWidth);
  const first = from & ~7;
  const noise = noiseOf(row * 3);
  if (rowMixes) lumaRowMixed(y, u, v, outY, noise, first, frameWidth);
  else lumaRowPlain(y, u, v, outY, noise, first, frameWidth);
  memory.copy(y + from, outY + from, frameWidth - from);
}

/**
 * Renders rows `row` to `row + rows` (even both) of a frame, in place; `y`, `u`, `v` are the addresses of their first
 * samples. Columns before `from` (even) stay untouched.
 */
export function applyBand(
  row: i32,
  rows: i32,
  from: i32,
  y: usize,
  u: usize,
  v: usize,
  strideY: i32,
  strideU: i32,
  strideV: i32,
): void {
  const half = frameWidth >> 1;
  const fromChroma = from >> 1;
  for (let r = 0; r < rows; r += 2) {
    const chromaY = (row + r) >> 1;
    const y0 = y + r * strideY;
    const y1 = y0 + strideY;
    const rowU = u + (r >> 1) * strideU;
    const rowV = v + (r >> 1) * strideV;
    prepareChromaRow(chromaY, frameHeight >> 1);
    prepareLights(chromaY, frameHeight >> 1, 2, 5, chromaNarrow, half);
    setChromaRow(outU, outV, noiseOf((row + r) * 3 + 1), noiseOf((row + r) * 3 + 2));
    chromaRow(y0, y1, rowU, rowV, fromChroma & ~3, half);
    lumaRow(row + r, y0, rowU, rowV, from);
    lumaRow(row + r + 1, y1, rowU, rowV, from);
    memory.copy(rowU + fromChroma, outU + fromChroma, half - fromChroma);
    memory.copy(rowV + fromChroma, outV + fromChroma, half - fromChroma);
  }
}
