import type { PlaneKernel } from '../../image/plane-kernel.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import { LIGHTS_HEIGHT, LIGHTS_WIDTH } from '../../look/look.js';

/** Columns of the planes of a grade: those of the lights layer, half of a thumbnail's. */
export const PLANE_WIDTH = LIGHTS_WIDTH;
/** Rows of the planes of a grade. */
export const PLANE_HEIGHT = LIGHTS_HEIGHT;
/** Samples of one plane. */
export const PLANE_SIZE = PLANE_WIDTH * PLANE_HEIGHT;

/** Numbers in a thumbnail. */
const THUMBNAIL_SIZE = 3 * THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;

/** Planes that a grade computes from a thumbnail, `[72, 128]` each; a sample covers 2x2 pixels. Allocates its memory once. */
export class GradePlanes {
  /** Mean luma. */
  readonly luma: Float32Array;
  /** Maximum luma of the four pixels: averaging would hide a lamp of one pixel. */
  readonly brightest: Float32Array;
  /** Minimum luma of the four pixels. */
  readonly darkest: Float32Array;
  /** Mean U. */
  readonly u: Float32Array;
  /** Mean V. */
  readonly v: Float32Array;
  /** Maximum `sqrt(U^2 + V^2)` of the four pixels. */
  readonly saturation: Float32Array;
  /** U of the most saturated pixel. */
  readonly vividU: Float32Array;
  /** V of the most saturated pixel. */
  readonly vividV: Float32Array;

  readonly #kernel: PlaneKernel;
  readonly #thumbnail: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#thumbnail = kernel.plane(THUMBNAIL_SIZE);
    // Contiguous, in the order in which the kernel writes them.
    this.luma = kernel.plane(PLANE_SIZE);
    this.brightest = kernel.plane(PLANE_SIZE);
    this.darkest = kernel.plane(PLANE_SIZE);
    this.u = kernel.plane(PLANE_SIZE);
    this.v = kernel.plane(PLANE_SIZE);
    this.saturation = kernel.plane(PLANE_SIZE);
    this.vividU = kernel.plane(PLANE_SIZE);
    this.vividV = kernel.plane(PLANE_SIZE);
  }

  /** Fills the planes from a thumbnail's data, `[3, 144, 256]`; copies it. */
  read(data: Float32Array): void {
    this.#thumbnail.set(data);
    this.#kernel.calls.halve(this.#kernel.addressOf(this.#thumbnail), this.#kernel.addressOf(this.luma));
  }
}

/** 0 up to `from`, 1 from `to` on (`from < to`), smooth between. A grade has no sharper threshold, to avoid flicker. */
export function smoothstep(from: number, to: number, x: number): number {
  // Most samples lie outside the ramp and need no division.
  if (x <= from) return 0;
  if (x >= to) return 1;
  const t = (x - from) / (to - from);
  return t * t * (3 - 2 * t);
}

/** Interpolates linearly: `a` at 0, `b` at 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
