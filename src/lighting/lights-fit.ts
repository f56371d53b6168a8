import { AFFINE_SIZE, CORE_GAIN_CHROMA, CORE_GAIN_LUMA, GRID_BINS, GRID_HEIGHT, GRID_WIDTH } from '../look/look.js';
import type { DaySamples } from './day-samples.js';
import type { NightSamples } from './night-samples.js';
import { COLUMNS, ROWS, SAMPLES } from './samples.js';

/** Numbers of a cell and bin that this fit's grids use: slope and offset of Y, slope of U and V, offsets of U and V. */
const USED = 5;
/** Core gains and halo lumas below this are 0, which saves the renderer time. */
const FAINT = 0.004;
const MAX_CORE = 2;
/** Luma below which the day has too little texture to be brightened. */
const DARK = 0.12;

/** Fits the lights layer to what a grid leaves: light on things as a gain on the day's pixel, all else as light added. */
export class LightsFit {
  readonly #row = new Float32Array(GRID_WIDTH * GRID_BINS * USED);

  /** @param night the night without sharp lamps. */
  fit(grid: Float32Array, day: DaySamples, night: NightSamples, lights: Float32Array): void {
    const values = this.#row;
    const [dayLuma, dayUs, dayVs, reflected] = [day.luma, day.u, day.v, night.reflected];
    const [nightLuma, nightU, nightV] = [night.luma, night.u, night.v];
    for (let row = 0, i = 0; row < ROWS; row++) {
      this.#mixRow(grid, row);
      for (let column = 0; column < COLUMNS; column++, i++) {
        const luma = dayLuma[i] ?? 0;
        const dayU = dayUs[i] ?? 0;
        const dayV = dayVs[i] ?? 0;
        const x = Math.max(0, ((column + 0.5) * GRID_WIDTH) / COLUMNS - 0.5);
        const first = x | 0;
        const fx = x - first;
        const z = Math.min(1, Math.max(0, luma)) * (GRID_BINS - 1);
        const bin = Math.min(GRID_BINS - 2, z) | 0;
        const fz = z - bin;
        const a = (first * GRID_BINS + bin) * USED;
        const b = Math.min(GRID_WIDTH - 1, first + 1) * GRID_BINS * USED + bin * USED;
        const wa = (1 - fx) * (1 - fz);
        const wan = (1 - fx) * fz;
        const wb = fx * (1 - fz);
        const wbn = fx * fz;
        const gridLuma =
          (wa * (values[a] ?? 0) + wan * (values[a + 5] ?? 0) + wb * (values[b] ?? 0) + wbn * (values[b + 5] ?? 0)) *
            luma +
          (wa * (values[a + 1] ?? 0) +
            wan * (values[a + 6] ?? 0) +
            wb * (values[b + 1] ?? 0) +
            wbn * (values[b + 6] ?? 0));
        const tint =
          wa * (values[a + 2] ?? 0) +
          wan * (values[a + 7] ?? 0) +
          wb * (values[b + 2] ?? 0) +
          wbn * (values[b + 7] ?? 0);
        const missing = (reflected[i] ?? 0) * ((nightLuma[i] ?? 0) - gridLuma);
        const gain = Math.min(MAX_CORE, missing / (CORE_GAIN_LUMA * Math.max(DARK, luma)));
        const core = gain < FAINT ? 0 : gain;
        let haloLuma = (nightLuma[i] ?? 0) - gridLuma - core * CORE_GAIN_LUMA * luma;
        let haloU =
          (nightU[i] ?? 0) -
          tint * dayU -
          (wa * (values[a + 3] ?? 0) +
            wan * (values[a + 8] ?? 0) +
            wb * (values[b + 3] ?? 0) +
            wbn * (values[b + 8] ?? 0)) -
          core * CORE_GAIN_CHROMA * dayU;
        let haloV =
          (nightV[i] ?? 0) -
          tint * dayV -
          (wa * (values[a + 4] ?? 0) +
            wan * (values[a + 9] ?? 0) +
            wb * (values[b + 4] ?? 0) +
            wbn * (values[b + 9] ?? 0)) -
          core * CORE_GAIN_CHROMA * dayV;
        if (Math.abs(haloLuma) < FAINT) haloLuma = haloU = haloV = 0;
        lights[i] = core;
        lights[SAMPLES + i] = haloLuma;
        lights[2 * SAMPLES + i] = haloU;
        lights[3 * SAMPLES + i] = haloV;
      }
    }
  }

  /** Mixes the two rows of the grid around a row of samples. */
  #mixRow(grid: Float32Array, row: number): void {
    const y = Math.max(0, ((row + 0.5) * GRID_HEIGHT) / ROWS - 0.5);
    const first = Math.min(GRID_HEIGHT - 1, Math.floor(y));
    const fy = y - first;
    const stride = GRID_WIDTH * GRID_BINS * AFFINE_SIZE;
    const [upper, lower] = [first * stride, Math.min(GRID_HEIGHT - 1, first + 1) * stride];
    const out = this.#row;
    for (let cell = 0; cell < GRID_WIDTH * GRID_BINS; cell++) {
      const from = cell * AFFINE_SIZE;
      const to = cell * USED;
      out[to] = mix(grid, upper + from, lower + from, fy);
      out[to + 1] = mix(grid, upper + from + 3, lower + from + 3, fy);
      out[to + 2] = mix(grid, upper + from + 5, lower + from + 5, fy);
      out[to + 3] = mix(grid, upper + from + 7, lower + from + 7, fy);
      out[to + 4] = mix(grid, upper + from + 11, lower + from + 11, fy);
    }
  }
}

function mix(grid: Float32Array, first: number, second: number, share: number): number {
  return (1 - share) * (grid[first] ?? 0) + share * (grid[second] ?? 0);
}
