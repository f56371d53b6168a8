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
  GRID_WIDTH,
  LIGHTS_CHANNELS,
  LIGHTS_HEIGHT,
  LIGHTS_SIZE,
  LIGHTS_WIDTH,
} from '../../look/look.js';
import { micros } from '../../core/time.js';
import { PlaneKernel } from '../../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';

const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;
const LIGHTS_PIXELS = LIGHTS_WIDTH * LIGHTS_HEIGHT;

/** The teacher's looks of a batch, channels last: what a student network is trained to give. The memory is the caller's. */
export interface DistillationTargets {
  /** `[N, 9, 16, 96]`. */
  readonly grid: Float32Array;
  /** `[N, 72, 128, 4]`: core, haloY, haloU, haloV. */
  readonly lights: Float32Array;
  /** `[N, 72, 128, 1]`: the grade's sky mask, 0 to 1. */
  readonly sky: Float32Array;
}

/** Changes to the grade, scaled by the daylight of the image: real night images are brighter and warmer than the grade. */
export interface TeacherOptions {
  /** Factor on the luma of everything but the sky; 1 leaves the grade as it is. */
  readonly exposure: number;
  /** Factor on the lights; 1 leaves the grade as it is. */
  readonly lights: number;
  /** Factor on the warmth of street lamps: a tint of everything but the sky, in proportion to luma; 0 leaves the grade as it is. */
  readonly warmth: number;
}

/** U and V of lamplight per unit of luma: a third more than the slope over `trainB` (-0.063 and 0.046), because the grade itself is cold. */
const WARMTH = { u: -0.085, v: 0.06 } as const;

/** Side of a grid cell in samples of the sky mask. */
const CELL_SIZE = PLANE_WIDTH / GRID_WIDTH;

/** The grade as a teacher: its looks are the distillation targets, and the reference of the regularisation losses. */
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

  /** The teacher's looks of images `[N, 144, 256, 3]`; about 3 ms each. */
  async targets(images: Float32Array): Promise<DistillationTargets> {
    const count = images.length / (3 * PIXELS);
    const targets = {
      grid: new Float32Array(count * GRID_SIZE),
      lights: new Float32Array(count * LIGHTS_SIZE),
      sky: new Float32Array(count * LIGHTS_PIXELS),
    };
    for (let n = 0; n < count; n++) {
      hwcToChwInto(images.subarray(3 * PIXELS * n, 3 * PIXELS * (n + 1)), PIXELS, this.#planar);
      const look = await this.#grade.translate({ data: this.#planar, pts: micros(0), discontinuity: true });
      this.#planes.read(this.#planar);
      this.#sky.find(this.#planes);
      const day = daylight(this.#planes);
      const grid = targets.grid.subarray(n * GRID_SIZE, (n + 1) * GRID_SIZE); // [9, 16, 8, 3, 4] is [9, 16, 96]
      grid.set(look.grid);
      const { exposure, warmth } = this.#options;
      brightenGround(grid, this.#sky.mask, { exposure: 1 + day * (exposure - 1), warmth: day * warmth });
      const lights = targets.lights.subarray(n * LIGHTS_SIZE, (n + 1) * LIGHTS_SIZE);
      lightsToHwcInto(look.lights, LIGHTS_PIXELS, lights);
      const gain = 1 + day * (this.#options.lights - 1);
      for (let i = 0; i < lights.length; i++) lights[i] = gain * (lights[i] ?? 0);
      targets.sky.set(this.#sky.mask, n * LIGHTS_PIXELS);
    }
    return targets;
  }
}

/** Multiplies the output luma of a grid `[9, 16, 8, 3, 4]` and tints it, except where the sky mask is 1. */
function brightenGround(
  grid: Float32Array,
  sky: Float32Array,
  { exposure, warmth }: { readonly exposure: number; readonly warmth: number },
): void {
  for (let cell = 0; cell < GRID_HEIGHT * GRID_WIDTH; cell++) {
    const first = Math.floor(cell / GRID_WIDTH) * CELL_SIZE * PLANE_WIDTH + (cell % GRID_WIDTH) * CELL_SIZE;
    let skySum = 0;
    for (let i = 0; i < CELL_SIZE * CELL_SIZE; i++) {
      skySum += sky[first + Math.floor(i / CELL_SIZE) * PLANE_WIDTH + (i % CELL_SIZE)] ?? 0;
    }
    const ground = 1 - skySum / (CELL_SIZE * CELL_SIZE);
    const gain = 1 + (exposure - 1) * ground;
    const tint = warmth * ground;
    for (let bin = 0; bin < GRID_BINS; bin++) {
      const at = (cell * GRID_BINS + bin) * AFFINE_SIZE;
      for (let i = at; i < at + 4; i++) {
        const luma = gain * (grid[i] ?? 0);
        grid[i] = luma;
        grid[i + 4] = (grid[i + 4] ?? 0) + tint * WARMTH.u * luma;
        grid[i + 8] = (grid[i + 8] ?? 0) + tint * WARMTH.v * luma;
      }
    }
  }
}

/** `[H, W, 3]` as `[3, H, W]`; `count` is H * W. */
export function hwcToChwInto(pixels: Float32Array, count: number, out: Float32Array): void {
  for (let i = 0, at = 0; i < count; i++) {
    out[i] = pixels[at++] ?? 0;
    out[count + i] = pixels[at++] ?? 0;
    out[2 * count + i] = pixels[at++] ?? 0;
  }
}

/** `[4, H, W]` as `[H, W, 4]`; `count` is H * W. */
function lightsToHwcInto(planes: Float32Array, count: number, out: Float32Array): void {
  for (let channel = 0; channel < LIGHTS_CHANNELS; channel++) {
    for (let i = 0; i < count; i++) out[i * LIGHTS_CHANNELS + channel] = planes[channel * count + i] ?? 0;
  }
}
