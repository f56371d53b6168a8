// Where the pixels of a row stand between the grid's and the lights' columns. Computed once for each frame size.
import { writeConstants } from './constants';
import * as at from './layout';

/** Geometry of one plane's rows. */
export let lumaQuads: usize = 0;
export let chromaQuads: usize = 0;
/** Of each pixel of a luma row: where the corners of its two columns of cells begin, i32, bytes from those of the first. */
export let lumaColumns: usize = 0;
/** Of each pixel of a luma row: weights of its two columns, twice, i16 with 14 fraction bits. */
export let lumaWeights: usize = 0;
/** True when four pixels span more than eight lights taps: then the taps are spread row by row. */
export let lumaNarrow: bool = false;
export let chromaNarrow: bool = false;
/** Rows for results, each as wide as the frame and padded: luma, U, V. */
export let outY: usize = 0;
export let outU: usize = 0;
export let outV: usize = 0;
export let frameWidth: i32 = 0;
export let frameHeight: i32 = 0;

/** Groups of four samples that cover a row, an even number. */
export function quadCount(width: i32): i32 {
  return ((width + 7) >> 3) << 1;
}

function align(address: usize): usize {
  return (address + 15) & ~15;
}

/** Position among `cells` samples at cell centres of sample `i` of `n`, clamped to the outer centres. */
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

/** Fills the records of one plane; returns the end of their weights. */
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

/** Fills the columns and weights of a luma row, up to whole groups of eight. */
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

/** Prepares for frames of a size; returns the address of a band of `bandBytes`, or 0 when memory cannot grow so far. */
export function prepare(width: i32, height: i32, bandBytes: i32): usize {
  writeConstants();
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
  const band = align(outV + half + 32);
  ensure(band + bandBytes + 64); // loads of the last group reach past the last row
  return <i32>((band + bandBytes + 64 + 65535) >> 16) <= memory.size() ? band : 0;
}
