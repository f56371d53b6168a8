import type { Box, Place, Vehicle } from './scene.js';
import { drawAt } from './thing-draw.js';
import { ThingTracker, type Shift, type TrackedThing } from './thing-tracker.js';
import { VehicleHistory, type VehicleSurroundings } from './vehicle-history.js';
import type { FoundVehicle } from './vehicle-peaks.js';

/** Largest growth along which a box is scaled between reads, 1/s. */
const MAX_GROWTH = 1.5;

/** Confidence from which what is found is a new vehicle: its lamps are lit, so it must be sure. */
export const MIN_VEHICLE_SCORE = 0.55;
/**
 * The same where the camera looks down and shows no horizon: from there a bin or a stall looks like a van. Horizons, shares of the image's
 * height, between which it changes.
 */
const MIN_SCORE_FROM_ABOVE = 0.82;
const HORIZONS = { above: 0.02, usual: 0.2 } as const;

/** The vehicles over time. */
export class VehicleTracker {
  readonly #histories = new WeakMap<TrackedThing<FoundVehicle>, VehicleHistory>();
  readonly #things: ThingTracker<FoundVehicle>;
  #minScore = MIN_VEHICLE_SCORE;

  constructor(seed: number, nextId: () => number) {
    this.#things = new ThingTracker<FoundVehicle>({
      reach: 0.7,
      minReach: 0.012,
      rememberSeconds: 2,
      isMoving: true,
      isSure: ({ score }) => score >= this.#minScore,
      nextId,
      draw: (box) => drawAt(seed, 'vehicle', box),
    });
  }

  /** The vehicles that are shown now. */
  get vehicles(): Vehicle[] {
    const vehicles: Vehicle[] = [];
    for (const thing of this.#things.things) {
      if (thing.fade > 0) vehicles.push(this.#historyOf(thing).vehicleOf(thing, thing.box));
    }
    return vehicles;
  }

  advance(seconds: number, shift: Shift | undefined): void {
    this.#things.advance(seconds, shift);
    for (const thing of this.#things.things) {
      const history = this.#historyOf(thing);
      history.advance(seconds, thing.fade > 0);
      const { growth } = history;
      if (growth === 0) continue;
      const scale = Math.exp(Math.max(-MAX_GROWTH, Math.min(MAX_GROWTH, growth)) * seconds);
      const { x, y, width, height } = thing.box;
      const [wider, higher] = [width * (scale - 1), height * (scale - 1)];
      thing.box = { x: x - wider / 2, y: y - higher / 2, width: width + wider, height: height + higher };
    }
  }

  update(found: readonly FoundVehicle[], surroundings: Omit<VehicleSurroundings, 'isParkedAt'>): void {
    const down = (HORIZONS.usual - surroundings.horizon) / (HORIZONS.usual - HORIZONS.above);
    this.#minScore = MIN_VEHICLE_SCORE + (MIN_SCORE_FROM_ABOVE - MIN_VEHICLE_SCORE) * Math.min(1, Math.max(0, down));
    this.#things.update(found, (box) => found.some((other) => hides(other.box, box)));
    const seen = this.#things.things.filter(({ misses }) => misses === 0).sort((a, b) => footOf(b.box) - footOf(a.box));
    const parked: Box[] = []; // nearer ones
    const isParkedAt = (place: Place): boolean => parked.some((box) => contains(box, place));
    const around = { ...surroundings, isParkedAt };
    for (const thing of seen) {
      const history = this.#historyOf(thing);
      history.update(thing.found, thing.box, around);
      if (history.isParked) parked.push(thing.box);
    }
  }

  reset(): void {
    this.#things.reset();
  }

  #historyOf(thing: TrackedThing<FoundVehicle>): VehicleHistory {
    let history = this.#histories.get(thing);
    if (!history) this.#histories.set(thing, (history = new VehicleHistory()));
    return history;
  }
}

function footOf({ y, height }: Box): number {
  return y + height;
}

function contains({ x, y, width, height }: Box, place: Place): boolean {
  return place.x >= x && place.x <= x + width && place.y >= y && place.y <= y + height;
}

/** Whether what stands at a box hides the middle of another one behind it. */
function hides(near: Box, { x, y, width, height }: Box): boolean {
  return footOf(near) > y + height && contains(near, { x: x + width / 2, y: y + height / 2 });
}
