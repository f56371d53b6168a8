import { COLUMNS, ROWS, SAMPLES } from './samples.js';

const rowMeans = new Float32Array(SAMPLES);
const columnSums = new Float64Array(COLUMNS);

/**
 * Means over windows of `2 * radiusX + 1` by `2 * radiusY + 1` samples of a plane `[72, 128]`; at its edges over the samples
 * inside. Running sums: the cost does not grow with the radius. `out` may be `source`.
 */
export function boxMeanInto(source: Float32Array, out: Float32Array, radiusX: number, radiusY = radiusX): void {
  for (let row = 0; row < ROWS; row++) meanOfRow(source, row * COLUMNS, radiusX);
  columnSums.fill(0);
  for (let row = 0; row < Math.min(ROWS, radiusY); row++) addRow(row, 1);
  for (let row = 0; row < ROWS; row++) {
    if (row + radiusY < ROWS) addRow(row + radiusY, 1);
    if (row - radiusY - 1 >= 0) addRow(row - radiusY - 1, -1);
    const scale = 1 / (Math.min(ROWS - 1, row + radiusY) - Math.max(0, row - radiusY) + 1);
    const start = row * COLUMNS;
    for (let column = 0; column < COLUMNS; column++) out[start + column] = (columnSums[column] ?? 0) * scale;
  }
}

function meanOfRow(source: Float32Array, start: number, radius: number): void {
  let sum = 0;
  for (let column = 0; column < radius; column++) sum += source[start + column] ?? 0;
  for (let column = 0; column < COLUMNS; column++) {
    if (column + radius < COLUMNS) sum += source[start + column + radius] ?? 0;
    if (column > radius) sum -= source[start + column - radius - 1] ?? 0;
    const count = Math.min(COLUMNS - 1, column + radius) - Math.max(0, column - radius) + 1;
    rowMeans[start + column] = sum / count;
  }
}

function addRow(row: number, sign: 1 | -1): void {
  const start = row * COLUMNS;
  for (let column = 0; column < COLUMNS; column++) {
    columnSums[column] = (columnSums[column] ?? 0) + sign * (rowMeans[start + column] ?? 0);
  }
}
