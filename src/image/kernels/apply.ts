// The apply kernel renders a look onto the Y, U and V planes of a band of rows, in one pass. See docs/apply-kernel.md.
import * as at from './apply/layout';
import { chromaNarrow, frameHeight, frameWidth, grainSeed, lumaNarrow, outU, outV, outY } from './apply/frame';
import { convertGrid, convertLights, forgetCorners, writeCurves } from './apply/look-tables';
import { blendLamps } from './apply/lamp-blend';
import { collectLamps } from './apply/lamps';
import {
  chromaRow,
  lumaRowMixed,
  lumaRowPlain,
  prepareChromaRow,
  prepareLights,
  prepareLumaRow,
  rowMixes,
  setChromaRow,
} from './apply/rows';

export { prepare, setGrain, setRange } from './apply/frame';
export { BEAM_IN, GRID_IN, LAMPS_IN, LAMP_FRAME, LIGHTS_IN, NOISE, NOISE_BYTES, TRANSFORM } from './apply/layout';
export { CURVES, LIGHTS, LIT_ROWS, MIXES, SUM_CODES, TABLES } from './apply/layout';
export { setLamps } from './apply/lamps';

/** Converts the look at GRID_IN and LIGHTS_IN with the parameters at TRANSFORM, for the range of the last `setRange`. */
export function convert(): void {
  convertGrid();
  writeCurves();
  forgetCorners();
  convertLights();
}

/** Returns the address where a row's noise starts: a hash of the frame's seed and the row (the finaliser of MurmurHash3). */
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
 * Renders rows `row` to `row + rows` of a frame in place (both numbers are even). `y`, `u` and `v` are the addresses of the
 * rows' first samples. Columns before `from` (even) stay unchanged.
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
    const hasLamps = collectLamps(row + r, from, y0, y1, rowV); // while the rows are still the day's
    prepareChromaRow(chromaY, frameHeight >> 1);
    prepareLights(chromaY, frameHeight >> 1, 2, 5, chromaNarrow, half);
    setChromaRow(outU, outV, noiseOf((row + r) * 3 + 1), noiseOf((row + r) * 3 + 2));
    chromaRow(y0, y1, rowU, rowV, fromChroma & ~3, half);
    lumaRow(row + r, y0, rowU, rowV, from);
    lumaRow(row + r + 1, y1, rowU, rowV, from);
    memory.copy(rowU + fromChroma, outU + fromChroma, half - fromChroma);
    memory.copy(rowV + fromChroma, outV + fromChroma, half - fromChroma);
    if (hasLamps) blendLamps(y0, y1, rowU, rowV);
  }
}
