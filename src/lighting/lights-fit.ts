import type { PlaneKernel } from '../image/plane-kernel.js';
import { LIGHTS_CHANNELS, LIGHTS_SIZE } from '../look/look.js';
import type { DaySamples } from './day-samples.js';
import type { NightSamples } from './night-samples.js';
import { SAMPLES } from './samples.js';

/**
 * Fits the lights layer to what a grid leaves: light on things as a gain on the day’s pixel where it follows that, all else as light added. What is fainter than
 * a code value is 0.
 */
export class LightsFit {
  /** `[4, 72, 128]`, in the kernel's memory. */
  readonly lights: Float32Array;
  readonly #kernel: PlaneKernel;
  readonly #spare: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.lights = kernel.plane(LIGHTS_SIZE);
    this.#spare = kernel.plane(LIGHTS_CHANNELS * SAMPLES);
  }

  /** Writes {@link lights}. @param grid in the kernel's memory. @param night the night without sharp lamps. @param ground share of even ground. */
  fit(grid: Float32Array, day: DaySamples, night: NightSamples, ground: Float32Array): void {
    const [kernel, lights, spare] = [this.#kernel, this.lights, this.#spare];
    const [from, to] = [kernel.addressOf(day.data), kernel.addressOf(night.data)];
    kernel.calls.fitLights(
      kernel.addressOf(grid),
      from,
      to,
      kernel.addressOf(ground),
      kernel.addressOf(lights),
      kernel.addressOf(spare),
    );
  }
}
