import type { PlaneKernel } from '../image/plane-kernel.js';
import { LIGHTS_SIZE } from '../look/look.js';
import type { DaySamples } from './day-samples.js';
import type { NightSamples } from './night-samples.js';

/**
 * Fits the lights layer to what a grid leaves: light on things as a gain on the day's pixel, all else as light added. What is fainter than
 * a code value is 0.
 */
export class LightsFit {
  /** `[4, 72, 128]`, in the kernel's memory. */
  readonly lights: Float32Array;
  readonly #kernel: PlaneKernel;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.lights = kernel.plane(LIGHTS_SIZE);
  }

  /** Writes {@link lights}. @param grid in the kernel's memory. @param night the night without sharp lamps. */
  fit(grid: Float32Array, day: DaySamples, night: NightSamples): void {
    const [kernel, lights] = [this.#kernel, this.lights];
    const [from, to] = [kernel.addressOf(day.data), kernel.addressOf(night.data)];
    kernel.calls.fitLights(kernel.addressOf(grid), from, to, kernel.addressOf(lights));
  }
}
