import type { PlaneKernel } from './plane-kernel.js';

/** Weight of the diagonal neighbours in a soft disc: the part of their squares inside a circle through the other neighbours. */
const DIAGONAL_WEIGHT = 0.55;

/**
 * Grey-scale morphology on planes of one size `[height, width]`, up to 448 by 256, with radii up to 16. Samples outside the
 * plane are ignored. Allocates nothing. Does not copy planes of the kernel.
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

  /** Writes the largest value in a square of `2 * radius + 1` around each sample. `out` may be `source`. */
  dilateInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.#kernel.checkRadius(radius);
    this.#kernel.filter(source, out, (from, to) => {
      this.#kernel.calls.dilate(from, to, this.#width, this.#height, radius);
    });
  }

  /** Writes the smallest value in a square of `2 * radius + 1` around each sample. `out` may be `source`. */
  erodeInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.#kernel.checkRadius(radius);
    this.#kernel.filter(source, out, (from, to) => {
      this.#kernel.calls.erode(from, to, this.#width, this.#height, radius);
    });
  }

  /** Opening (erosion, then dilation): removes bright details smaller than the square. `out` may be `source`. */
  openInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.erodeInto(source, radius, out);
    this.dilateInto(out, radius, out);
  }

  /** Closing (dilation, then erosion): removes dark details smaller than the square. `out` may be `source`. */
  closeInto(source: Float32Array, radius: number, out: Float32Array): void {
    this.dilateInto(source, radius, out);
    this.erodeInto(out, radius, out);
  }

  /**
   * Dilates by a soft disc: the sample and its four neighbours have weight 1, the four diagonal ones
   * {@link DIAGONAL_WEIGHT}. Spots stay round where a square would make blocks. Samples are 0 or more. `out` may be
   * `source`.
   */
  dilateDiscInto(source: Float32Array, out: Float32Array): void {
    this.#kernel.filter(source, out, (from, to) => {
      this.#kernel.calls.dilateDisc(from, to, this.#width, this.#height, DIAGONAL_WEIGHT);
    });
  }
}
