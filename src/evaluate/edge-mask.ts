import { PlaneKernel } from '../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { GradePlanes } from '../infer/grade/grade-planes.js';
import { SkyFinder } from '../infer/grade/grade-sky.js';
import { CORE_GAIN_LUMA, LIGHTS_HEIGHT, LIGHTS_WIDTH, type Look } from '../look/look.js';
import { PIXELS } from './image-set.js';

/** Minimum share of sky around a sample of the half-size plane that masks it: the sky and its border. */
const MIN_SKY = 0.15;
/** Minimum light added to a white pixel that masks a sample. */
const MIN_LIGHT = 0.03;

/** Masks the places whose edges are not compared: the sky, found in the day image, and the lights of a look. */
export class EdgeMask {
  readonly #planes: GradePlanes;
  readonly #sky: SkyFinder;
  readonly #mask = new Uint8Array(PIXELS);

  private constructor(kernel: PlaneKernel) {
    this.#planes = new GradePlanes(kernel);
    this.#sky = new SkyFinder(kernel);
  }

  /** Loads the kernel. Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<EdgeMask> {
    return new EdgeMask(await PlaneKernel.open());
  }

  /** Returns `[144, 256]`: 1 where a day image `[3, 144, 256]` has sky or the look adds light. Lends the mask until the next call. */
  of(day: Float32Array, look?: Look): Uint8Array {
    this.#planes.read(day);
    this.#sky.find(this.#planes);
    for (let y = 0; y < THUMBNAIL_HEIGHT; y++) {
      for (let x = 0; x < THUMBNAIL_WIDTH; x++) {
        const half = (y >> 1) * LIGHTS_WIDTH + (x >> 1); // the sky's planes have the size of the lights layer
        const isSky = (this.#sky.near[half] ?? 0) > MIN_SKY || (this.#sky.mask[half] ?? 0) > MIN_SKY;
        this.#mask[y * THUMBNAIL_WIDTH + x] = isSky || (look && addedLight(look, half) > MIN_LIGHT) ? 1 : 0;
      }
    }
    return this.#mask;
  }
}

function addedLight({ lights }: Look, i: number): number {
  return CORE_GAIN_LUMA * (lights[i] ?? 0) + (lights[LIGHTS_WIDTH * LIGHTS_HEIGHT + i] ?? 0);
}
