import { openKernel, type Kernel, type KernelConstant } from '../../image/kernel.js';
import { GRID_SIZE, LIGHTS_SIZE } from '../look.js';
import type { YuvPlanes } from './look-fitter.js';

/** The exports of `src/image/kernels/fit.ts`, which documents them. Addresses and strides are in bytes. */
interface FitExports {
  readonly GRID: KernelConstant;
  readonly LIGHTS: KernelConstant;
  readonly IMAGES: KernelConstant;
  /** Address, bytes, lowest and highest number. */
  sanitise: (...args: [number, number, number, number]) => void;
  /** Day, night, spots, weights; width, height, row stride; window across and down; knee. */
  findSpots: (...args: [number, number, number, number, number, number, number, number, number, number]) => void;
  /** Day, night, weights; width, height, row and plane stride, step; how strongly space, luma and curve draw; steps. */
  fitGrid: (
    ...args: [number, number, number, number, number, number, number, number, number, number, number, number]
  ) => void;
  /** How strongly space, luma and curve draw; share of it; steps. */
  releaseGrid: (...args: [number, number, number, number, number]) => void;
  /** Day, night, weights, output; width, height, row and plane stride. Returns the mean square. */
  findResidual: (...args: [number, number, number, number, number, number, number, number]) => number;
  /** Day, residual; width, height, row and plane stride. */
  fitLights: (...args: [number, number, number, number, number, number]) => void;
}

const PAGE_BYTES = 65536;
/** Bytes of a cache line. */
const LINE_BYTES = 64;
/** Planes of an image's size: day, night, what the grid leaves (three each), spots and weights. */
const PLANES = { day: 0, night: 3, rest: 6, spots: 9, weights: 10, count: 11 } as const;
/** Window of the top-hat that finds spots, in shares of the image's sides, and its limits in samples. */
const SPOT_WINDOW = 19 / 256;
const SPOT_SAMPLES = { min: 8, max: 32 } as const;

/** How a grid is fitted. Draws are in samples of an image of 256x256. */
export interface GridOptions {
  /** How strongly a vertex is drawn to its neighbours in the image, to those in luma, and to the whole image's curve. */
  readonly space: number;
  readonly luma: number;
  readonly curve: number;
  /** Steps of conjugate gradients. */
  readonly steps: number;
  /** 1 reads every sample, 2 every second one. */
  readonly step: 1 | 2;
}

/** Planes of the kernel, in rows of `stride` numbers. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  /** Lent until the next image is loaded. */
  readonly planes: readonly Float32Array[];
}

/** The WebAssembly kernel that fits looks, with its memory for two images. Its steps run in the order of its methods. */
export class FitKernel {
  readonly #kernel: Kernel<FitExports>;
  #width = 0;
  #height = 0;
  /** Bytes of a row. */
  #stride = 0;

  private constructor(kernel: Kernel<FitExports>) {
    this.#kernel = kernel;
  }

  /** Loads the kernel. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<FitKernel> {
    return new FitKernel(await openKernel<FitExports>('fit'));
  }

  /** Copies both images in; what is not finite becomes 0. */
  load(day: YuvPlanes, night: YuvPlanes): void {
    this.#resize(day.width, day.height);
    this.#copy(day.data, PLANES.day);
    this.#copy(night.data, PLANES.night);
    this.#kernel.exports.sanitise(this.#address(0), 6 * this.#planeBytes, -1, 1.5);
  }

  /** Finds what shines in the night alone, and how much each sample counts for the grid. @param knee excess of luma that counts half. */
  findSpots(knee: number): void {
    const { exports } = this.#kernel;
    const window = (side: number): number =>
      Math.min(SPOT_SAMPLES.max, Math.max(SPOT_SAMPLES.min, Math.round(side * SPOT_WINDOW)));
    const [width, height] = [this.#width, this.#height];
    exports.findSpots(
      ...[this.#address(PLANES.day), this.#address(PLANES.night)],
      ...[this.#address(PLANES.spots), this.#address(PLANES.weights)],
      ...[width, height, this.#stride, window(width), window(height), knee],
    );
  }

  /** Fits the grid and copies it to `out`, `[9, 16, 8, 3, 4]`. */
  fitGridInto(out: Float32Array, { space, luma, curve, steps, step }: GridOptions): void {
    const { exports, memory } = this.#kernel;
    exports.fitGrid(
      ...[this.#address(PLANES.day), this.#address(PLANES.night), this.#address(PLANES.weights)],
      ...this.#size(),
      ...[step, space, luma, curve, steps],
    );
    out.set(new Float32Array(memory.buffer, exports.GRID.value, GRID_SIZE));
  }

  /** Fits the grid again, from the last fit on, with a share of its draws. */
  releaseGridInto(out: Float32Array, { space, luma, curve, steps }: GridOptions, share: number): void {
    const { exports, memory } = this.#kernel;
    exports.releaseGrid(space, luma, curve, share, steps);
    out.set(new Float32Array(memory.buffer, exports.GRID.value, GRID_SIZE));
  }

  /** Finds what the grid leaves of the night. Returns its root mean square over Y, U and V, where spots count less. */
  findRest(): number {
    const [day, night] = [this.#address(PLANES.day), this.#address(PLANES.night)];
    const [weights, rest] = [this.#address(PLANES.weights), this.#address(PLANES.rest)];
    return Math.sqrt(this.#kernel.exports.findResidual(day, night, weights, rest, ...this.#size()));
  }

  /** Fits the lights layer to what the grid leaves and copies it to `out`, `[4, 72, 128]`. */
  fitLightsInto(out: Float32Array): void {
    const { exports, memory } = this.#kernel;
    exports.fitLights(this.#address(PLANES.day), this.#address(PLANES.rest), ...this.#size());
    out.set(new Float32Array(memory.buffer, exports.LIGHTS.value, LIGHTS_SIZE));
  }

  /** Y, U and V of the night. */
  get night(): Planes {
    return this.#planes(PLANES.night, 3);
  }

  /** Y, U and V of what the grid leaves. */
  get rest(): Planes {
    return this.#planes(PLANES.rest, 3);
  }

  /** Luma by which a spot of the night exceeds the day's. */
  get spots(): Planes {
    return this.#planes(PLANES.spots, 1);
  }

  get #planeBytes(): number {
    return this.#stride * this.#height;
  }

  #size(): [width: number, height: number, stride: number, plane: number] {
    return [this.#width, this.#height, this.#stride, this.#planeBytes];
  }

  #address(plane: number): number {
    return this.#kernel.exports.IMAGES.value + plane * this.#planeBytes;
  }

  #planes(first: number, count: number): Planes {
    const { buffer } = this.#kernel.memory;
    const length = this.#planeBytes / 4;
    const planes = Array.from({ length: count }, (_, i) => new Float32Array(buffer, this.#address(first + i), length));
    return { width: this.#width, height: this.#height, stride: this.#stride / 4, planes };
  }

  #resize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return;
    [this.#width, this.#height] = [width, height];
    // An odd number of cache lines a row: the rows of a column then lie in different sets of the cache.
    this.#stride = (Math.ceil((width * 4) / LINE_BYTES) | 1) * LINE_BYTES;
    const { exports, memory } = this.#kernel;
    const bytes = exports.IMAGES.value + PLANES.count * this.#planeBytes + LINE_BYTES;
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) memory.grow(missing);
  }

  #copy(data: Float32Array, plane: number): void {
    const to = new Float32Array(this.#kernel.memory.buffer);
    const [width, stride] = [this.#width, this.#stride / 4];
    for (let row = 0, at = this.#address(plane) / 4; row < 3 * this.#height; row++, at += stride) {
      to.set(data.subarray(row * width, (row + 1) * width), at);
    }
  }
}
