/** What a diagonal neighbour counts in a soft disc: the share of its square that a circle through the others covers. */
const DIAGONAL = 0.55;

/**
 * Grey-scale morphology on one plane of fixed size, row by row `[height, width]`. Memory is taken once, none per call.
 * Windows are cut off at the picture's edges: what lies outside never counts.
 */
export class Morphology {
  readonly #width: number;
  readonly #height: number;
  readonly #rows: Float32Array;
  #columns = new Float32Array(0);

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#rows = new Float32Array(width * height);
  }

  /** The largest value in a square of `2 * radius + 1` around each sample. `out` may be `source`. */
  dilateInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.#slideRows(source, radius, true, this.#rows);
    this.#slideColumns(this.#rows, radius, true, out);
  }

  /** The smallest value in a square of `2 * radius + 1` around each sample. `out` may be `source`. */
  erodeInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.#slideRows(source, radius, false, this.#rows);
    this.#slideColumns(this.#rows, radius, false, out);
  }

  /** Erosion, then dilation: what is bright and smaller than the square is gone. `out` may not be `source`. */
  openInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.erodeInto(source, radius, out);
    this.dilateInto(out, radius, out);
  }

  /** Dilation, then erosion: what is dark and smaller than the square is gone. `out` may not be `source`. */
  closeInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.dilateInto(source, radius, out);
    this.erodeInto(out, radius, out);
  }

  /**
   * The largest value around each sample under a soft disc: the sample and its four neighbours count whole, the four
   * diagonal ones `DIAGONAL`. Spots stay round where a square would make blocks. `out` may not be `source`.
   */
  dilateDiscInto(source: Float32Array, out: Float32Array): void {
    const [width, height] = [this.#width, this.#height];
    for (let y = 0, i = 0; y < height; y++) {
      const up = y > 0 ? -width : 0;
      const down = y < height - 1 ? width : 0;
      for (let x = 0; x < width; x++, i++) {
        const left = x > 0 ? -1 : 0;
        const right = x < width - 1 ? 1 : 0;
        const upright = Math.max(
          source[i + left] ?? 0,
          source[i + right] ?? 0,
          source[i + up] ?? 0,
          source[i + down] ?? 0,
        );
        const above = Math.max(source[i + up + left] ?? 0, source[i + up + right] ?? 0);
        const below = Math.max(source[i + down + left] ?? 0, source[i + down + right] ?? 0);
        out[i] = Math.max(source[i] ?? 0, upright, DIAGONAL * above, DIAGONAL * below);
      }
    }
  }

  #slideRows(source: Float32Array, radius: number, largest: boolean, out: Float32Array): void {
    const [width, height] = [this.#width, this.#height];
    const row = this.#padded(width + 2 * radius);
    for (let y = 0; y < height; y++) {
      row.fill(largest ? -Infinity : Infinity);
      row.set(source.subarray(y * width, (y + 1) * width), radius);
      slide(row, 1, 2 * radius + 1, largest);
      out.set(row.subarray(0, width), y * width);
    }
  }

  #slideColumns(source: Float32Array, radius: number, largest: boolean, out: Float32Array): void {
    const [width, height] = [this.#width, this.#height];
    const plane = this.#padded((height + 2 * radius) * width);
    plane.fill(largest ? -Infinity : Infinity);
    plane.set(source, radius * width);
    slide(plane, width, 2 * radius + 1, largest);
    out.set(plane.subarray(0, width * height));
  }

  #padded(length: number): Float32Array {
    if (this.#columns.length < length) this.#columns = new Float32Array(length);
    return this.#columns.subarray(0, length);
  }
}

/**
 * Replaces each sample by the extreme of the window that starts at it and has `size` samples, `step` apart: windows of
 * 2, 4, 8 ... samples, then two of these that overlap. The last `(size - 1) * step` samples are left unspecified.
 */
function slide(values: Float32Array, step: number, size: number, largest: boolean): void {
  let span = 1;
  while (span < size) {
    const shift = Math.min(span, size - span);
    if (largest) raise(values, shift * step);
    else lower(values, shift * step);
    span += shift;
  }
}

function raise(values: Float32Array, shift: number): void {
  for (let i = 0, end = values.length - shift; i < end; i++) {
    const other = values[i + shift] ?? 0;
    if (other > (values[i] ?? 0)) values[i] = other;
  }
}

function lower(values: Float32Array, shift: number): void {
  for (let i = 0, end = values.length - shift; i < end; i++) {
    const other = values[i + shift] ?? 0;
    if (other < (values[i] ?? 0)) values[i] = other;
  }
}
