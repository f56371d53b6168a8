import { Random } from '../core/random.js';
import type { NightStyle } from './night-style.js';
import type { PlaneFilters } from './plane-filters.js';
import { COLUMNS, type LightPlanes, type LinearColor, ROWS, SAMPLES } from './samples.js';
import type { SunState } from './sun-state.js';

/** Clouds throw the town's glow back as they throw the sun's light: how much more or less than the mean of the day's sky, at most. */
const CLOUDS = { power: 1.3, least: 0.45, most: 1.35 } as const;
/** Radius over which clouds are smoothed, samples. */
const CLOUD_RADIUS = 2;

/** What the day's sky is like. */
interface DaySky {
  /** Share of sky, `[72, 128]`. */
  readonly cover: Float32Array;
  /** Luma by day, `[72, 128]`: of samples, and of the darkest pixel of each. */
  readonly luma: Float32Array;
  readonly darkest: Float32Array;
  readonly horizonRow: number;
}

/** The sky at night: nearly black at the zenith, brighter near the horizon, where the town glows; uneven from side to side and by the day's clouds. */
export class NightSky {
  readonly #filters: PlaneFilters;
  readonly #clouds: Float32Array;
  /** How dark each sample of the sky is beside the sky around it, up to 1: what stands before it takes a share. */
  readonly #fringe: Float32Array;
  readonly #style: NightStyle;
  readonly #color: LinearColor;
  /** Glow by column, around 1. */
  readonly #sides = new Float32Array(COLUMNS);

  constructor(style: NightStyle, color: LinearColor, seed: number, filters: PlaneFilters) {
    this.#filters = filters;
    this.#clouds = filters.createPlane();
    this.#fringe = filters.createPlane();
    this.#style = style;
    this.#color = color;
    this.reseed(seed);
  }

  /** Draws the glow again. */
  reseed(seed: number): void {
    const random = new Random(seed ^ 0x736b79);
    const [phase, second, depth] = [random.between(0, 6.28), random.between(0, 6.28), random.between(0.2, 0.45)];
    for (let column = 0; column < COLUMNS; column++) {
      const at = column / COLUMNS;
      this.#sides[column] = 1 + depth * (0.7 * Math.sin(3.4 * at + phase) + 0.3 * Math.sin(8 * at + second));
    }
  }

  /** Covers `light` with the sky where `cover` says so. @param urban how much of a town the frame shows, 0 to 1. */
  coverOver(light: LightPlanes, day: DaySky, urban: number, sun: SunState): void {
    const { cover, horizonRow } = day;
    const clouds = this.#readClouds(day);
    const fringe = this.#fringe;
    const { zenith, glow, glowHeight } = this.#style.sky;
    const { red, green, blue } = light;
    for (let row = 0, i = 0; row < ROWS; row++) {
      const up = Math.max(0, horizonRow - row) / ROWS;
      const near = Math.exp(-up / glowHeight);
      const wide = Math.exp(-up / 0.45);
      const low = Math.exp(-up / 0.15);
      const [r, g, b] = [0, 1, 2].map(
        (c) => (zenith[c] ?? 0) + (sun.zenith[c] ?? 0) * (1 - low) + (sun.horizon[c] ?? 0) * low,
      ) as [number, number, number];
      const town = glow * (0.3 + 0.7 * urban) * (0.8 * near + 0.2 * wide);
      const [tintR, tintG, tintB] = this.#color;
      for (let column = 0; column < COLUMNS; column++, i++) {
        const share = cover[i] ?? 0;
        if (share <= 0) continue;
        const here = town * (this.#sides[column] ?? 1) * (clouds[i] ?? 1);
        const open = share * (fringe[i] ?? 1);
        red[i] = (1 - share) * (red[i] ?? 0) + open * (r + here * (0.35 + 0.65 * tintR));
        green[i] = (1 - share) * (green[i] ?? 0) + open * (g + here * (0.35 + 0.65 * tintG));
        blue[i] = (1 - share) * (blue[i] ?? 0) + open * (b + here * (0.35 + 0.65 * tintB));
      }
    }
  }

  /** How much of the glow each sample of the sky throws back, around 1; and its fringe. */
  #readClouds({ cover, luma, darkest }: DaySky): Float32Array {
    const [clouds, fringe] = [this.#clouds, this.#fringe];
    let [sum, weight] = [0, 1e-6];
    for (let i = 0; i < SAMPLES; i++) {
      sum += (cover[i] ?? 0) * (luma[i] ?? 0);
      weight += cover[i] ?? 0;
    }
    const mean = Math.max(0.05, sum / weight);
    for (let i = 0; i < SAMPLES; i++) {
      // Outside the sky its mean: what stands before it is no cloud.
      clouds[i] = ((cover[i] ?? 0) * (luma[i] ?? 0)) / mean + 1 - (cover[i] ?? 0);
    }
    this.#filters.boxMeanInto(clouds, clouds, CLOUD_RADIUS);
    for (let i = 0; i < SAMPLES; i++) {
      if ((cover[i] ?? 0) > 0) {
        const here = 0.5 * ((luma[i] ?? 0) + (darkest[i] ?? 0));
        const dark = Math.min(1, here / (mean * Math.max(CLOUDS.least, clouds[i] ?? 1)));
        fringe[i] = dark * dark * dark; // light falls faster than gamma-coded luma
      }
      clouds[i] = Math.min(CLOUDS.most, Math.max(CLOUDS.least, (clouds[i] ?? 1) ** CLOUDS.power));
    }
    return clouds;
  }
}

/** How much of a town the frame shows, 0 to 1: by its share of facades. */
export function urbanOf(facade: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < SAMPLES; i++) sum += facade[i] ?? 0;
  return Math.min(1, Math.max(0, (sum / SAMPLES - 0.03) / 0.15));
}
