import { createGrade } from '../../infer/grade/grade.js';
import { daylight } from '../../infer/grade/grade-daylight.js';
import { GradePlanes, PLANE_WIDTH } from '../../infer/grade/grade-planes.js';
import { SkyFinder } from '../../infer/grade/grade-sky.js';
import type { Generator } from '../../infer/generator.js';
import {
  AFFINE_SIZE,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_SIZE,
  GRID_WIDTH, LIGHTS_CHANNELS, LIGHTS_HEIGHT, LIGHTS_SIZE, LIGHTS_WIDTH } from '../../look/look.js';
import { micros } from '../../core/time.js';
import { PlaneKernel } from '../../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';

const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
const LIGHTS_PIXELS = LIGHTS_WIDTH * LIGHTS_HEIGHT;

/** What the grade would do with a batch of pictures; channels last. The memory is the caller's. */
export interface Lesson {
  /** `[N, 9, 16, 96]`. */
  readonly grid: Float32Array;
  /** `[N, 72, 128, 4]`: core, haloY, haloU, haloV. */
  readonly lights: Float32Array;
  /** `[N, 72, 128, 1]`: where the grade sees sky, 0 to 1. */
  readonly sky: Float32Array;
}

/** How a teacher changes the grade: real cameras open up at night further than it does. */
export interface TeacherOptions {
  /** Factor on the luma of what is no sky, by day; 1 leaves the grade as it is. */
  readonly exposure: number;
  /** Factor on the lights, by day. */
  readonly lights: number;
  /** Factor on the warmth of street lamps, which tints what is no sky by its luma, by day; 0 leaves the grade as it is. */
  readonly warmth: number;
}

/** U and V that lamplight has by its luma: a third more than the slope over `trainB` (-0.063 and 0.046), for the grade itself is cold. */
const WARMTH = { u: -0.085, v: 0.06 } as const;

/** Side of a grid's cell in samples of the sky's plane. */
const CELL = PLANE_WIDTH / GRID_WIDTH;

/** The physics of night as a teacher: its looks are what a look network learns first and is held to afterwards. */
export class GradeTeacher {
  readonly #options: TeacherOptions;
  readonly #grade: Generator;
  readonly #planes: GradePlanes;
  readonly #sky: SkyFinder;
  readonly #planar = new Float32Array(3 * PIXELS);

  private constructor(grade: Generator, kernel: PlaneKernel, options: TeacherOptions) {
    this.#options = options;
    this.#grade = grade;
    this.#planes = new GradePlanes(kernel);
    this.#sky = new SkyFinder(kernel);
  }

  /** Throws KERNEL_UNAVAILABLE. */
  static async open(options: TeacherOptions): Promise<GradeTeacher> {
    return new GradeTeacher(await createGrade(), await PlaneKernel.open(), options);
  }

  /** The grade's looks of pictures `[N, 144, 256, 3]`; about 3 ms each. */
  async teach(pictures: Float32Array): Promise<Lesson> {
    const count = pictures.length / (3 * PIXELS);
    const lesson = {
      grid: new Float32Array(count * GRID_SIZE),
      lights: new Float32Array(count * LIGHTS_SIZE),
      sky: new Float32Array(count * LIGHTS_PIXELS),
    };
    for (let n = 0; n < count; n++) {
      toPlanesInto(pictures.subarray(3 * PIXELS * n, 3 * PIXELS * (n + 1)), PIXELS, this.#planar);
      const look = await this.#grade.translate({ data: this.#planar, pts: micros(0), discontinuity: true });
      this.#planes.read(this.#planar);
      this.#sky.find(this.#planes);
      const day = daylight(this.#planes);
      const grid = lesson.grid.subarray(n * GRID_SIZE, (n + 1) * GRID_SIZE); // [9, 16, 8, 3, 4] is [9, 16, 96]
      grid.set(look.grid);
      const { exposure, warmth } = this.#options;
      illuminate(grid, this.#sky.mask, { exposure: 1 + day * (exposure - 1), warmth: day * warmth });
      const lights = lesson.lights.subarray(n * LIGHTS_SIZE, (n + 1) * LIGHTS_SIZE);
      toChannelsInto(look.lights, LIGHTS_PIXELS, lights);
      const gain = 1 + day * (this.#options.lights - 1);
      for (let i = 0; i < lights.length; i++) lights[i] = gain * (lights[i] ?? 0);
      lesson.sky.set(this.#sky.mask, n * LIGHTS_PIXELS);
    }
    return lesson;
  }
}

/** Multiplies the luma that a grid gives, and tints it, but not the sky. */
function illuminate(grid: Float32Array, sky: Float32Array, light: { readonly exposure: number; readonly warmth: number }): void {
  for (let cell = 0; cell < GRID_HEIGHT * GRID_WIDTH; cell++) {
    const first = Math.floor(cell / GRID_WIDTH) * CELL * PLANE_WIDTH + (cell % GRID_WIDTH) * CELL;
    let share = 0;
    for (let i = 0; i < CELL * CELL; i++) share += sky[first + Math.floor(i / CELL) * PLANE_WIDTH + (i % CELL)] ?? 0;
    const ground = 1 - share / (CELL * CELL);
    const gain = 1 + (light.exposure - 1) * ground;
    const warmth = light.warmth * ground;
    for (let bin = 0; bin < GRID_BINS; bin++) {
      const at = (cell * GRID_BINS + bin) * AFFINE_SIZE;
      for (let i = at; i < at + 4; i++) {
        const luma = gain * (grid[i] ?? 0);
        grid[i] = luma;
        grid[i + 4] = (grid[i + 4] ?? 0) + warmth * WARMTH.u * luma;
        grid[i + 8] = (grid[i + 8] ?? 0) + warmth * WARMTH.v * luma;
      }
    }
  }
}

/** `[H, W, 3]` as `[3, H, W]`. */
export function toPlanesInto(pixels: Float32Array, count: number, out: Float32Array): void {
  for (let i = 0, at = 0; i < count; i++) {
    out[i] = pixels[at++] ?? 0;
    out[count + i] = pixels[at++] ?? 0;
    out[2 * count + i] = pixels[at++] ?? 0;
  }
}

/** `[4, H, W]` as `[H, W, 4]`. */
function toChannelsInto(planes: Float32Array, count: number, out: Float32Array): void {
  for (let channel = 0; channel < LIGHTS_CHANNELS; channel++) {
    for (let i = 0; i < count; i++) out[i * LIGHTS_CHANNELS + channel] = planes[channel * count + i] ?? 0;
  }
}
