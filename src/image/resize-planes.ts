import { resamplingTaps, type ResamplingTap } from './resampling-taps.js';

/** Columns and rows. */
export interface PlaneSize {
  readonly width: number;
  readonly height: number;
}

/** Where a plane lies in its array. */
export interface PlaneSource {
  readonly data: Float32Array | Uint8Array;
  /** Index of its first sample. */
  readonly start: number;
  /** Samples from one row to the next. */
  readonly stride: number;
}

/** Resizes planes from one size to another: reduces by area averages, which alias nothing, and enlarges bilinearly between sample centres. */
export class PlaneResizer {
  readonly #columns: readonly ResamplingTap[];
  readonly #rows: readonly ResamplingTap[];
  readonly #from: PlaneSize;
  readonly #to: PlaneSize;
  /** All rows of the source at the columns of the result. */
  readonly #narrow: Float32Array;

  constructor(from: PlaneSize, to: PlaneSize) {
    this.#from = from;
    this.#to = to;
    this.#columns = resamplingTaps(from.width, to.width);
    this.#rows = resamplingTaps(from.height, to.height);
    this.#narrow = new Float32Array(from.height * to.width);
  }

  /** Writes a resized plane, without padding, at `start` of `out`. Borrows both. */
  resizeInto({ data, start: first, stride }: PlaneSource, out: Float32Array, start = 0): void {
    const { width, height } = this.#to;
    const narrow = this.#narrow;
    for (let y = 0, at = 0; y < this.#from.height; y++) {
      const row = first + y * stride;
      for (const tap of this.#columns) {
        let sum = tap.firstWeight * (data[row + tap.first] ?? 0);
        if (tap.lastWeight > 0) sum += tap.lastWeight * (data[row + tap.last] ?? 0);
        let inner = 0;
        for (let x = tap.first + 1; x < tap.last; x++) inner += data[row + x] ?? 0;
        narrow[at++] = sum + tap.innerWeight * inner;
      }
    }
    for (let y = 0, at = start; y < height; y++) {
      const tap = this.#rows[y];
      if (!tap) return;
      for (let x = 0; x < width; x++) {
        let sum = tap.firstWeight * (narrow[tap.first * width + x] ?? 0);
        if (tap.lastWeight > 0) sum += tap.lastWeight * (narrow[tap.last * width + x] ?? 0);
        let inner = 0;
        for (let row = tap.first + 1; row < tap.last; row++) inner += narrow[row * width + x] ?? 0;
        out[at++] = sum + tap.innerWeight * inner;
      }
    }
  }

  /** Writes several planes that follow each other, resized. Borrows both. @param count of planes. */
  resizeAllInto(data: Float32Array, out: Float32Array, count = 3): void {
    const [from, to] = [this.#from.width * this.#from.height, this.#to.width * this.#to.height];
    for (let k = 0; k < count; k++) {
      this.resizeInto({ data, start: k * from, stride: this.#from.width }, out, k * to);
    }
  }
}
