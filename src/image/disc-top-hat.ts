/** Radius of the disc in samples. */
const RADIUS = 4;

/**
 * White top-hat transform (Meyer 1979) of planes of one size `[height, width]` by a disc of 9 by 9 samples, whose rows are 1, 7,
 * 7, 9, 9, 9, 7, 7 and 1 wide: it keeps bright details that are smaller than the disc. Samples outside the plane are ignored.
 */
export class DiscTopHat {
  readonly #width: number;
  readonly #height: number;
  /** Samples from one row of a padded plane to the next. */
  readonly #stride: number;
  /** Padded by {@link RADIUS} on each side; the margin is infinite, so that no minimum is there. */
  readonly #plane: Float32Array;
  readonly #eroded: Float32Array;
  /** Minima over 3, 7 and 9 samples of a row. */
  readonly #rows3: Float32Array;
  readonly #rows7: Float32Array;
  readonly #rows9: Float32Array;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#stride = width + 2 * RADIUS;
    const padded = (): Float32Array => new Float32Array(this.#stride * (height + 2 * RADIUS)).fill(Infinity);
    [this.#plane, this.#eroded] = [padded(), padded()];
    [this.#rows3, this.#rows7, this.#rows9] = [padded(), padded(), padded()];
  }

  /** Writes the source minus its opening, 0 or more. `out` may be `source`. */
  whiteInto(source: Float32Array, out: Float32Array): void {
    const [plane, eroded, width] = [this.#plane, this.#eroded, this.#width];
    for (let y = 0; y < this.#height; y++) plane.set(source.subarray(y * width, (y + 1) * width), this.#startOf(y));
    this.#erode();
    // The disc is symmetric: a dilation is the erosion of the negative, and the opening is its negative.
    for (let y = 0; y < this.#height; y++) {
      const start = this.#startOf(y);
      for (let i = start; i < start + width; i++) plane[i] = -(eroded[i] ?? 0);
    }
    this.#erode();
    for (let y = 0, i = 0; y < this.#height; y++) {
      const start = this.#startOf(y);
      for (let x = 0; x < width; x++, i++) out[i] = (source[i] ?? 0) + (eroded[start + x] ?? 0);
    }
  }

  /** Writes the smallest value in the disc around each sample. */
  #erode(): void {
    const [plane, rows3, rows7, rows9] = [this.#plane, this.#rows3, this.#rows7, this.#rows9];
    const end = plane.length - RADIUS;
    for (let i = RADIUS; i < end; i++) rows3[i] = least(plane[i - 1] ?? 0, plane[i] ?? 0, plane[i + 1] ?? 0);
    for (let i = RADIUS; i < end; i++) rows7[i] = least(rows3[i - 2] ?? 0, rows3[i] ?? 0, rows3[i + 2] ?? 0);
    for (let i = RADIUS; i < end; i++) rows9[i] = least(rows7[i - 1] ?? 0, rows7[i] ?? 0, rows7[i + 1] ?? 0);
    const [eroded, down] = [this.#eroded, this.#stride];
    for (let y = 0; y < this.#height; y++) {
      const start = this.#startOf(y);
      const stop = start + this.#width;
      for (let i = start; i < stop; i++) {
        const upper = least(plane[i - 4 * down] ?? 0, rows7[i - 3 * down] ?? 0, rows7[i - 2 * down] ?? 0);
        const middle = least(rows9[i - down] ?? 0, rows9[i] ?? 0, rows9[i + down] ?? 0);
        const lower = least(rows7[i + 2 * down] ?? 0, rows7[i + 3 * down] ?? 0, plane[i + 4 * down] ?? 0);
        eroded[i] = least(upper, middle, lower);
      }
    }
  }

  /** Index of a row's first sample in a padded plane. */
  #startOf(row: number): number {
    return (row + RADIUS) * this.#stride + RADIUS;
  }
}

/** The smallest of three, without the checks of `Math.min` for NaN and -0. */
function least(a: number, b: number, c: number): number {
  const first = a < b ? a : b;
  return first < c ? first : c;
}
