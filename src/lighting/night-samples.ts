import type { PlaneKernel } from '../image/plane-kernel.js';
import type { DaySamples } from './day-samples.js';
import { DISPLAY_SCALE, DISPLAY_TABLE } from './display.js';
import { type LightPlanes, planesOf, SAMPLES } from './samples.js';

/** A night at 72 x 128, gamma-coded Y, U, V in BT.709 full range. */
export class NightSamples {
  /** Y, U, V, then {@link reflected}, one after the other in the kernel's memory. */
  readonly data: Float32Array;
  readonly luma: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** Share of the light that things reflect, 0 to 1; the rest shines itself. */
  readonly reflected: Float32Array;

  readonly #kernel: PlaneKernel;
  readonly #table: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#table = kernel.plane(DISPLAY_TABLE.length);
    this.#table.set(DISPLAY_TABLE);
    this.data = kernel.plane(4 * SAMPLES);
    [this.luma, this.u, this.v, this.reflected] = planesOf(this.data, 4);
  }

  /** Shows `gain * light + shine`, planes of the kernel, as a camera does. @param black linear light of which half is lost. */
  expose(light: LightPlanes, gain: number, shine: LightPlanes, black: number): void {
    const kernel = this.#kernel;
    const [lit, shining] = [kernel.addressOf(light.red), kernel.addressOf(shine.red)];
    const [table, out] = [kernel.addressOf(this.#table), kernel.addressOf(this.data)];
    kernel.calls.expose(lit, gain, shining, black, table, DISPLAY_TABLE.length - 1, DISPLAY_SCALE, out);
  }

  /** Mixes the day in. @param share of the day, 0 to 1. */
  mixDay(day: DaySamples, share: number): void {
    for (let i = 0; i < SAMPLES; i++) {
      this.luma[i] = (1 - share) * (this.luma[i] ?? 0) + share * (day.luma[i] ?? 0);
      this.u[i] = (1 - share) * (this.u[i] ?? 0) + share * (day.u[i] ?? 0);
      this.v[i] = (1 - share) * (this.v[i] ?? 0) + share * (day.v[i] ?? 0);
    }
  }
}
