import { openKernel, type Kernel, type KernelConstant } from '../../image/kernel.js';
import { GRID_SIZE } from '../look.js';
import type { YuvPlanes } from './look-fitter.js';

/** The exports of `src/image/kernels/fit.ts`, which documents them. Addresses and strides are in bytes. */
interface FitExports {
  readonly GRID: KernelConstant;
  readonly IMAGES: KernelConstant;
  /** Day, night, width, height, row stride, plane stride, step; how strongly space, luma and curve draw; steps. */
  fitGrid: (
    ...args: [number, number, number, number, number, number, number, number, number, number, number]
  ) => void;
}

const PAGE_BYTES = 65536;
/** Vectors and cache lines. */
const LINE_BYTES = 64;

/** Draws of a vertex towards its neighbours in the image, those in luma, and the whole image's curve; in samples of 65536. */
export interface GridDraws {
  readonly space: number;
  readonly luma: number;
  readonly curve: number;
}

/** The WebAssembly kernel that fits looks, with its memory for two images. */
export class FitKernel {
  readonly #kernel: Kernel<FitExports>;
  #width = 0;
  #height = 0;
  #stride = 0;

  private constructor(kernel: Kernel<FitExports>) {
    this.#kernel = kernel;
  }

  /** Loads the kernel. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<FitKernel> {
    return new FitKernel(await openKernel<FitExports>('fit'));
  }

  /** Copies both images in. */
  load(day: YuvPlanes, night: YuvPlanes): void {
    this.#resize(day.width, day.height);
    this.#copy(day.data, this.#kernel.exports.IMAGES.value);
    this.#copy(night.data, this.#nightAddress);
  }

  /** Fits the grid and copies it to `out`, `[9, 16, 8, 3, 4]`. */
  fitGridInto(out: Float32Array, { space, luma, curve }: GridDraws, steps: number, step: number): void {
    const { exports, memory } = this.#kernel;
    const [width, height, stride] = [this.#width, this.#height, this.#stride];
    const day = exports.IMAGES.value;
    exports.fitGrid(day, this.#nightAddress, width, height, stride, stride * height, step, space, luma, curve, steps);
    out.set(new Float32Array(memory.buffer, exports.GRID.value, GRID_SIZE));
  }

  get #nightAddress(): number {
    return this.#kernel.exports.IMAGES.value + 3 * this.#stride * this.#height;
  }

  #resize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return;
    [this.#width, this.#height] = [width, height];
    // An odd number of cache lines a row: the rows of a column then lie in different sets of the cache.
    this.#stride = (Math.ceil((width * 4) / LINE_BYTES) | 1) * LINE_BYTES;
    const { exports, memory } = this.#kernel;
    const bytes = exports.IMAGES.value + 6 * this.#stride * height + PAGE_BYTES;
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) memory.grow(missing);
  }

  #copy(data: Float32Array, address: number): void {
    const to = new Float32Array(this.#kernel.memory.buffer);
    const [width, stride] = [this.#width, this.#stride / 4];
    for (let row = 0, at = address / 4; row < 3 * this.#height; row++, at += stride) {
      to.set(data.subarray(row * width, (row + 1) * width), at);
    }
  }
}
