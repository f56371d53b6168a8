import type { GroundPlane } from './ground-plane.js';
import type { NightStyle } from './night-style.js';
import type { PlaneFilters } from './plane-filters.js';
import { COLUMNS, createPlane, type LightPlanes, ROWS, SAMPLES } from './samples.js';

/** How much of a streak remains from row to row. */
const STREAK = 0.83;

const streaks = new Float32Array(COLUMNS + 1);

/** What lens and wet ground make of bright light: bloom around it, a veil over all, streaks below it. */
export class Lens {
  readonly #style: NightStyle;
  readonly #filters: PlaneFilters;

  constructor(style: NightStyle, filters: PlaneFilters) {
    this.#style = style;
    this.#filters = filters;
  }

  /** Adds to `shine` the bloom of `shine` and of the lamps' `energy`. */
  bloom(shine: LightPlanes, energy: LightPlanes): void {
    const { bloom, veil } = this.#style.lens;
    for (const channel of ['red', 'green', 'blue'] as const) {
      this.#filters.bloom(shine[channel], energy[channel], bloom, veil);
    }
  }

  /** Adds to `shine` what the ground mirrors of the lamps' `energy`, drawn out towards the camera. */
  mirror(shine: LightPlanes, energy: LightPlanes, plane: GroundPlane, bonnet: Float32Array): void {
    const amount = 0.008 + 0.3 * this.#style.ground.wetness;
    const axis = Math.round(2 * plane.horizon);
    const { ground } = plane;
    for (const channel of ['red', 'green', 'blue'] as const) {
      const [out, lamps] = [shine[channel], energy[channel]];
      streaks.fill(0);
      for (let row = 1; row < ROWS; row++) {
        const above = (row - 1) * COLUMNS;
        const from = axis - row;
        const hasMirror = from >= 0 && row > plane.horizon && from < row;
        const mirror = hasMirror ? from * COLUMNS : 0;
        const share = hasMirror ? 1 : 0;
        const start = row * COLUMNS;
        let before = 0;
        for (let column = 0; column < COLUMNS; column++) {
          const light = (lamps[above + column] ?? 0) + share * (lamps[mirror + column] ?? 0);
          const here = streaks[column] ?? 0;
          const spread = 0.84 * here + 0.08 * (before + (streaks[column + 1] ?? 0));
          before = here;
          const streak = STREAK * spread + Math.min(2, light);
          streaks[column] = streak;
          if (streak < 0.01) continue;
          const i = start + column;
          out[i] = (out[i] ?? 0) + amount * (ground[i] ?? 0) * (1 - (bonnet[i] ?? 0)) * streak;
        }
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
