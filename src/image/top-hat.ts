import type { PlaneKernel } from './plane-kernel.js';

/**
 * Top-hats of planes of one size `[height, width]`, up to 256 by 144: what is smaller than a square of
 * `2 * radius + 1` and stands out from what is around it, whatever the brightness there (Meyer 1979). Takes no memory.
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

  /** How much brighter each sample is than the opening: small bright things; 0 or more. `out` may not be `source`. */
  whiteInto(source: Float32Array, out: Float32Array): void {
    const [{ calls }, width, height, radius] = [this.#kernel, this.#width, this.#height, this.#radius];
    this.#kernel.filter(source, out, (from, to) => {
      calls.erode(from, to, width, height, radius);
      calls.dilate(to, to, width, height, radius);
      calls.subtract(from, to, to, width * height);
    });
  }

  /** How much darker each sample is than the closing: small dark things; 0 or more. `out` may not be `source`. */
  blackInto(source: Float32Array, out: Float32Array): void {
    const [{ calls }, width, height, radius] = [this.#kernel, this.#width, this.#height, this.#radius];
    this.#kernel.filter(source, out, (from, to) => {
      calls.dilate(from, to, width, height, radius);
      calls.erode(to, to, width, height, radius);
      calls.subtract(to, from, to, width * height);
    });
  }
}
