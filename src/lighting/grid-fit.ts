import type { PlaneKernel } from '../image/plane-kernel.js';
import { GRID_BINS, GRID_HEIGHT, GRID_SIZE, GRID_WIDTH } from '../look/look.js';
import type { DaySamples } from './day-samples.js';
import type { NightSamples } from './night-samples.js';
import { SAMPLES } from './samples.js';

/** Numbers of two copies of the moments of every cell and bin: see the kernel's `grid-fit.ts`. */
const MOMENTS_SIZE = 2 * GRID_WIDTH * GRID_HEIGHT * GRID_BINS * 12;

/** Planes of {@link GridFit.means}. */
const MEANS = 4;

/**
 * Fits the look's grid to a night: in each cell and luma bin, night Y is affine in day Y, and night U, V in day U, V with one
 * common slope. Least squares over the darkest and brightest pixels of the
 * samples of cell and bin, and a little of their neighbours'.
 */
export class GridFit {
  /** `[9, 16, 8, 3, 4]`, in the kernel's memory. */
  readonly grid: Float32Array;
  /** Means of the day and the night over windows, four planes in the kernel's memory, which the fit of the lights layer reads and changes. */
  readonly means: Float32Array;
  readonly #kernel: PlaneKernel;
  readonly #moments: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#moments = kernel.plane(MOMENTS_SIZE);
    this.means = kernel.plane(MEANS * SAMPLES);
    this.grid = kernel.plane(GRID_SIZE);
  }

  /** Writes {@link grid} and {@link means}. @param ground share of even ground, in the kernel's memory. */
  fit(day: DaySamples, night: NightSamples, ground: Float32Array): void {
    const kernel = this.#kernel;
    const [moments, means] = [kernel.addressOf(this.#moments), kernel.addressOf(this.means)];
    const [from, to] = [kernel.addressOf(day.data), kernel.addressOf(night.data)];
    kernel.calls.fitGrid(from, to, kernel.addressOf(ground), moments, kernel.addressOf(this.grid), means);
  }
}
