import { PlaneKernel } from '../../image/plane-kernel.js';
import type { Thumbnail } from '../../image/thumbnail.js';
import type { FallbackGenerator } from '../fallback-generator.js';
import { daylight } from './grade-daylight.js';
import { GradeGrid } from './grade-grid.js';
import { GradeLights } from './grade-lights.js';
import { GradePlanes } from './grade-planes.js';
import { SkyFinder } from './grade-sky.js';
import { GradeTone } from './grade-tone.js';
import { emptyLook, type Look } from '../../look/look.js';

/** Options of {@link createGrade}. */
export interface GradeOptions {
  /** `night`: the exposure of a camera at night. `deep`: much darker. Default `night`. */
  readonly depth?: 'night' | 'deep';
}

/** Luma of the brightest lit wall, by depth. */
const PEAK = { night: 0.5, deep: 0.2 };

/**
 * Creates the generator without a network: the physics of night, computed from the thumbnail. It finds the sky, exposes the
 * ground, lights what could be a lamp, and keeps a frame that is already night.
 * Throws KERNEL_UNAVAILABLE.
 */
export async function createGrade(options: GradeOptions = {}): Promise<FallbackGenerator> {
  return new Grade(await PlaneKernel.open(), options.depth ?? 'night');
}

class Grade implements FallbackGenerator {
  readonly card;
  readonly device = 'cpu';
  /** Always 0: no network can fail. */
  readonly fallbacks = 0;
  readonly #planes: GradePlanes;
  readonly #sky: SkyFinder;
  readonly #tone: GradeTone;
  readonly #lights: GradeLights;
  readonly #grid: GradeGrid;
  readonly #look = emptyLook();

  constructor(kernel: PlaneKernel, depth: 'night' | 'deep') {
    this.#planes = new GradePlanes(kernel);
    this.#sky = new SkyFinder(kernel);
    this.#lights = new GradeLights(kernel);
    this.#grid = new GradeGrid(kernel);
    this.#tone = new GradeTone(PEAK[depth]);
    this.card = {
      name: depth === 'deep' ? 'grade:deep' : 'grade',
      version: '1',
      description: 'the physics of night, computed from the frame without a network',
      licence: 'MIT',
    };
  }

  translate(thumbnail: Thumbnail): Promise<Look> {
    const look = this.#look;
    this.#planes.read(thumbnail.data);
    this.#sky.find(this.#planes);
    const sky = this.#sky.mask;
    this.#tone.measure(this.#planes, sky);
    const dayness = daylight(this.#planes);
    this.#lights.writeInto(this.#planes, this.#sky, dayness, look.lights);
    const { lamplight, leaf } = this.#lights;
    this.#grid.writeInto({ planes: this.#planes, sky, tone: this.#tone, dayness, lamplight, leaf }, look.grid);
    return Promise.resolve(look);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
