import type { GroundPlane } from './ground-plane.js';
import type { LampList } from './lamp-list.js';
import type { NightStyle } from './night-style.js';
import type { PlaneFilters } from './plane-filters.js';
import { COLUMNS, createPlane, type LightPlanes, ROWS, SAMPLES } from './samples.js';

/** How much of a streak remains from row to row. */
const STREAK = 0.83;
/** Streaks below this do not show. */
const FAINT_STREAK = 0.01;

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

  /** Adds to `shine` what the ground mirrors of the lamps' energy, drawn out towards the camera. */
  mirror(shine: LightPlanes, { energy, rows }: LampList, plane: GroundPlane, bonnet: Float32Array): void {
    const amount = 0.008 + 0.3 * this.#style.ground.wetness;
    const axis = Math.round(2 * plane.horizon);
    for (const channel of ['red', 'green', 'blue'] as const) {
      const [out, lamps] = [shine[channel], energy[channel]];
      streaks.fill(0);
      let isLit = false;
      for (let row = 1; row < ROWS; row++) {
        const from = axis - row;
        const hasMirror = row > plane.horizon && from >= 0 && from < row && rows[from] === 1;
        if (!isLit && rows[row - 1] === 0 && !hasMirror) continue;
        moveStreaks(lamps, row - 1, hasMirror ? from : -1);
        isLit = addStreaks(out, row, amount, plane.ground, bonnet);
      }
    }
  }
}

/** Moves the streaks down by a row, which spreads and fades them, and adds the light of a row and of the mirrored one; -1 for none. */
function moveStreaks(lamps: Float32Array, row: number, mirrored: number): void {
  const above = row * COLUMNS;
  const mirror = Math.max(0, mirrored) * COLUMNS;
  const share = mirrored < 0 ? 0 : 1;
  let before = 0;
  for (let column = 0; column < COLUMNS; column++) {
    const light = (lamps[above + column] ?? 0) + share * (lamps[mirror + column] ?? 0);
    const here = streaks[column] ?? 0;
    const spread = 0.84 * here + 0.08 * (before + (streaks[column + 1] ?? 0));
    before = here;
    streaks[column] = STREAK * spread + Math.min(2, light);
  }
}

/** Adds the streaks to a row. Returns whether one is bright enough to show. */
function addStreaks(
  out: Float32Array,
  row: number,
  amount: number,
  ground: Float32Array,
  bonnet: Float32Array,
): boolean {
  let isLit = false;
  for (let column = 0, i = row * COLUMNS; column < COLUMNS; column++, i++) {
    const streak = streaks[column] ?? 0;
    if (streak < FAINT_STREAK) continue;
    isLit = true;
    out[i] = (out[i] ?? 0) + amount * (ground[i] ?? 0) * (1 - (bonnet[i] ?? 0)) * streak;
  }
  return isLit;
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
