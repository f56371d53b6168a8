import { boxMeanInto } from './box-mean.js';
import type { GroundPlane } from './ground-plane.js';
import type { NightStyle } from './night-style.js';
import { COLUMNS, createPlane, type LightPlanes, ROWS, SAMPLES } from './samples.js';

/** Linear light above which a sample blooms, and the most that one sample gives. */
const [CLIP, BRIGHTEST] = [0.35, 14];
/** Widths of the bloom in samples, two means each, and their shares of the light. */
const HALOS = [
  { radius: 1, share: 0.11 },
  { radius: 3, share: 0.05 },
  { radius: 9, share: 0.032 },
] as const;

const source = createPlane();
const blurred = createPlane();
const mirrored = createPlane();

/** What lens and wet ground make of bright light: bloom around it, a veil over all, streaks below it. */
export class Lens {
  readonly #style: NightStyle;

  constructor(style: NightStyle) {
    this.#style = style;
  }

  /** Adds to `shine` the bloom of `shine` and of the lamps' `energy`. */
  bloom(shine: LightPlanes, energy: LightPlanes): void {
    const { bloom, veil } = this.#style.lens;
    for (const channel of ['red', 'green', 'blue'] as const) {
      const [plane, lamps] = [shine[channel], energy[channel]];
      for (let i = 0; i < SAMPLES; i++) {
        source[i] = Math.min(BRIGHTEST, Math.max(0, (plane[i] ?? 0) - CLIP) + (lamps[i] ?? 0));
      }
      for (let i = 0; i < SAMPLES; i++) plane[i] = (plane[i] ?? 0) + veil;
      for (const { radius, share } of HALOS) {
        boxMeanInto(source, blurred, radius);
        boxMeanInto(blurred, blurred, radius);
        for (let i = 0; i < SAMPLES; i++) plane[i] = (plane[i] ?? 0) + bloom * share * (blurred[i] ?? 0);
      }
    }
  }

  /** Adds to `shine` what ground and bonnet mirror of the lamps' `energy`, drawn out towards the camera. */
  mirror(shine: LightPlanes, energy: LightPlanes, plane: GroundPlane, bonnet: Float32Array): void {
    const { wetness } = this.#style.ground;
    const amount = 0.05 + 0.6 * wetness;
    const axis = Math.round(2 * plane.horizon);
    for (const channel of ['red', 'green', 'blue'] as const) {
      const [out, lamps] = [shine[channel], energy[channel]];
      for (let row = 0, i = 0; row < ROWS; row++) {
        const from = (axis - row) * COLUMNS;
        const low = (row - 2) * COLUMNS;
        const hasMirror = row > plane.horizon && axis - row >= 0 && axis - row < ROWS;
        for (let column = 0; column < COLUMNS; column++, i++) {
          const above = hasMirror ? (lamps[from + column] ?? 0) : 0;
          const near = row >= 2 ? (lamps[low + column] ?? 0) : 0;
          mirrored[i] = Math.min(3, above + near);
        }
      }
      boxMeanInto(mirrored, mirrored, 1, 3);
      boxMeanInto(mirrored, mirrored, 0, 5);
      for (let i = 0; i < SAMPLES; i++) {
        const hood = bonnet[i] ?? 0;
        const share = amount * (plane.ground[i] ?? 0) * (1 - hood);
        out[i] = (out[i] ?? 0) + share * (mirrored[i] ?? 0);
      }
    }
  }
}

/** Gain of a lens by its place in the frame: darker towards the corners. @param strength 0 without. */
export function vignette(strength: number): Float32Array {
  const gain = createPlane();
  for (let i = 0; i < SAMPLES; i++) {
    const x = (2 * (i % COLUMNS) + 1) / COLUMNS - 1;
    const y = (2 * Math.floor(i / COLUMNS) + 1) / ROWS - 1;
    gain[i] = 1 - strength * 0.5 * (x * x + y * y);
  }
  return gain;
}
