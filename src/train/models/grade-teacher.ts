import { createGrade } from '../../infer/grade.js';
import { GradePlanes } from '../../infer/grade-planes.js';
import { SkyFinder } from '../../infer/grade-sky.js';
import type { Generator } from '../../infer/generator.js';
import { GRID_SIZE, LIGHTS_CHANNELS, LIGHTS_HEIGHT, LIGHTS_SIZE, LIGHTS_WIDTH } from '../../infer/look.js';
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

/** The physics of night as a teacher: its looks are what a look network learns first and is held to afterwards. */
export class GradeTeacher {
  readonly #grade: Generator;
  readonly #planes: GradePlanes;
  readonly #sky: SkyFinder;
  readonly #planar = new Float32Array(3 * PIXELS);

  private constructor(grade: Generator, kernel: PlaneKernel) {
    this.#grade = grade;
    this.#planes = new GradePlanes(kernel);
    this.#sky = new SkyFinder(kernel);
  }

  /** Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<GradeTeacher> {
    return new GradeTeacher(await createGrade(), await PlaneKernel.open());
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
      lesson.grid.set(look.grid, n * GRID_SIZE); // [9, 16, 8, 3, 4] is [9, 16, 96]
      toChannelsInto(look.lights, LIGHTS_PIXELS, lesson.lights.subarray(n * LIGHTS_SIZE, (n + 1) * LIGHTS_SIZE));
      this.#planes.read(this.#planar);
      this.#sky.find(this.#planes);
      lesson.sky.set(this.#sky.mask, n * LIGHTS_PIXELS);
    }
    return lesson;
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
