/** What a diagonal neighbour counts in a soft disc: the share of its square that a circle through the others covers. */
const DIAGONAL = 0.55;

/**
 * Grey-scale morphology on one plane of fixed size, `[height, width]`. Samples below 0 count as 0. Memory is taken at the first call
 * with a radius, none later. Windows are cut off at the picture's edges: what lies outside never counts.
 */
export class Morphology {
  readonly #width: number;
  readonly #height: number;
  readonly #rows: Float32Array;
  /** Padded planes by their length: one for each radius and direction ever used. */
  readonly #scratch = new Map<number, Scratch>();

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
        let best = source[i] ?? 0;
        let diagonal = source[i + up + left] ?? 0;
        best = larger(best, source[i + left] ?? 0);
        best = larger(best, source[i + right] ?? 0);
        best = larger(best, source[i + up] ?? 0);
        best = larger(best, source[i + down] ?? 0);
        diagonal = larger(diagonal, source[i + up + right] ?? 0);
        diagonal = larger(diagonal, source[i + down + left] ?? 0);
        diagonal = larger(diagonal, source[i + down + right] ?? 0);
        out[i] = larger(best, DIAGONAL * diagonal);
      }
    }
  }

  /** Rows stand in the scratch plane with `2 * radius` samples of padding between them, so that one slide does all. */
  #slideRows(source: Float32Array, radius: number, largest: boolean, out: Float32Array): void {
    const [width, height] = [this.#width, this.#height];
    const pitch = width + 2 * radius;
    const { floats, bits } = this.#padded(height * pitch, largest);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0, at = y * pitch + radius; x < width; x++, i++, at++) floats[at] = atLeastZero(source[i] ?? 0);
    }
    slide(bits, 1, 2 * radius + 1, largest);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0, at = y * pitch; x < width; x++, i++, at++) out[i] = floats[at] ?? 0;
    }
  }

  #slideColumns(source: Float32Array, radius: number, largest: boolean, out: Float32Array): void {
    const [width, height] = [this.#width, this.#height];
    const { floats, bits } = this.#padded((height + 2 * radius) * width, largest);
    floats.set(source, radius * width);
    slide(bits, width, 2 * radius + 1, largest);
    for (let i = 0; i < width * height; i++) out[i] = floats[i] ?? 0;
  }

  #padded(length: number, largest: boolean): Scratch {
    let scratch = this.#scratch.get(length);
    if (!scratch) {
      const floats = new Float32Array(length);
      scratch = { floats, bits: new Int32Array(floats.buffer) };
      this.#scratch.set(length, scratch);
    }
    scratch.bits.fill(largest ? 0 : PADDING_BITS);
    return scratch;
  }
}

/** The same numbers twice: floats of 0 or more are in the order of their bits as integers (IEEE 754, 5.10). */
interface Scratch {
  readonly floats: Float32Array;
  readonly bits: Int32Array;
}

/** Bits of a float far above any sample: what never is the smallest. */
const PADDING_BITS = 0x7f000000;

function atLeastZero(value: number): number {
  return value > 0 ? value : 0;
}

function larger(a: number, b: number): number {
  return a > b ? a : b;
}

/**
 * Replaces each sample by the extreme of the window that starts at it and has `size` samples, `step` apart: windows of
 * 2, 4, 8 ... samples, then two of these that overlap. The last `(size - 1) * step` samples are left unspecified.
 */
function slide(bits: Int32Array, step: number, size: number, largest: boolean): void {
  let span = 1;
  while (span < size) {
    const shift = Math.min(span, size - span);
    if (largest) raise(bits, shift * step);
    else lower(bits, shift * step);
    span += shift;
  }
}

// Without branches: which of two neighbours is larger cannot be predicted, and a wrong guess costs more than the rest.

function raise(bits: Int32Array, shift: number): void {
  for (let i = 0, end = bits.length - shift; i < end; i++) {
    const here = bits[i] ?? 0;
    const difference = (here - (bits[i + shift] ?? 0)) | 0;
    bits[i] = here - (difference & (difference >> 31));
  }
}

function lower(bits: Int32Array, shift: number): void {
  for (let i = 0, end = bits.length - shift; i < end; i++) {
    const there = bits[i + shift] ?? 0;
    const difference = ((bits[i] ?? 0) - there) | 0;
    bits[i] = there + (difference & (difference >> 31));
  }
}
