import type { PlaneKernel } from '../image/plane-kernel.js';
import { LIGHTS_SIZE } from '../look/look.js';
import type { DaySamples } from './day-samples.js';
import type { GridFit } from './grid-fit.js';
import type { NightSamples } from './night-samples.js';

/**
 * Fits the lights layer to what a grid leaves: light on things as a gain on the day’s pixel where it follows that, all else as
 * light added. What is fainter than a code value is 0.
 */
export class LightsFit {
  /** `[4, 72, 128]`, in the kernel's memory. */
  readonly lights: Float32Array;
  readonly #kernel: PlaneKernel;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.lights = kernel.plane(LIGHTS_SIZE);
  }

  /**
   * Writes {@link lights}. @param grid just fitted to the same day and night; its means change. @param night the night without sharp lamps.
   * @param ground share of even ground, in the kernel's memory.
   */
  fit(grid: GridFit, day: DaySamples, night: NightSamples, ground: Float32Array): void {
    const [kernel, lights] = [this.#kernel, this.lights];
    const [from, to] = [kernel.addressOf(day.data), kernel.addressOf(night.data)];
    const [fitted, means] = [kernel.addressOf(grid.grid), kernel.addressOf(grid.means)];
    kernel.calls.fitLights(fitted, from, to, kernel.addressOf(ground), kernel.addressOf(lights), means);
  }
}
