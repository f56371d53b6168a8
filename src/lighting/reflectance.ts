import { SURFACES, SURFACE_SIZE, type Scene, type Surface } from '../scene/scene.js';
import type { DaySamples } from './day-samples.js';
import { guidedFilterInto } from './guided-filter.js';
import { ALL_SKY, createLightPlanes, createPlane, SAMPLES, smoothStep } from './samples.js';

/** How a surface reflects: its mean reflectance, how much of the day's large and small differences of log light and of its colour it keeps. */
interface Material {
  readonly reflectance: number;
  readonly large: number;
  readonly small: number;
  readonly color: number;
}

/**
 * Means by surface. Ground is alike everywhere, so that what differs there is sun and shadow; paint and walls differ by
 * themselves.
 */
const MATERIALS: Readonly<Record<Surface, Material>> = {
  sky: { reflectance: 0.06, large: 0, small: 0.3, color: 0.2 },
  road: { reflectance: 0.13, large: 0.16, small: 0.75, color: 0.25 },
  ground: { reflectance: 0.14, large: 0.22, small: 0.75, color: 0.4 },
  facade: { reflectance: 0.2, large: 0.42, small: 0.72, color: 0.55 },
  window: { reflectance: 0.1, large: 0.35, small: 0.75, color: 0.5 },
  vegetation: { reflectance: 0.055, large: 0.22, small: 0.6, color: 0.45 },
  vehicle: { reflectance: 0.13, large: 0.5, small: 0.75, color: 0.85 },
  person: { reflectance: 0.13, large: 0.45, small: 0.75, color: 0.8 },
  pole: { reflectance: 0.15, large: 0.25, small: 0.65, color: 0.4 },
  lampHead: { reflectance: 0.2, large: 0.2, small: 0.8, color: 0.4 },
  signal: { reflectance: 0.08, large: 0.3, small: 0.75, color: 0.6 },
  sign: { reflectance: 0.3, large: 0.6, small: 0.85, color: 1 },
  wall: { reflectance: 0.16, large: 0.3, small: 0.7, color: 0.45 },
};
const SKY = SURFACES.indexOf('sky');
const GROUND = SURFACES.indexOf('ground') * SURFACE_SIZE;
const SIGN = SURFACES.indexOf('sign') * SURFACE_SIZE;
const ROAD = SURFACES.indexOf('road') * SURFACE_SIZE;
/** Paint on the road is brighter by lamps than by day: its glass beads send their light back. */
const PAINT = 0.7;
/** How much darker what stands is where the day is blown out: sky that was misread, or sun. */
const BLOWN_OUT = 0.8;
const BLACK = 0.012;
/** Share of the light that stays where the scene is not sure of anything: what is not sure is dark. */
const UNSURE = 0.3;

/** What things reflect, without the sun that shone on them by day: the day's large shading is pressed flat, surface by surface. */
export class Reflectance {
  /** Reflectance by colour, `[72, 128]` each, 0 to 0.85. */
  readonly light = createLightPlanes();
  /** How sure the scene is of what stands there, 0 to 1; what is not sure is dark. */
  readonly #sure = createPlane();
  readonly #log = createPlane();
  readonly #base = createPlane();
  readonly #mean = createPlane();
  readonly #large = createPlane();
  readonly #small = createPlane();
  readonly #color = createPlane();

  /** @param sky share of sky: it reflects nothing. */
  read(scene: Scene, day: DaySamples, sky: Float32Array): void {
    const [log, base, { luminance }] = [this.#log, this.#base, day];
    for (let i = 0; i < SAMPLES; i++) log[i] = Math.log((luminance[i] ?? 0) + BLACK);
    guidedFilterInto(log, log, base, 2, 0.3);
    const keep = 1 - 0.35 * hardnessOf(scene.surfaces, base);
    this.#blendMaterials(scene.surfaces, keep);
    this.#write(scene.surfaces, day, keep, sky);
  }

  /** Blends the materials by the probability of their surfaces. @param keep share of the large differences that stays. */
  #blendMaterials(surfaces: Float32Array, keep: number): void {
    const [base, mean, large, small, color] = [this.#base, this.#mean, this.#large, this.#small, this.#color];
    const sure = this.#sure;
    for (const plane of [mean, large, small, color, sure]) plane.fill(0);
    for (const [index, name] of SURFACES.entries()) {
      const material = MATERIALS[name];
      const start = index * SURFACE_SIZE;
      const level = levelOf(surfaces, start, base);
      const constant = Math.log(material.reflectance) - material.large * keep * level;
      for (let i = 0; i < SAMPLES; i++) {
        const share = surfaces[start + i] ?? 0;
        if (share < 0.01) continue;
        sure[i] = Math.max(sure[i] ?? 0, share);
        mean[i] = (mean[i] ?? 0) + share * constant;
        large[i] = (large[i] ?? 0) + share * material.large;
        small[i] = (small[i] ?? 0) + share * material.small;
        color[i] = (color[i] ?? 0) + share * material.color;
      }
    }
  }

  #write(surfaces: Float32Array, { luminance, light, luma }: DaySamples, keep: number, sky: Float32Array): void {
    const [log, base, mean, large, small, color] = [
      this.#log,
      this.#base,
      this.#mean,
      this.#large,
      this.#small,
      this.#color,
    ];
    const sure = this.#sure;
    const { red, green, blue } = this.light;
    const [dayR, dayG, dayB] = [light.red, light.green, light.blue];
    for (let i = 0; i < SAMPLES; i++) {
      if ((sky[i] ?? 0) > ALL_SKY) {
        red[i] = green[i] = blue[i] = 0;
        continue;
      }
      const level = base[i] ?? 0;
      const difference = (log[i] ?? 0) - level;
      const paint = difference > 0 ? 1 + PAINT * (surfaces[ROAD + i] ?? 0) : 1;
      const detail = difference * (small[i] ?? 0) * paint;
      const value = Math.exp((mean[i] ?? 0) + keep * ((large[i] ?? 0) * level + detail));
      const stands = 1 - (surfaces[ROAD + i] ?? 0) - (surfaces[GROUND + i] ?? 0) - (surfaces[SIGN + i] ?? 0);
      const blown = stands * smoothStep(0.9, 0.99, luma[i] ?? 0);
      const certain = (UNSURE + (1 - UNSURE) * smoothStep(0.1, 0.35, sure[i] ?? 0)) * (1 - BLOWN_OUT * blown);
      const reflectance = Math.min(0.85, value) * certain;
      const share = color[i] ?? 0;
      const grey = (1 - share) * reflectance;
      const scale = (share * reflectance) / ((luminance[i] ?? 0) + BLACK);
      const most = 2.4 * share * reflectance;
      red[i] = grey + Math.min(most, scale * (dayR[i] ?? 0));
      green[i] = grey + Math.min(most, scale * (dayG[i] ?? 0));
      blue[i] = grey + Math.min(most, scale * (dayB[i] ?? 0));
    }
  }
}

/** Every so many samples count for means over the frame. */
const STEP = 3;

/** Mean of the day's large shading where a surface is likely. */
function levelOf(surfaces: Float32Array, start: number, base: Float32Array): number {
  let sum = 0;
  let weight = 1e-3;
  for (let i = 0; i < SAMPLES; i += STEP) {
    const share = surfaces[start + i] ?? 0;
    if (share < 0.3) continue;
    sum += share * (base[i] ?? 0);
    weight += share;
  }
  return sum / weight;
}

/** How hard the day's light is, 0 to 1: the spread of its large shading outside the sky. */
function hardnessOf(surfaces: Float32Array, base: Float32Array): number {
  let [sum, squares, count] = [0, 0, 1];
  for (let i = 0; i < SAMPLES; i += STEP) {
    if ((surfaces[SKY * SURFACE_SIZE + i] ?? 0) > 0.5) continue;
    const value = base[i] ?? 0;
    sum += value;
    squares += value * value;
    count++;
  }
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  return Math.min(1, deviation / 0.75);
}
