import { SURFACES, SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH, type Surface } from './scene.js';

/** Planes of logits: `[13, height, width]`. */
export interface SurfaceLogits {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Writes the probabilities of the surfaces, `[13, 72, 128]`, from logits of another size: softmax, then bilinear. */
export class SurfaceResampler {
  #probabilities = new Float32Array();

  resampleInto({ data, width, height }: SurfaceLogits, out: Float32Array): void {
    const count = width * height;
    if (this.#probabilities.length !== data.length) this.#probabilities = new Float32Array(data.length);
    const probabilities = this.#probabilities;
    for (let i = 0; i < count; i++) {
      let largest = -Infinity;
      for (let at = i; at < data.length; at += count) largest = Math.max(largest, data[at] ?? 0);
      let sum = 0;
      for (let at = i; at < data.length; at += count) sum += probabilities[at] = Math.exp((data[at] ?? 0) - largest);
      for (let at = i; at < data.length; at += count) probabilities[at] = (probabilities[at] ?? 0) / sum;
    }
    const columns = taps(SURFACE_WIDTH, width);
    const rows = taps(SURFACE_HEIGHT, height);
    for (let plane = 0, at = 0; plane < SURFACES.length; plane++) {
      for (let y = 0; y < SURFACE_HEIGHT; y++) {
        const upper = plane * count + (rows.first[y] ?? 0) * width;
        const lower = upper + (rows.step[y] ?? 0) * width;
        const fy = rows.weight[y] ?? 0;
        for (let x = 0; x < SURFACE_WIDTH; x++) {
          const left = columns.first[x] ?? 0;
          const right = left + (columns.step[x] ?? 0);
          const fx = columns.weight[x] ?? 0;
          const top = (1 - fx) * (probabilities[upper + left] ?? 0) + fx * (probabilities[upper + right] ?? 0);
          const bottom = (1 - fx) * (probabilities[lower + left] ?? 0) + fx * (probabilities[lower + right] ?? 0);
          out[at++] = top + fy * (bottom - top);
        }
      }
    }
  }
}

interface Taps {
  readonly first: Int32Array;
  readonly step: Int32Array;
  readonly weight: Float32Array;
}

function taps(count: number, samples: number): Taps {
  const result = { first: new Int32Array(count), step: new Int32Array(count), weight: new Float32Array(count) };
  for (let i = 0; i < count; i++) {
    const position = Math.min(samples - 1, Math.max(0, ((i + 0.5) * samples) / count - 0.5));
    const first = Math.min(samples - 1, Math.floor(position));
    result.first[i] = first;
    result.step[i] = first + 1 < samples ? 1 : 0;
    result.weight[i] = position - first;
  }
  return result;
}

/** The plane of a surface in `[13, 72, 128]`; a view. */
export function surfacePlane(surfaces: Float32Array, surface: Surface): Float32Array {
  const start = SURFACES.indexOf(surface) * SURFACE_SIZE;
  return surfaces.subarray(start, start + SURFACE_SIZE);
}
