import type { Vehicle } from './scene.js';
import { drawAt } from './thing-draw.js';
import { ThingTracker, type Shift, type TrackedThing } from './thing-tracker.js';
import { VehicleHistory, type VehicleSurroundings } from './vehicle-history.js';
import type { FoundVehicle } from './vehicle-peaks.js';

/** Largest growth along which a box is scaled between reads, 1/s. */
const MAX_GROWTH = 1.5;

/** The vehicles over time. */
export class VehicleTracker {
  readonly #histories = new WeakMap<TrackedThing<FoundVehicle>, VehicleHistory>();
  readonly #things: ThingTracker<FoundVehicle>;

  constructor(seed: number, nextId: () => number) {
    this.#things = new ThingTracker<FoundVehicle>({
      reach: 0.7,
      minReach: 0.012,
      rememberSeconds: 0.8,
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
      if (growth === 0 || thing.misses > 0) continue;
      const scale = Math.exp(Math.max(-MAX_GROWTH, Math.min(MAX_GROWTH, growth)) * seconds);
      const { x, y, width, height } = thing.box;
      const [wider, higher] = [width * (scale - 1), height * (scale - 1)];
      thing.box = { x: x - wider / 2, y: y - higher / 2, width: width + wider, height: height + higher };
    }
  }

  update(found: readonly FoundVehicle[], around: VehicleSurroundings): void {
    this.#things.update(found);
    for (const thing of this.#things.things) {
      if (thing.misses === 0) this.#historyOf(thing).update(thing.found, thing.box, around);
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
