import { SURFACES, SURFACE_SIZE, type Scene, type Surface } from '../scene/scene.js';
import type { DaySamples } from './day-samples.js';
import { guidedFilterInto } from './guided-filter.js';
import { createLightPlanes, createPlane, SAMPLES } from './samples.js';

/** How a surface reflects: its mean reflectance, and how much of the day's large and small differences of log light it keeps. */
interface Material {
  readonly reflectance: number;
  readonly large: number;
  readonly small: number;
}

/**
 * Means by surface. Ground is alike everywhere, so that what differs there is sun and shadow; paint and walls differ by
 * themselves.
 */
const MATERIALS: Readonly<Record<Surface, Material>> = {
  sky: { reflectance: 0.06, large: 0, small: 0.3 },
  road: { reflectance: 0.13, large: 0.16, small: 0.75 },
  ground: { reflectance: 0.14, large: 0.22, small: 0.75 },
  facade: { reflectance: 0.2, large: 0.42, small: 0.95 },
  window: { reflectance: 0.1, large: 0.35, small: 0.95 },
  vegetation: { reflectance: 0.055, large: 0.22, small: 0.8 },
  vehicle: { reflectance: 0.13, large: 0.5, small: 0.9 },
  person: { reflectance: 0.13, large: 0.45, small: 0.95 },
  pole: { reflectance: 0.15, large: 0.25, small: 0.8 },
  lampHead: { reflectance: 0.2, large: 0.2, small: 0.8 },
  signal: { reflectance: 0.08, large: 0.3, small: 0.9 },
  sign: { reflectance: 0.3, large: 0.6, small: 0.95 },
  wall: { reflectance: 0.16, large: 0.3, small: 0.9 },
};
const SKY = SURFACES.indexOf('sky');
const BLACK = 0.012;

/** What things reflect, without the sun that shone on them by day: the day's large shading is pressed flat, surface by surface. */
export class Reflectance {
  /** Reflectance by colour, `[72, 128]` each, 0 to 0.85. */
  readonly light = createLightPlanes();
  readonly #log = createPlane();
  readonly #base = createPlane();
  readonly #mean = createPlane();
  readonly #large = createPlane();
  readonly #small = createPlane();

  read(scene: Scene, day: DaySamples): void {
    const [log, base] = [this.#log, this.#base];
    for (let i = 0; i < SAMPLES; i++) log[i] = Math.log((day.luminance[i] ?? 0) + BLACK);
    guidedFilterInto(log, log, base, 3, 0.25);
    guidedFilterInto(log, base, base, 3, 0.25);
    const hardness = this.#blendMaterials(scene);
    const keep = 1 - 0.35 * hardness;
    const { red, green, blue } = this.light;
    for (let i = 0; i < SAMPLES; i++) {
      const detail = ((log[i] ?? 0) - (base[i] ?? 0)) * (this.#small[i] ?? 0) * keep;
      const value = Math.exp((this.#mean[i] ?? 0) + (this.#large[i] ?? 0) * (base[i] ?? 0) * keep + detail);
      const reflectance = Math.min(0.85, value);
      const scale = (0.7 * reflectance) / ((day.luminance[i] ?? 0) + BLACK);
      red[i] = 0.3 * reflectance + Math.min(1.8 * reflectance, scale * (day.light.red[i] ?? 0));
      green[i] = 0.3 * reflectance + Math.min(1.8 * reflectance, scale * (day.light.green[i] ?? 0));
      blue[i] = 0.3 * reflectance + Math.min(1.8 * reflectance, scale * (day.light.blue[i] ?? 0));
    }
  }

  /** Blends the materials by the probability of their surfaces. Returns how hard the day's light is, 0 to 1. */
  #blendMaterials({ surfaces }: Scene): number {
    const base = this.#base;
    const hardness = hardnessOf(surfaces, base);
    const keep = 1 - 0.35 * hardness;
    this.#mean.fill(0);
    this.#large.fill(0);
    this.#small.fill(0);
    for (const [index, name] of SURFACES.entries()) {
      const { reflectance, large, small } = MATERIALS[name];
      const start = index * SURFACE_SIZE;
      let sum = 0;
      let weight = 1e-3;
      for (let i = 0; i < SAMPLES; i++) {
        const share = surfaces[start + i] ?? 0;
        const sure = share > 0.3 ? share : 0;
        sum += sure * (base[i] ?? 0);
        weight += sure;
      }
      const constant = Math.log(reflectance) - (large * keep * sum) / weight;
      for (let i = 0; i < SAMPLES; i++) {
        const share = surfaces[start + i] ?? 0;
        this.#mean[i] = (this.#mean[i] ?? 0) + share * constant;
        this.#large[i] = (this.#large[i] ?? 0) + share * large;
        this.#small[i] = (this.#small[i] ?? 0) + share * small;
      }
    }
    return hardness;
  }
}

/** How hard the day's light is, 0 to 1: the spread of its large shading outside the sky. */
function hardnessOf(surfaces: Float32Array, base: Float32Array): number {
  let [sum, squares, count] = [0, 0, 1];
  for (let i = 0; i < SAMPLES; i++) {
    if ((surfaces[SKY * SURFACE_SIZE + i] ?? 0) > 0.5) continue;
    const value = base[i] ?? 0;
    sum += value;
    squares += value * value;
    count++;
  }
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  return Math.min(1, deviation / 0.75);
}
