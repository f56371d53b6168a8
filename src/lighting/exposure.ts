import { displayOf } from './display.js';
import { type LightPlanes, SAMPLES } from './samples.js';

/** Every so many samples count. */
const STEP = 11;
const ROUNDS = 4;

/** What {@link exposureGain} aims at. */
export interface ExposureOptions {
  readonly meanLuma: number;
  readonly minGain: number;
  readonly maxGain: number;
}

const litLuminance = new Float32Array(Math.ceil(SAMPLES / STEP));
const shineLuminance = new Float32Array(Math.ceil(SAMPLES / STEP));

/** Returns the gain on `light` that brings the mean displayed luma of `light` and `shine` to the one asked for, within bounds. */
export function exposureGain(light: LightPlanes, shine: LightPlanes, options: ExposureOptions): number {
  const count = litLuminance.length;
  for (let k = 0; k < count; k++) {
    litLuminance[k] = luminanceAt(light, k * STEP);
    shineLuminance[k] = luminanceAt(shine, k * STEP);
  }
  let gain = 1;
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += displayOf(gain * (litLuminance[k] ?? 0) + (shineLuminance[k] ?? 0));
    const mean = Math.max(1e-3, sum / count);
    gain *= Math.min(1.8, Math.max(0.5, (options.meanLuma / mean) ** 1.4));
    gain = Math.min(options.maxGain, Math.max(options.minGain, gain));
  }
  return gain;
}

function luminanceAt({ red, green, blue }: LightPlanes, i: number): number {
  return 0.2126 * (red[i] ?? 0) + 0.7152 * (green[i] ?? 0) + 0.0722 * (blue[i] ?? 0);
}
