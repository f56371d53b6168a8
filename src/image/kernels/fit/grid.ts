// Fits the bilateral grid of a look to two images: least squares of what the slicing of the grid makes of the day.
// Bilateral guided upsampling, Chen et al. 2016, with the slicing's own weights.
import { addIntervals } from './assemble';
import { solveCurve } from './curve';
import {
  AFFINE,
  COLUMN_FIRST,
  COLUMN_SHARE,
  COLUMNS,
  CURVE_MATRICES,
  BINS,
  GAPS,
  INTERVAL,
  INTERVALS,
  MATRICES,
  NEIGHBOURS,
  RIGHT,
  ROW_FIRST,
  ROW_SHARE,
  ROWS,
  SYMMETRIC,
  VERTICES,
} from './layout';
import { addColumn } from './moments';
import { releaseGrid as release, solveGrid } from './solve';

/** Weight of one sample of 65536 in the last fit. */
let unit: f32 = 1;

/** Writes each position's vertex before it and its distance from there; clamped at the edges as a look's slicing is. */
function writePlaces(first: usize, share: usize, length: i32, count: i32): void {
  for (let i = 0; i < length; i++) {
    const place = max<f64>(0, ((<f64>i + 0.5) * <f64>count) / <f64>length - 0.5);
    const before = min(count - 1, <i32>place);
    store<i32>(first + i * 4, before);
    store<f32>(share + i * 4, before == count - 1 ? 0 : <f32>(place - <f64>before));
  }
}

/**
 * Fits the grid to images of three planes each. `stride` is the bytes of a row, `plane` those of a plane; every `step`th row and column is
 * read. See {@link solveGrid} for the other parameters.
 */
export function fitGrid(
  day: usize,
  night: usize,
  weights: usize,
  width: i32,
  height: i32,
  stride: i32,
  plane: i32,
  step: i32,
  space: f32,
  luma: f32,
  curve: f32,
  steps: i32,
): void {
  writePlaces(COLUMN_FIRST, COLUMN_SHARE, width, COLUMNS);
  writePlaces(ROW_FIRST, ROW_SHARE, height, ROWS);
  memory.fill(MATRICES, 0, VERTICES * NEIGHBOURS * SYMMETRIC);
  memory.fill(RIGHT, 0, VERTICES * AFFINE);
  memory.fill(CURVE_MATRICES, 0, 2 * BINS * SYMMETRIC + BINS * AFFINE);
  let first = 0;
  for (let row = 0; row < ROWS; row++) {
    let end = first;
    while (end < height && load<i32>(ROW_FIRST + end * 4) == row) end++;
    memory.fill(INTERVALS, 0, COLUMNS * GAPS * INTERVAL);
    for (let x = 0; x < width; x++) {
      // Every second sample of a column, in turn: a quincunx.
      const from = first + ((first + x) & (step - 1));
      addColumn(day, night, weights, x, from, end, step, stride, plane);
    }
    addIntervals(row);
    first = end;
  }
  unit = <f32>(width * height) / (<f32>65536 * <f32>step);
  solveCurve(unit);
  solveGrid(unit, space, luma, curve, steps);
}

/** Fits the grid again with a share of its draws; see {@link releaseGrid} of `solve.ts`. */
export function releaseGrid(space: f32, luma: f32, curve: f32, share: f32, steps: i32): void {
  release(unit, space, luma, curve, share, steps);
}
