import { SURFACES, SURFACE_SIZE, type Scene, type Surface } from '../scene/scene.js';
import type { DaySamples } from './day-samples.js';
import type { PlaneFilters } from './plane-filters.js';
import { COLUMNS, ROWS, SAMPLES, smoothStep } from './samples.js';

const planeOf = (name: Surface): number => SURFACES.indexOf(name) * SURFACE_SIZE;
const [SKY, ROAD, GROUND] = [planeOf('sky'), planeOf('road'), planeOf('ground')];
/** Surfaces that are never sky, however bright and plain. */
const SOLID = (['facade', 'vehicle', 'sign', 'signal', 'wall', 'person'] as const).map(planeOf);
/** Of these, what may be as blue and plain as the sky. */
const MOVABLE = (['vehicle', 'sign', 'signal', 'person'] as const).map(planeOf);
/** Surfaces that stand on the ground and reach up to the sky. */
const STANDING = (['facade', 'window', 'vegetation', 'wall', 'pole', 'sign'] as const).map(planeOf);
/** Rows at the top of the frame; what is sky must touch them. */
const TOP_ROWS = 2;

/**
 * The sky, cleaned: what the scene calls sky, grown over what touches it and is as bright and as plain, and over its fringe.
 * A pale rim left around a dark sky is the second most telling fault of a night.
 */
export class SkyCover {
  /** Share of sky, `[72, 128]`, 0 to 1. */
  readonly cover: Float32Array;
  readonly #filters: PlaneFilters;
  readonly #texture: Float32Array;
  /** 1 what may be sky, 2 what is. */
  readonly #marks = new Uint8Array(SAMPLES);
  readonly #queue = new Int32Array(SAMPLES);

  constructor(filters: PlaneFilters) {
    this.#filters = filters;
    this.cover = filters.createPlane();
    this.#texture = filters.createPlane();
  }

  read(scene: Scene, day: DaySamples): void {
    const { surfaces } = scene;
    const [cover, marks] = [this.cover, this.#marks];
    const bright = brightnessOf(surfaces, day.luma);
    if (bright === 0) {
      cover.fill(0);
      return;
    }
    this.#markCandidates(scene, day, bright);
    this.#markMisread(surfaces, day.luma, 0.7 * bright);
    this.#flood();
    for (let i = 0; i < SAMPLES; i++) {
      const isSure = (surfaces[SKY + i] ?? 0) > 0.75;
      cover[i] = isSure || marks[i] === 2 ? 1 : 0;
    }
    this.#filters.guideInto(day.luma, cover, cover, { radius: 1, epsilon: 3e-4 });
    for (let i = 0; i < SAMPLES; i++) {
      const [share, grown] = [surfaces[SKY + i] ?? 0, cover[i] ?? 0];
      if (share <= 0.55 && grown <= 0.08) cover[i] = 0;
      else cover[i] = Math.max(smoothStep(0.55, 0.9, share), smoothStep(0.08, 0.5, grown));
    }
  }

  #markCandidates({ surfaces, horizon }: Scene, { luma, u, v }: DaySamples, bright: number): void {
    const [texture, marks] = [this.#texture, this.#marks];
    const lowest = horizon * SAMPLES;
    this.#filters.boxMeanInto(luma, texture, 1);
    for (let i = 0; i < SAMPLES; i++) {
      const here = luma[i] ?? 0;
      if ((surfaces[SKY + i] ?? 0) > 0.45) marks[i] = 1;
      else if (i >= lowest || here <= 0.8 * bright || Math.abs(here - (texture[i] ?? 0)) >= 0.03) marks[i] = 0;
      else {
        const isBlue = (u[i] ?? 0) > 0.06 && (v[i] ?? 0) < -0.02 && sumAt(surfaces, MOVABLE, i) < 0.3;
        marks[i] = isBlue || sumAt(surfaces, SOLID, i) < 0.5 ? 1 : 0;
      }
    }
  }

  /** Marks pale ground between the sky and something that stands: clouds or haze that the scene misread. */
  #markMisread(surfaces: Float32Array, luma: Float32Array, pale: number): void {
    for (let column = 0; column < COLUMNS; column++) {
      let start = -1;
      let isBelowSky = false;
      for (let i = column; i < SAMPLES; i += COLUMNS) {
        const ground = (surfaces[ROAD + i] ?? 0) + (surfaces[GROUND + i] ?? 0);
        if (this.#marks[i] === 1) {
          isBelowSky = true;
          start = -1;
        } else if (isBelowSky && ground > 0.4 && (luma[i] ?? 0) > pale) {
          if (start < 0) start = i;
        } else if (isBelowSky) {
          const stands = sumAt(surfaces, STANDING, i) > 0.5;
          if (start >= 0 && stands) for (let at = start; at < i; at += COLUMNS) this.#marks[at] = 1;
          if (ground > 0.4 || stands) isBelowSky = false;
        }
      }
    }
  }

  /** Marks with 2 the candidates that connect to the top of the frame. */
  #flood(): void {
    const [marks, queue] = [this.#marks, this.#queue];
    let end = 0;
    const visit = (sample: number): void => {
      if (marks[sample] !== 1) return;
      marks[sample] = 2;
      queue[end++] = sample;
    };
    for (let i = 0; i < TOP_ROWS * COLUMNS; i++) visit(i);
    for (let next = 0; next < end; next++) {
      const sample = queue[next] ?? 0;
      const column = sample % COLUMNS;
      if (column > 0) visit(sample - 1);
      if (column < COLUMNS - 1) visit(sample + 1);
      if (sample >= COLUMNS) visit(sample - COLUMNS);
      if (sample < SAMPLES - COLUMNS) visit(sample + COLUMNS);
    }
  }
}

function sumAt(surfaces: Float32Array, planes: readonly number[], sample: number): number {
  let sum = 0;
  for (const plane of planes) sum += surfaces[plane + sample] ?? 0;
  return sum;
}

/** Mean luma of the sure sky; 0 where there is none. */
function brightnessOf(surfaces: Float32Array, luma: Float32Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < SAMPLES; i++) {
    if ((surfaces[SKY + i] ?? 0) <= 0.6) continue;
    sum += luma[i] ?? 0;
    count++;
  }
  return count < ROWS / 9 ? 0 : sum / count;
}
