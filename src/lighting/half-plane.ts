import { COLUMNS, ROWS } from './samples.js';

/** Columns, rows and samples of a plane of half the size, `[36, 64]`. */
export const HALF_COLUMNS = COLUMNS / 2;
export const HALF_ROWS = ROWS / 2;
export const HALF_SAMPLES = HALF_COLUMNS * HALF_ROWS;

/** Writes the 2 x 2 means of a plane `[72, 128]`. */
export function halveInto(plane: Float32Array, out: Float32Array): void {
  for (let row = 0, i = 0; row < HALF_ROWS; row++) {
    let at = 2 * row * COLUMNS;
    for (let column = 0; column < HALF_COLUMNS; column++, i++, at += 2) {
      const upper = (plane[at] ?? 0) + (plane[at + 1] ?? 0);
      out[i] = 0.25 * (upper + (plane[at + COLUMNS] ?? 0) + (plane[at + COLUMNS + 1] ?? 0));
    }
  }
}

const mixed = new Float32Array(HALF_COLUMNS);

/** Doubles a plane `[36, 64]` bilinearly and adds it, and a constant, to a plane `[72, 128]`. */
export function addDoubled(half: Float32Array, out: Float32Array, constant = 0): void {
  for (let row = 0; row < ROWS; row++) {
    const near = (row >> 1) * HALF_COLUMNS;
    const far = Math.min(HALF_ROWS - 1, Math.max(0, (row >> 1) + (row % 2 ? 1 : -1))) * HALF_COLUMNS;
    for (let column = 0; column < HALF_COLUMNS; column++) {
      mixed[column] = constant + 0.75 * (half[near + column] ?? 0) + 0.25 * (half[far + column] ?? 0);
    }
    let before = mixed[0] ?? 0;
    let here = before;
    for (let column = 0, i = row * COLUMNS; column < HALF_COLUMNS; column++, i += 2) {
      const after = mixed[Math.min(HALF_COLUMNS - 1, column + 1)] ?? 0;
      out[i] = (out[i] ?? 0) + 0.75 * here + 0.25 * before;
      out[i + 1] = (out[i + 1] ?? 0) + 0.75 * here + 0.25 * after;
      before = here;
      here = after;
    }
  }
}
