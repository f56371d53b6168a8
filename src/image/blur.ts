import type { PlaneKernel } from './plane-kernel.js';

/**
 * What a window sees beyond the picture's edge. `zero`: darkness, so that sums fall towards the edge (light leaves the
 * picture). `inside`: nothing, the mean is that of the samples inside.
 */
export type BlurEdges = 'zero' | 'inside';

/**
 * Box means of planes of one size `[height, width]`, up to 256 by 144; radii up to 16. Two in a row make a tent, three
 * nearly a Gaussian. Takes no memory; planes of the kernel are not copied.
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

  /** The mean of a window of `2 * radiusX + 1` by `2 * radiusY + 1` samples. `out` may be `source`. */
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
