import { SURFACES, SURFACE_SIZE, type Scene } from '../scene/scene.js';
import type { DaySamples } from './day-samples.js';
import type { GroundPlane } from './ground-plane.js';
import type { NightStyle } from './night-style.js';
import type { PlaneFilters } from './plane-filters.js';
import { COLUMNS, type LightPlanes, SAMPLES, smoothStep } from './samples.js';

const FACADE = SURFACES.indexOf('facade') * SURFACE_SIZE;
const WINDOW = SURFACES.indexOf('window') * SURFACE_SIZE;
const SIGN = SURFACES.indexOf('sign') * SURFACE_SIZE;
/** A sample and those around it. */
const AROUND = [-2 * COLUMNS, -COLUMNS - 1, -COLUMNS, -COLUMNS + 1, -2, -1, 0, 1, 2, COLUMNS - 1, COLUMNS, COLUMNS + 1];

/** Share of sign from which a sample is one. */
const MIN_SIGN = 0.35;
/** Probability of window between which the foot of a facade is shop glass. */
const GLASS = { from: 0.1, full: 0.3 } as const;
/** Light of what lit shop glass shows, relative to a shop's luminance, and the largest gain of the day's light there. */
const GLASS_LIGHT = 0.06;
const MAX_GLASS_GAIN = 14;
/** Least luminance of the day around glass that counts. */
const DARKEST = 1e-4;
/** Shine of what is only full of detail, such as window frames, relative to what is vivid. */
const CLUTTER_SHARE = 0.3;

/** Shop fronts and lit signs: the foot of a facade where the day is vivid or full of detail shines in its own colours. */
export class Shops {
  readonly #style: NightStyle;
  readonly #filters: PlaneFilters;
  readonly #shine: Float32Array;
  readonly #clutter: Float32Array;
  /** Mean luminance of the day around each sample. */
  readonly #around: Float32Array;
  readonly #half: Float32Array;
  /** Samples that may shine. */
  readonly #fronts = new Int32Array(SAMPLES);

  constructor(style: NightStyle, filters: PlaneFilters) {
    this.#style = style;
    this.#filters = filters;
    this.#shine = filters.createPlane();
    this.#clutter = filters.createPlane();
    this.#around = filters.createPlane();
    this.#half = filters.createHalfPlane();
  }

  /** @param shine receives what shines itself. @param light receives what falls on the ground before the shops. */
  addTo(
    shine: LightPlanes,
    light: LightPlanes,
    plane: GroundPlane,
    scene: Scene,
    day: DaySamples,
    amount: number,
  ): void {
    const { surfaces } = scene;
    const { luminance, spill } = this.#style.shops;
    if (amount * (luminance + this.#style.signs.luminance) <= 0) return;
    const count = this.#findFronts(plane, surfaces);
    if (count === 0) return;
    const [clutter, shines, fronts, around] = [this.#clutter, this.#shine, this.#fronts, this.#around];
    this.#readClutter(day.luma);
    this.#filters.boxMeanInto(day.luminance, around, 4);
    shines.fill(0);
    for (let k = 0; k < count; k++) {
      const i = fronts[k] ?? 0;
      const wall = (surfaces[FACADE + i] ?? 0) + (surfaces[WINDOW + i] ?? 0);
      const sign = surfaces[SIGN + i] ?? 0;
      const [height, distance] = [plane.height[i] ?? 0, plane.distance[i] ?? 1];
      const vivid = Math.abs(day.u[i] ?? 0) + Math.abs(day.v[i] ?? 0);
      let here = 0;
      if (isFront(wall, height, distance)) {
        const foot =
          smoothStep(0.1, 0.6, height) * (1 - smoothStep(2.8, 4.2, height)) * (1 - smoothStep(30, 70, distance));
        const busy = Math.max(CLUTTER_SHARE * smoothStep(0.05, 0.11, clutter[i] ?? 0), smoothStep(0.08, 0.22, vivid));
        const seen =
          smoothStep(0.12, 0.5, day.luma[i] ?? 0) * (1 - smoothStep(0.86, 0.97, brightestAround(day.luma, i)));
        const clear = smoothStep(0.5, 0.85, wall) * foot * (1 - (plane.sky[i] ?? 0));
        const glass =
          smoothStep(GLASS.from, GLASS.full, surfaces[WINDOW + i] ?? 0) * (1 - smoothStep(0.7, 0.85, day.luma[i] ?? 0));
        const mean = Math.max(DARKEST, around[i] ?? 1);
        const isDark = 1 - smoothStep(1, 1.5, (day.luminance[i] ?? 0) / mean); // the frame and the wall are not
        const inside = Math.min(MAX_GLASS_GAIN, GLASS_LIGHT / mean);
        here = luminance * clear * Math.max(busy * seen, glass * isDark * inside);
      }
      const { luminance: signLuminance } = this.#style.signs;
      if (sign > MIN_SIGN) here += signLuminance * smoothStep(MIN_SIGN, 0.7, sign) * smoothStep(0.1, 0.24, vivid);
      shines[i] = amount * here;
    }
    addShine(shine, shines, day);
    if (spill > 0) this.#addSpill(light, plane, shines, spill);
  }

  /** Lists the samples that may shine. Returns their number. */
  #findFronts({ height: heights, distance: distances }: GroundPlane, surfaces: Float32Array): number {
    const fronts = this.#fronts;
    let count = 0;
    for (let i = 0; i < SAMPLES; i++) {
      const wall = (surfaces[FACADE + i] ?? 0) + (surfaces[WINDOW + i] ?? 0);
      const isSign = (surfaces[SIGN + i] ?? 0) > MIN_SIGN;
      if (isSign || isFront(wall, heights[i] ?? 0, distances[i] ?? 1)) fronts[count++] = i;
    }
    return count;
  }

  /** Writes how full of detail the day is around each sample. */
  #readClutter(luma: Float32Array): void {
    const [filters, clutter, half] = [this.#filters, this.#clutter, this.#half];
    filters.boxMeanInto(luma, clutter, 2);
    for (let i = 0; i < SAMPLES; i++) clutter[i] = Math.abs((luma[i] ?? 0) - (clutter[i] ?? 0));
    filters.halveInto(clutter, half);
    filters.boxMeanInto(half, half, 2, 1);
    clutter.fill(0);
    filters.addDoubled(half, clutter);
  }

  /** Light of the shops on the pavement below and before them. */
  #addSpill(light: LightPlanes, plane: GroundPlane, shine: Float32Array, spill: number): void {
    const [filters, half] = [this.#filters, this.#half];
    filters.halveInto(shine, half);
    filters.boxMeanInto(half, half, 3, 2);
    filters.boxMeanInto(half, half, 2, 2);
    shine.fill(0);
    filters.addDoubled(half, shine);
    for (let i = 0; i < SAMPLES; i++) {
      const amount = spill * (shine[i] ?? 0) * (0.35 + 0.65 * (plane.ground[i] ?? 0));
      light.red[i] = (light.red[i] ?? 0) + amount;
      light.green[i] = (light.green[i] ?? 0) + 0.84 * amount;
      light.blue[i] = (light.blue[i] ?? 0) + 0.6 * amount;
    }
  }
}

/** Whether a wall may be a shop front: sure, at the height of one, near. */
function isFront(wall: number, height: number, distance: number): boolean {
  return wall > 0.5 && height > 0.1 && height < 4.2 && distance < 70;
}

/** Brightest luma around a sample: where it is blown out, sky shines through branches, or the sun on a wall; neither is a shop. */
function brightestAround(luma: Float32Array, sample: number): number {
  let most = 0;
  for (const step of AROUND) most = Math.max(most, luma[sample + step] ?? 0);
  return most;
}

/** Adds the day's own colours, brighter and warmer. */
function addShine(shine: LightPlanes, amount: Float32Array, { light }: DaySamples): void {
  for (let i = 0; i < SAMPLES; i++) {
    const here = amount[i] ?? 0;
    if (here < 1e-3) continue;
    shine.red[i] = (shine.red[i] ?? 0) + here * 1.15 * (light.red[i] ?? 0);
    shine.green[i] = (shine.green[i] ?? 0) + here * (light.green[i] ?? 0);
    shine.blue[i] = (shine.blue[i] ?? 0) + here * 0.8 * (light.blue[i] ?? 0);
  }
}
