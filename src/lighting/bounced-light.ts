import type { GroundPlane } from './ground-plane.js';
import type { PlaneFilters } from './plane-filters.js';
import { type LightPlanes, SAMPLES } from './samples.js';

/** Radii over which lit ground lights what stands around it, samples: along the street it reaches farther than up. */
const [RADIUS_X, RADIUS_Y] = [9, 7];
/** Share of the light on the ground that comes to what stands beside it. */
const BOUNCE = 0.4;
/** Share of ground around a sample below which its light counts less. */
const ENOUGH_GROUND = 0.12;

/**
 * The light that lit ground sends back up: bodies, walls and trees beside a lit street are lit by it where no lamp reaches them. It has the
 * colour of the lamps, and where the ground is dark there is none.
 */
export class BouncedLight {
  readonly #filters: PlaneFilters;
  readonly #around: Float32Array;
  readonly #sum: Float32Array;
  /** Share of the ground's light that comes to what stands, over the share of ground around it. */
  readonly #shares: Float32Array;

  constructor(filters: PlaneFilters) {
    this.#filters = filters;
    this.#around = filters.createPlane();
    this.#sum = filters.createPlane();
    this.#shares = filters.createPlane();
  }

  /** Adds it to light planes. */
  addTo(light: LightPlanes, { ground, sky }: GroundPlane): void {
    const [around, sum, shares] = [this.#around, this.#sum, this.#shares];
    this.#spread(ground, around);
    for (let i = 0; i < SAMPLES; i++) {
      const stands = (1 - (ground[i] ?? 0)) * (1 - (sky[i] ?? 0));
      shares[i] = (BOUNCE * stands) / ((around[i] ?? 0) + ENOUGH_GROUND);
    }
    for (const plane of [light.red, light.green, light.blue]) {
      for (let i = 0; i < SAMPLES; i++) sum[i] = (plane[i] ?? 0) * (ground[i] ?? 0);
      this.#spread(sum, sum);
      for (let i = 0; i < SAMPLES; i++) plane[i] = (plane[i] ?? 0) + (shares[i] ?? 0) * (sum[i] ?? 0);
    }
  }

  /** Twice a box is nearly a tent: no edge of a window shows. */
  #spread(source: Float32Array, out: Float32Array): void {
    this.#filters.boxMeanInto(source, out, RADIUS_X, RADIUS_Y);
    this.#filters.boxMeanInto(out, out, RADIUS_X, RADIUS_Y);
  }
}
