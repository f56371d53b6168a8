import type { PlaneKernel } from '../image/plane-kernel.js';
import { SURFACES, SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH, type Place, type Surface } from './scene.js';

/** Writes the probabilities of the surfaces, `[13, 72, 128]`, from logits of another size: softmax, then bilinear. */
export class SurfaceResampler {
  readonly #kernel: PlaneKernel;
  readonly #width: number;
  readonly #height: number;
  readonly #logits: Float32Array;
  readonly #out: Float32Array;

  /** Throws RangeError unless the width of the logits is a multiple of four. */
  constructor(kernel: PlaneKernel, width: number, height: number) {
    if (width % 4 !== 0) throw new RangeError(`the width of surface maps must be a multiple of 4, got ${width}`);
    this.#width = width;
    this.#height = height;
    this.#kernel = kernel;
    this.#logits = kernel.plane(SURFACES.length * width * height);
    this.#out = kernel.plane(SURFACES.length * SURFACE_SIZE);
  }

  /** @param logits `[13, height, width]`. Borrows both. */
  resampleInto(logits: Float32Array, out: Float32Array): void {
    const { calls } = this.#kernel;
    const [width, height] = [this.#width, this.#height];
    const [from, to] = [this.#kernel.addressOf(this.#logits), this.#kernel.addressOf(this.#out)];
    this.#logits.set(logits);
    calls.softmax(from, SURFACES.length, width * height);
    calls.enlarge(from, SURFACES.length, width, height, to, SURFACE_WIDTH, SURFACE_HEIGHT);
    out.set(this.#out);
  }
}

/** The plane of a surface in `[13, 72, 128]`; a view. */
export function surfacePlane(surfaces: Float32Array, surface: Surface): Float32Array {
  const start = SURFACES.indexOf(surface) * SURFACE_SIZE;
  return surfaces.subarray(start, start + SURFACE_SIZE);
}

/** The sample of a plane at a place; the nearest one where the place is outside the image. */
export function sampleAt({ x, y }: Place): number {
  const column = Math.min(SURFACE_WIDTH - 1, Math.max(0, Math.floor(x * SURFACE_WIDTH)));
  const row = Math.min(SURFACE_HEIGHT - 1, Math.max(0, Math.floor(y * SURFACE_HEIGHT)));
  return row * SURFACE_WIDTH + column;
}

/** A mask of a surface's plane: 1 where the probability is above `least`. */
export function markAbove(plane: Float32Array, least: number): Uint8Array {
  const mask = new Uint8Array(plane.length);
  for (let i = 0; i < plane.length; i++) if ((plane[i] ?? 0) > least) mask[i] = 1;
  return mask;
}
