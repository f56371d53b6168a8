import type { DaySamples } from './day-samples.js';
import { displayOf } from './display.js';
import { createPlane, type LightPlanes, SAMPLES, smoothStep } from './samples.js';

const DARK_SATURATION = 0.92;

/** A night at 72 x 128, gamma-coded Y, U, V in BT.709 full range. */
export class NightSamples {
  readonly luma = createPlane();
  readonly u = createPlane();
  readonly v = createPlane();

  /** Share of the light that things reflect, 0 to 1; the rest shines itself. */
  readonly reflected = createPlane();

  /** Shows `gain * light + shine` as a camera does. @param black linear light that is lost. */
  expose(light: LightPlanes, gain: number, shine: LightPlanes, black: number): void {
    const [lumas, us, vs, reflected] = [this.luma, this.u, this.v, this.reflected];
    const [lightR, lightG, lightB] = [light.red, light.green, light.blue];
    const [shineR, shineG, shineB] = [shine.red, shine.green, shine.blue];
    for (let i = 0; i < SAMPLES; i++) {
      const litG = gain * (lightG[i] ?? 0);
      const totalG = litG + (shineG[i] ?? 0);
      const red = displayOf(gain * (lightR[i] ?? 0) + (shineR[i] ?? 0) - black);
      const green = displayOf(totalG - black);
      const blue = displayOf(gain * (lightB[i] ?? 0) + (shineB[i] ?? 0) - black);
      const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      const saturation = DARK_SATURATION + (1 - DARK_SATURATION) * smoothStep(0.03, 0.4, luma);
      lumas[i] = luma;
      us[i] = (saturation * (blue - luma)) / 1.8556;
      vs[i] = (saturation * (red - luma)) / 1.5748;
      reflected[i] = litG / (totalG + 1e-5);
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
