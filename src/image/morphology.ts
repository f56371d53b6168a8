import type { PlaneKernel } from './plane-kernel.js';

/** What a diagonal neighbour counts in a soft disc: the share of its square that a circle through the others covers. */
const DIAGONAL = 0.55;

/**
 * Grey-scale morphology on planes of one size, `[height, width]`, up to 256 by 144; radii up to 16. Windows are cut off
 * at the picture's edges: what lies outside never counts. Takes no memory; planes of the kernel are not copied.
 */
export class Morphology {
  readonly #kernel: PlaneKernel;
  readonly #width: number;
  readonly #height: number;

  constructor(kernel: PlaneKernel, width: number, height: number) {
    kernel.checkSize(width, height);
    this.#kernel = kernel;
    this.#width = width;
    this.#height = height;
  }

  /** The largest value in a square of `2 * radius + 1` around each sample. `out` may be `source`. */
  dilateInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.#kernel.checkRadius(radius);
    this.#kernel.filter(source, out, (from, to) => {
      this.#kernel.calls.dilate(from, to, this.#width, this.#height, radius);
    });
  }

  /** The smallest value in a square of `2 * radius + 1` around each sample. `out` may be `source`. */
  erodeInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.#kernel.checkRadius(radius);
    this.#kernel.filter(source, out, (from, to) => {
      this.#kernel.calls.erode(from, to, this.#width, this.#height, radius);
    });
  }

  /** Erosion, then dilation: what is bright and smaller than the square is gone. `out` may be `source`. */
  openInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.erodeInto(source, radius, out);
    this.dilateInto(out, radius, out);
  }

  /** Dilation, then erosion: what is dark and smaller than the square is gone. `out` may be `source`. */
  closeInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.dilateInto(source, radius, out);
    this.erodeInto(out, radius, out);
  }

  /**
   * The largest value around each sample under a soft disc: the sample and its four neighbours count whole, the four
   * diagonal ones `DIAGONAL`. Spots stay round where a square would make blocks. Samples are 0 or more. `out` may be
   * `source`.
   */
  dilateDiscInto(source: Float32Array, out: Float32Array): void {
    this.#kernel.filter(source, out, (from, to) => {
      this.#kernel.calls.dilateDisc(from, to, this.#width, this.#height, DIAGONAL);
    });
  }
}
