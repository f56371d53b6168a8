import type { DaySamples } from './day-samples.js';
import { displayOf } from './display.js';
import { createPlane, type LightPlanes, SAMPLES, smoothStep } from './samples.js';

const DARK_SATURATION = 0.82;

/** A night at 72 x 128, gamma-coded Y, U, V in BT.709 full range. */
export class NightSamples {
  readonly luma = createPlane();
  readonly u = createPlane();
  readonly v = createPlane();

  /** Shows `gain * light + shine` as a camera does. @param black linear light that is lost. */
  expose(light: LightPlanes, gain: number, shine: LightPlanes | undefined, black: number): void {
    const glow = shine ?? ZERO;
    for (let i = 0; i < SAMPLES; i++) {
      const red = displayOf(gain * (light.red[i] ?? 0) + (glow.red[i] ?? 0) - black);
      const green = displayOf(gain * (light.green[i] ?? 0) + (glow.green[i] ?? 0) - black);
      const blue = displayOf(gain * (light.blue[i] ?? 0) + (glow.blue[i] ?? 0) - black);
      const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      const saturation = DARK_SATURATION + (1 - DARK_SATURATION) * smoothStep(0.03, 0.4, luma);
      this.luma[i] = luma;
      this.u[i] = (saturation * (blue - luma)) / 1.8556;
      this.v[i] = (saturation * (red - luma)) / 1.5748;
    }
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

const ZERO: LightPlanes = { red: createPlane(), green: createPlane(), blue: createPlane() };
