import { COLUMNS, ROWS, SAMPLES } from './samples.js';

const columnSums = new Float64Array(COLUMNS);
const copy = new Float32Array(SAMPLES);

/**
 * Means over windows of `2 * radiusX + 1` by `2 * radiusY + 1` samples of a plane `[72, 128]`; at its edges over the samples
 * inside. Running sums: the cost does not grow with the radius. `out` may be `source`.
 * @param halving 2 for planes of half the rows and columns, `[36, 64]`.
 */
export function boxMeanInto(
  source: Float32Array,
  out: Float32Array,
  radiusX: number,
  radiusY = radiusX,
  halving: 1 | 2 = 1,
): void {
  const [columns, rows] = [COLUMNS / halving, ROWS / halving];
  let from = source;
  if (source === out) {
    copy.set(source);
    from = copy;
  }
  columnSums.fill(0);
  for (let row = 0; row < radiusY; row++) {
    for (let column = 0; column < columns; column++) {
      columnSums[column] = (columnSums[column] ?? 0) + (from[row * columns + column] ?? 0);
    }
  }
  let count = radiusY;
  for (let row = 0; row < rows; row++) {
    const enters = row + radiusY < rows;
    const leaves = row > radiusY;
    count += (enters ? 1 : 0) - (leaves ? 1 : 0);
    moveWindow(from, enters ? (row + radiusY) * columns : -1, leaves ? (row - radiusY - 1) * columns : -1, columns);
    writeMeans(out, row * columns, columns, radiusX, 1 / count);
  }
}

/** Adds a row to the columns' sums and takes one away; -1 for none. */
function moveWindow(source: Float32Array, entering: number, leaving: number, columns: number): void {
  if (entering >= 0 && leaving >= 0) {
    for (let column = 0; column < columns; column++) {
      const change = (source[entering + column] ?? 0) - (source[leaving + column] ?? 0);
      columnSums[column] = (columnSums[column] ?? 0) + change;
    }
    return;
  }
  const start = entering >= 0 ? entering : leaving;
  if (start < 0) return;
  const sign = entering >= 0 ? 1 : -1;
  for (let column = 0; column < columns; column++) {
    columnSums[column] = (columnSums[column] ?? 0) + sign * (source[start + column] ?? 0);
  }
}

/** Writes one row: running means of the columns' sums, times `scale`. */
function writeMeans(out: Float32Array, start: number, columns: number, radius: number, scale: number): void {
  let sum = 0;
  for (let column = 0; column < radius; column++) sum += columnSums[column] ?? 0;
  for (let column = 0; column <= radius; column++) {
    sum += columnSums[column + radius] ?? 0;
    out[start + column] = (sum * scale) / (column + radius + 1);
  }
  const inside = scale / (2 * radius + 1);
  for (let column = radius + 1; column < columns - radius; column++) {
    sum += (columnSums[column + radius] ?? 0) - (columnSums[column - radius - 1] ?? 0);
    out[start + column] = sum * inside;
  }
  for (let column = columns - radius; column < columns; column++) {
    sum -= columnSums[column - radius - 1] ?? 0;
    out[start + column] = (sum * scale) / (columns - column + radius);
  }
}
