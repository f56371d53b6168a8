import { Morphology } from './morphology.js';
import type { PlaneKernel } from './plane-kernel.js';

/**
 * Top-hats of planes of one size `[height, width]`, up to 256 by 144: what is smaller than a square of
 * `2 * radius + 1` and stands out from what is around it, whatever the brightness there (Meyer 1979). Takes no memory.
 */
export class TopHat {
  readonly #kernel: PlaneKernel;
  readonly #morphology: Morphology;
  readonly #radius: number;

  /** @param radius 0 to 16 samples. */
  constructor(kernel: PlaneKernel, width: number, height: number, radius: number) {
    kernel.checkRadius(radius);
    this.#kernel = kernel;
    this.#morphology = new Morphology(kernel, width, height);
    this.#radius = radius;
  }

  /** How much brighter each sample is than the opening: small bright things; 0 or more. `out` may not be `source`. */
  whiteInto(source: Float32Array, out: Float32Array): void {
    this.#morphology.openInto(source, this.#radius, out);
    this.#kernel.filter(source, out, (from, to) => {
      this.#kernel.calls.subtract(from, to, to, source.length);
    });
  }

  /** How much darker each sample is than the closing: small dark things; 0 or more. `out` may not be `source`. */
  blackInto(source: Float32Array, out: Float32Array): void {
    this.#morphology.closeInto(source, this.#radius, out);
    this.#kernel.filter(source, out, (from, to) => {
      this.#kernel.calls.subtract(to, from, to, source.length);
    });
  }
}
