import type { PlaneKernel } from './plane-kernel.js';

/**
 * Top-hat transforms (Meyer 1979) of planes of one size `[height, width]`, up to 448 by 256: they keep details that are
 * smaller than a square of `2 * radius + 1` and stand out from their surroundings, whatever the brightness there.
 * Allocates nothing.
 */
export class TopHat {
  readonly #kernel: PlaneKernel;
  readonly #width: number;
  readonly #height: number;
  readonly #radius: number;

  /** @param radius 0 to 16 samples. */
  constructor(kernel: PlaneKernel, width: number, height: number, radius: number) {
    kernel.checkSize(width, height);
    kernel.checkRadius(radius);
    this.#kernel = kernel;
    this.#width = width;
    this.#height = height;
    this.#radius = radius;
  }

  /** White top-hat, 0 or more: source minus its opening, which keeps small bright details. `out` may not be `source`. */
  whiteInto(source: Float32Array, out: Float32Array): void {
    const [{ calls }, width, height, radius] = [this.#kernel, this.#width, this.#height, this.#radius];
    this.#kernel.filter(source, out, (from, to) => {
      calls.erode(from, to, width, height, radius);
      calls.dilate(to, to, width, height, radius);
      calls.subtract(from, to, to, width * height);
    });
  }

  /** Black top-hat, 0 or more: closing minus source, which keeps small dark details. `out` may not be `source`. */
  blackInto(source: Float32Array, out: Float32Array): void {
    const [{ calls }, width, height, radius] = [this.#kernel, this.#width, this.#height, this.#radius];
    this.#kernel.filter(source, out, (from, to) => {
      calls.dilate(from, to, width, height, radius);
      calls.erode(to, to, width, height, radius);
      calls.subtract(to, from, to, width * height);
    });
  }
}
