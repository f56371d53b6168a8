import type { PlaneKernel } from '../../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import { LIGHTS_HEIGHT, LIGHTS_WIDTH } from '../../look/look.js';

/** Columns of the planes a grade works on: those of the lights layer, half a thumbnail's. */
export const PLANE_WIDTH = LIGHTS_WIDTH;
/** Rows of the planes a grade works on. */
export const PLANE_HEIGHT = LIGHTS_HEIGHT;
/** Samples of one plane. */
export const PLANE_SIZE = PLANE_WIDTH * PLANE_HEIGHT;

/** Numbers in a thumbnail. */
const THUMBNAIL_SIZE = 3 * THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;

/** What a grade reads from a thumbnail, `[72, 128]` each: a sample stands for 2x2 pixels. Memory is taken once. */
export class GradePlanes {
  /** Mean luma. */
  readonly luma: Float32Array;
  /** Largest luma of the four: a lamp of one pixel is not averaged away. */
  readonly brightest: Float32Array;
  /** Smallest luma of the four. */
  readonly darkest: Float32Array;
  /** Mean blue difference. */
  readonly u: Float32Array;
  /** Mean red difference. */
  readonly v: Float32Array;
  /** Largest `sqrt(U^2 + V^2)` of the four. */
  readonly saturation: Float32Array;
  /** Blue difference of the most saturated of the four. */
  readonly vividU: Float32Array;
  /** Red difference of the most saturated of the four. */
  readonly vividV: Float32Array;

  readonly #kernel: PlaneKernel;
  readonly #thumbnail: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#thumbnail = kernel.plane(THUMBNAIL_SIZE);
    // One behind the other, in the order in which the kernel writes them.
    this.luma = kernel.plane(PLANE_SIZE);
    this.brightest = kernel.plane(PLANE_SIZE);
    this.darkest = kernel.plane(PLANE_SIZE);
    this.u = kernel.plane(PLANE_SIZE);
    this.v = kernel.plane(PLANE_SIZE);
    this.saturation = kernel.plane(PLANE_SIZE);
    this.vividU = kernel.plane(PLANE_SIZE);
    this.vividV = kernel.plane(PLANE_SIZE);
  }

  /** Fills the planes from a thumbnail's data `[3, 144, 256]`, which it copies. */
  read(data: Float32Array): void {
    this.#thumbnail.set(data);
    this.#kernel.calls.halve(this.#kernel.addressOf(this.#thumbnail), this.#kernel.addressOf(this.luma));
  }
}

/** 0 up to `from`, 1 from `to` on (the larger), smooth between: no threshold of a grade is sharper, so that no look flickers. */
export function smoothstep(from: number, to: number, x: number): number {
  // Most samples lie on neither ramp: they are spared the division.
  if (x <= from) return 0;
  if (x >= to) return 1;
  const t = (x - from) / (to - from);
  return t * t * (3 - 2 * t);
}

/** `a` at 0, `b` at 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
