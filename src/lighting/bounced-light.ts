import type { GroundPlane } from './ground-plane.js';
import type { PlaneFilters } from './plane-filters.js';
import { type LightPlanes, SAMPLES } from './samples.js';

/** Radii over which lit ground lights what stands around it, samples of half the size: along the street it reaches farther than up. */
const [RADIUS_X, RADIUS_Y] = [4, 3];
/** Share of the light on the ground that comes to what stands beside it. */
const BOUNCE = 0.28;
/** Share of ground around a sample below which its light counts less. */
const ENOUGH_GROUND = 0.12;

/**
 * The light that lit ground sends back up: bodies, walls and trees beside a lit street are lit by it where no lamp reaches them. It has the
 * colour of the lamps, and where the ground is dark there is none.
 */
export class BouncedLight {
  readonly #filters: PlaneFilters;
  /** At half the size: nothing of it is sharp. */
  readonly #ground: Float32Array;
  readonly #around: Float32Array;
  readonly #light: Float32Array;
  /** Share of the ground's light that comes to what stands, over the share of ground around it. */
  readonly #shares: Float32Array;
  readonly #doubled: Float32Array;
  readonly #stands: Float32Array;

  constructor(filters: PlaneFilters) {
    this.#filters = filters;
    this.#ground = filters.createHalfPlane();
    this.#around = filters.createHalfPlane();
    this.#light = filters.createHalfPlane();
    this.#shares = filters.createHalfPlane();
    this.#doubled = filters.createPlane();
    this.#stands = filters.createPlane();
  }

  /** Adds it to light planes. */
  addTo(light: LightPlanes, plane: GroundPlane): void {
    const [filters, ground, around, lit, shares] = [
      this.#filters,
      this.#ground,
      this.#around,
      this.#light,
      this.#shares,
    ];
    const [doubled, stands] = [this.#doubled, this.#stands];
    // What stands ends sharply: light of half the size would leave a pale rim on the ground around it.
    for (let i = 0; i < SAMPLES; i++) stands[i] = (1 - (plane.ground[i] ?? 0)) * (1 - (plane.sky[i] ?? 0));
    filters.halveInto(plane.ground, ground);
    this.#spread(ground, around);
    for (let i = 0; i < shares.length; i++) shares[i] = BOUNCE / ((around[i] ?? 0) + ENOUGH_GROUND);
    for (const channel of [light.red, light.green, light.blue]) {
      filters.halveInto(channel, lit);
      for (let i = 0; i < lit.length; i++) lit[i] = (lit[i] ?? 0) * (ground[i] ?? 0);
      this.#spread(lit, lit);
      for (let i = 0; i < lit.length; i++) lit[i] = (lit[i] ?? 0) * (shares[i] ?? 0);
      doubled.fill(0);
      filters.addDoubled(lit, doubled);
      for (let i = 0; i < SAMPLES; i++) channel[i] = (channel[i] ?? 0) + (stands[i] ?? 0) * (doubled[i] ?? 0);
    }
  }

  /** Twice a box is nearly a tent: no edge of a window shows. */
  #spread(source: Float32Array, out: Float32Array): void {
    this.#filters.boxMeanInto(source, out, RADIUS_X, RADIUS_Y);
    this.#filters.boxMeanInto(out, out, RADIUS_X, RADIUS_Y);
  }
}
