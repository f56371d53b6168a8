/**
 * What a window sees beyond the picture's edge. `zero`: darkness, so that sums fall towards the edge (light leaves the
 * picture). `inside`: nothing, the mean is that of the samples inside.
 */
export type BlurEdges = 'zero' | 'inside';

/**
 * Box means of one plane of fixed size `[height, width]`, by running sums: the cost does not depend on the radius.
 * Memory is taken once, none per call. Two in a row make a tent, three nearly a Gaussian.
 */
export class BoxBlur {
  readonly #width: number;
  readonly #height: number;
  readonly #rows: Float32Array;
  readonly #sums: Float64Array;
  readonly #scales: Float64Array;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#rows = new Float32Array(width * height);
    this.#sums = new Float64Array(width);
    this.#scales = new Float64Array(width);
  }

  /** The mean of a window of `2 * radiusX + 1` by `2 * radiusY + 1` samples. `out` may be `source`. */
  blurInto(
    source: Float32Array,
    [radiusX, radiusY]: readonly [number, number],
    edges: BlurEdges,
    out: Float32Array,
  ): void {
    this.#blurRows(source, radiusX, edges);
    this.#blurColumns(radiusY, edges, out);
  }

  #blurRows(source: Float32Array, radius: number, edges: BlurEdges): void {
    const [width, height, rows, scales] = [this.#width, this.#height, this.#rows, this.#scales];
    for (let x = 0; x < width; x++)
      scales[x] = 1 / (edges === 'zero' ? 2 * radius + 1 : windowLength(x, radius, width));
    const entered = Math.min(radius, width);
    for (let y = 0; y < height; y++) {
      const start = y * width;
      let sum = 0;
      for (let x = 0; x < entered; x++) sum += source[start + x] ?? 0;
      for (let x = 0; x < width; x++) {
        if (x + radius < width) sum += source[start + x + radius] ?? 0;
        if (x > radius) sum -= source[start + x - radius - 1] ?? 0;
        rows[start + x] = sum * (scales[x] ?? 0);
      }
    }
  }

  #blurColumns(radius: number, edges: BlurEdges, out: Float32Array): void {
    const [width, height, rows, sums] = [this.#width, this.#height, this.#rows, this.#sums];
    sums.fill(0);
    for (let y = 0; y < Math.min(radius, height); y++) addRow(sums, rows, y * width, 1);
    for (let y = 0; y < height; y++) {
      if (y + radius < height) addRow(sums, rows, (y + radius) * width, 1);
      if (y > radius) addRow(sums, rows, (y - radius - 1) * width, -1);
      const scale = 1 / (edges === 'zero' ? 2 * radius + 1 : windowLength(y, radius, height));
      for (let x = 0, i = y * width; x < width; x++, i++) out[i] = (sums[x] ?? 0) * scale;
    }
  }
}

function addRow(sums: Float64Array, rows: Float32Array, start: number, sign: 1 | -1): void {
  for (let x = 0; x < sums.length; x++) sums[x] = (sums[x] ?? 0) + sign * (rows[start + x] ?? 0);
}

/** Samples of a window around `at` that lie inside `[0, length)`. */
function windowLength(at: number, radius: number, length: number): number {
  return Math.min(length - 1, at + radius) - Math.max(0, at - radius) + 1;
}
