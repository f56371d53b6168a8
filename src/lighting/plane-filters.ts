import type { PlaneKernel } from '../image/plane-kernel.js';
import { COLUMNS, type LightPlanes, planesOf, ROWS, SAMPLES } from './samples.js';

/** Columns, rows and samples of a plane of half the size, `[36, 64]`. */
const HALF_COLUMNS = COLUMNS / 2;
const HALF_ROWS = ROWS / 2;
const HALF_SAMPLES = HALF_COLUMNS * HALF_ROWS;

/** How a guided filter smooths. */
export interface GuidedFilterOptions {
  /** Of a window, in samples of half the size. */
  readonly radius: number;
  /** Variance of the guide below which it counts as plain. */
  readonly epsilon: number;
}

/** The filters of the lighting, and its planes: `[72, 128]`, or half of that, in the kernel's memory. Throw TypeError for other planes. */
export class PlaneFilters {
  readonly kernel: PlaneKernel;
  readonly #spare: Float32Array;

  constructor(kernel: PlaneKernel) {
    this.kernel = kernel;
    this.#spare = kernel.plane(4 * HALF_SAMPLES);
  }

  /** Creates a plane `[72, 128]` of zeros. */
  createPlane(): Float32Array {
    return this.kernel.plane(SAMPLES);
  }

  /** Creates a plane `[36, 64]` of zeros. */
  createHalfPlane(): Float32Array {
    return this.kernel.plane(HALF_SAMPLES);
  }

  /** Creates three planes of zeros, one after the other in memory. */
  createLightPlanes(): LightPlanes {
    const [red, green, blue] = planesOf(this.kernel.plane(3 * SAMPLES), 3);
    return { red, green, blue };
  }

  /**
   * Writes means over windows of `2 * radiusX + 1` by `2 * radiusY + 1` samples; at the edges over the samples inside. Both planes have the
   * same size. `out` may be `source`.
   */
  boxMeanInto(source: Float32Array, out: Float32Array, radiusX: number, radiusY = radiusX): void {
    const { kernel } = this;
    const [columns, rows] = source.length === SAMPLES ? [COLUMNS, ROWS] : [HALF_COLUMNS, HALF_ROWS];
    kernel.calls.boxBlur(kernel.addressOf(source), kernel.addressOf(out), columns, rows, radiusX, radiusY, 1);
  }

  /** Writes the largest sample in squares of `2 * radius + 1`, of a plane `[72, 128]`. `out` may be `source`. */
  dilateInto(source: Float32Array, out: Float32Array, radius: number): void {
    const { kernel } = this;
    kernel.calls.dilate(kernel.addressOf(source), kernel.addressOf(out), COLUMNS, ROWS, radius);
  }

  /** Writes the smallest sample in squares of `2 * radius + 1`, of a plane `[72, 128]`. `out` may be `source`. */
  erodeInto(source: Float32Array, out: Float32Array, radius: number): void {
    const { kernel } = this;
    kernel.calls.erode(kernel.addressOf(source), kernel.addressOf(out), COLUMNS, ROWS, radius);
  }

  /** Writes e to the power of a plane, relative error 5e-6. `out` may be `source`. */
  exponentials(source: Float32Array, out: Float32Array): void {
    this.kernel.calls.exponentials(this.kernel.addressOf(source), this.kernel.addressOf(out), SAMPLES);
  }

  /** Writes the 2 x 2 means of a plane `[72, 128]`. */
  halveInto(source: Float32Array, out: Float32Array): void {
    this.kernel.calls.halvePlane(this.kernel.addressOf(source), this.kernel.addressOf(out));
  }

  /** Doubles a plane `[36, 64]` bilinearly and adds it to a plane `[72, 128]`. */
  addDoubled(half: Float32Array, out: Float32Array): void {
    this.kernel.calls.addDoubled(this.kernel.addressOf(half), this.kernel.addressOf(out), 0);
  }

  /** Fast guided filter (He and Sun 2015): smooths `input` but keeps the edges of `guide`. `out` may be either. */
  guideInto(
    guide: Float32Array,
    input: Float32Array,
    out: Float32Array,
    { radius, epsilon }: GuidedFilterOptions,
  ): void {
    const { kernel } = this;
    const [from, along, to] = [kernel.addressOf(input), kernel.addressOf(guide), kernel.addressOf(out)];
    kernel.calls.guidedFilter(along, from, to, radius, epsilon, kernel.addressOf(this.#spare));
  }

  /** Adds to a plane of light `veil`, and `strength` times the bloom of what is bright in it and of that of `lamps`. */
  bloom(light: Float32Array, lamps: Float32Array, strength: number, veil: number): void {
    const { kernel } = this;
    const [plane, energy] = [kernel.addressOf(light), kernel.addressOf(lamps)];
    kernel.calls.bloom(plane, energy, strength, veil, kernel.addressOf(this.#spare));
  }
}
