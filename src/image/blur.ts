import type { PlaneKernel } from './plane-kernel.js';

/**
 * Edge handling of a blur. `zero`: samples outside are 0, so that means fall towards the edge (light leaves the plane).
 * `inside`: the mean is over the samples inside.
 */
export type BlurEdges = 'zero' | 'inside';

/**
 * Box blur of planes of one size `[height, width]`, up to 448 by 256, with radii up to 16. Two passes give a tent filter,
 * three nearly a Gaussian. Allocates nothing. Does not copy planes of the kernel.
 */
export class BoxBlur {
  readonly #kernel: PlaneKernel;
  readonly #width: number;
  readonly #height: number;

  constructor(kernel: PlaneKernel, width: number, height: number) {
    kernel.checkSize(width, height);
    this.#kernel = kernel;
    this.#width = width;
    this.#height = height;
  }

  /** Writes the mean over a window of `2 * radiusX + 1` by `2 * radiusY + 1` samples. `out` may be `source`. */
  blurInto(
    source: Float32Array,
    [radiusX, radiusY]: readonly [number, number],
    edges: BlurEdges,
    out: Float32Array,
  ): void {
    const [kernel, width, height, inside] = [this.#kernel, this.#width, this.#height, edges === 'inside' ? 1 : 0];
    kernel.checkRadius(radiusX);
    kernel.checkRadius(radiusY);
    kernel.filter(source, out, (from, to) => {
      kernel.calls.boxBlur(from, to, width, height, radiusX, radiusY, inside);
    });
  }
}
