import { Morphology } from './morphology.js';

/**
 * Top-hats of one plane of fixed size `[height, width]`: what is smaller than a square of `2 * radius + 1` and stands
 * out from what is around it, whatever the brightness there (Meyer 1979). Memory is taken once, none per call.
 */
export class TopHat {
  readonly #morphology: Morphology;
  readonly #radius: number;

  constructor(width: number, height: number, radius: number) {
    this.#morphology = new Morphology(width, height);
    this.#radius = radius;
  }

  /** How much brighter each sample is than the opening: small bright things; 0 or more. `out` may not be `source`. */
  whiteInto(source: Float32Array, out: Float32Array): void {
    this.#morphology.openInto(source, this.#radius, out);
    for (let i = 0; i < out.length; i++) out[i] = (source[i] ?? 0) - (out[i] ?? 0);
  }

  /** How much darker each sample is than the closing: small dark things; 0 or more. `out` may not be `source`. */
  blackInto(source: Float32Array, out: Float32Array): void {
    this.#morphology.closeInto(source, this.#radius, out);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) - (source[i] ?? 0);
  }
}
