import { SURFACES, SURFACE_SIZE, type Scene, type Surface } from '../scene/scene.js';
import type { DaySamples } from './day-samples.js';
import type { PlaneFilters } from './plane-filters.js';
import { COLUMNS, type LightPlanes, planesOf, ROWS, SAMPLES, smoothStep } from './samples.js';

/** How a surface reflects: its mean reflectance, how much of the day's large and small differences of log light and of its colour it keeps. */
interface Material {
  readonly reflectance: number;
  readonly large: number;
  readonly small: number;
  readonly color: number;
  /** How much stronger small bright differences are by lamps than by day: the glass beads of paint send light back. Default 0. */
  readonly paint?: number;
  /** How much darker it is where the day is blown out, which is sky that was misread, or sun; 0 to 1. Default 0. */
  readonly blownOut?: number;
  /** How much of the sky shines through it by day, 0 to 1: at night it is dark there. Default 0. */
  readonly open?: number;
  /** How much of the sun's shadows and patches is pressed flat, 0 to 1, where a surface is even but for paint. Default 0. */
  readonly flat?: number;
}

/**
 * Means by surface. Ground is alike everywhere, so that what differs there is sun and shadow; paint and walls differ by
 * themselves.
 */
const MATERIALS: Readonly<Record<Surface, Material>> = {
  sky: { reflectance: 0.06, large: 0, small: 0.3, color: 0.2 },
  road: { reflectance: 0.13, large: 0.16, small: 0.75, color: 0.25, paint: 0.7, flat: 0.85 },
  ground: { reflectance: 0.14, large: 0.22, small: 0.75, color: 0.28, flat: 0.6 },
  facade: { reflectance: 0.2, large: 0.42, small: 0.72, color: 0.55, blownOut: 0.8 },
  window: { reflectance: 0.1, large: 0.35, small: 0.75, color: 0.5, blownOut: 0.8 },
  vegetation: { reflectance: 0.08, large: 0.22, small: 0.6, color: 0.3, blownOut: 0.8, open: 0.95 },
  vehicle: { reflectance: 0.15, large: 0.4, small: 0.75, color: 0.6 },
  person: { reflectance: 0.13, large: 0.4, small: 0.75, color: 0.65 },
  pole: { reflectance: 0.15, large: 0.25, small: 0.65, color: 0.4, blownOut: 0.8, open: 0.8 },
  lampHead: { reflectance: 0.2, large: 0.2, small: 0.8, color: 0.4 },
  signal: { reflectance: 0.08, large: 0.3, small: 0.75, color: 0.6 },
  sign: { reflectance: 0.3, large: 0.6, small: 0.85, color: 1 },
  wall: { reflectance: 0.16, large: 0.3, small: 0.7, color: 0.45, blownOut: 0.8 },
};
/** The same in the order of the surfaces. */
const KINDS = SURFACES.map((name) => MATERIALS[name]);
const SKY = SURFACES.indexOf('sky');
/** Numbers of a material in the kernel. */
const FIELDS = 9;
/** Shares of the sky's luminance between which what lets it through, or borders it, is ever more of it. */
const SKY_LIGHT = { clear: 0.25, through: 0.7 } as const;
/** Luminance of the sky where the frame shows none. */
const USUAL_SKY = 0.75;
/** Sampled samples of sky below which the frame shows none. */
const MIN_SKY = 20;
/** How fast a border of the sky becomes a rim: a third of sky around is all of one. */
const RIM_GAIN = 3;
/** Rows, shares of the height, from which what is bright before a camera that drives may be the sky in its bonnet. */
const MIRROR = { from: 0.75, full: 0.86 } as const;
const VEHICLE = SURFACES.indexOf('vehicle') * SURFACE_SIZE;
/** How fast a vehicle in these rows is the bonnet: a third is all of one. */
const BONNET_GAIN = 3;
/** Added to the day's light before its logarithm. */
const BLACK = 0.012;

/** Shares of what is open, planes `[72, 128]` in the kernel's memory. */
interface Open {
  /** The sky: it reflects nothing. */
  readonly sky: Float32Array;
  /** Ground that nothing stands on or near: what differs there is paint, or sun. */
  readonly even: Float32Array;
}

/** What things reflect, without the sun that shone on them by day: the day's large shading is pressed flat, surface by surface. */
export class Reflectance {
  /** Reflectance by colour, `[72, 128]` each, 0 to 0.85. */
  readonly light: LightPlanes;
  readonly #filters: PlaneFilters;
  /** Log light of the day, then the same smoothed. */
  readonly #logs: Float32Array;
  readonly #log: Float32Array;
  readonly #base: Float32Array;
  /** How far a sample borders the sky, 0 to 1. */
  readonly #rim: Float32Array;
  /** The largest luminance by day around each sample. */
  readonly #brightest: Float32Array;
  readonly #surfaces: Float32Array;
  /** Of each surface: what is constant of its log reflectance, and the rest of its material in the order of {@link Material}. */
  readonly #materials: Float32Array;

  constructor(filters: PlaneFilters) {
    const { kernel } = filters;
    this.light = filters.createLightPlanes();
    this.#filters = filters;
    this.#logs = kernel.plane(2 * SAMPLES);
    [this.#log, this.#base] = planesOf(this.#logs, 2);
    this.#rim = filters.createPlane();
    this.#brightest = filters.createPlane();
    this.#surfaces = kernel.plane(SURFACES.length * SURFACE_SIZE);
    this.#materials = kernel.plane(FIELDS * SURFACES.length);
    for (const [i, { large, small, color, paint = 0, blownOut = 0, open = 0, flat = 0 }] of KINDS.entries()) {
      this.#materials.set([large, small, color, paint, blownOut, open, flat], FIELDS * i + 1);
    }
  }

  /** Writes {@link light}. */
  read(scene: Scene, day: DaySamples, { sky, even }: Open): void {
    const [{ kernel }, log, base] = [this.#filters, this.#log, this.#base];
    kernel.calls.logarithms(kernel.addressOf(day.luminance), kernel.addressOf(log), SAMPLES, BLACK);
    this.#filters.guideInto(log, log, base, { radius: 2, epsilon: 0.3 });
    const keep = 1 - 0.35 * hardnessOf(scene.surfaces, base);
    for (const [i, { reflectance, large }] of KINDS.entries()) {
      const level = levelOf(scene.surfaces, i * SURFACE_SIZE, base);
      this.#materials[FIELDS * i] = Math.log(reflectance) - large * keep * level;
      this.#materials[FIELDS * i + 8] = level;
    }
    this.#surfaces.set(scene.surfaces);
    this.#readRim(sky, scene);
    this.#filters.dilateInto(day.luminance, this.#brightest, 1);
    const skyLight = skyLightOf(sky, day.luminance);
    kernel.calls.reflect(
      kernel.addressOf(this.#surfaces),
      kernel.addressOf(this.#materials),
      SURFACES.length,
      kernel.addressOf(day.light.red),
      kernel.addressOf(this.#logs),
      kernel.addressOf(sky),
      kernel.addressOf(this.#brightest),
      kernel.addressOf(this.#rim),
      kernel.addressOf(even),
      SKY_LIGHT.clear * skyLight,
      SKY_LIGHT.through * skyLight,
      keep,
      BLACK,
      kernel.addressOf(this.light.red),
    );
  }

  /** Writes how far samples border the sky, by its share among those around them, or may show it in the bonnet of a vehicle with the camera. */
  #readRim(sky: Float32Array, { driving, surfaces }: Scene): void {
    const rim = this.#rim;
    this.#filters.boxMeanInto(sky, rim, 1);
    for (let row = 0, i = 0; row < ROWS; row++) {
      const mirrors = driving * smoothStep(MIRROR.from, MIRROR.full, (row + 0.5) / ROWS);
      for (let column = 0; column < COLUMNS; column++, i++) {
        const bonnet = mirrors * Math.min(1, BONNET_GAIN * (surfaces[VEHICLE + i] ?? 0));
        rim[i] = Math.min(1, RIM_GAIN * (rim[i] ?? 0) + bonnet);
      }
    }
  }
}

/** Every so many samples count for means over the frame. */
const STEP = 3;

/** Mean luminance of the sky by day. */
function skyLightOf(sky: Float32Array, luminance: Float32Array): number {
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < SAMPLES; i += STEP) {
    const share = sky[i] ?? 0;
    sum += share * (luminance[i] ?? 0);
    weight += share;
  }
  return weight < MIN_SKY ? USUAL_SKY : sum / weight;
}

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
