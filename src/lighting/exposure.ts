import { displayOf } from './display.js';
import { type LightPlanes, SAMPLES } from './samples.js';

/** Every so many samples count. */
const STEP = 5;
const ROUNDS = 4;

/** What {@link exposureGain} aims at. */
export interface ExposureOptions {
  readonly meanLuma: number;
  readonly minGain: number;
  readonly maxGain: number;
}

/** Returns the gain on `light` that brings the mean displayed luma of `light` and `shine` to the one asked for, within bounds. */
export function exposureGain(light: LightPlanes, shine: LightPlanes, options: ExposureOptions): number {
  let gain = 1;
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0;
    for (let i = 0; i < SAMPLES; i += STEP) {
      const red = displayOf(gain * (light.red[i] ?? 0) + (shine.red[i] ?? 0));
      const green = displayOf(gain * (light.green[i] ?? 0) + (shine.green[i] ?? 0));
      const blue = displayOf(gain * (light.blue[i] ?? 0) + (shine.blue[i] ?? 0));
      sum += 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }
    const mean = Math.max(1e-3, (sum * STEP) / SAMPLES);
    gain *= Math.min(1.8, Math.max(0.5, (options.meanLuma / mean) ** 1.4));
    gain = Math.min(options.maxGain, Math.max(options.minGain, gain));
  }
  return gain;
}
