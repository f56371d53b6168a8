import type { FoundSignal } from './find-signals.js';
import type { Box, Signal, SignalColor } from './scene.js';
import { drawAt } from './thing-draw.js';
import { PLACE_SHARE, ThingTracker, type Shift, type TrackedThing } from './thing-tracker.js';

/** Height of a square over its width, both in shares of a frame of 16:9. */
const SQUARE = 16 / 9;
/** Reads in a row that must show another colour. */
const MIN_READS = 2;

interface FoundLens {
  readonly box: Box;
  readonly color: SignalColor;
}

interface LensState {
  color: SignalColor;
  /** Reads in a row that show another colour. */
  others: number;
}

/** The lit lenses of signals over time: a colour stands until two reads in a row show another one, then changes at once. */
export class SignalTracker {
  readonly #states = new WeakMap<TrackedThing<FoundLens>, LensState>();
  readonly #things: ThingTracker<FoundLens>;

  constructor(seed: number, nextId: () => number) {
    this.#things = new ThingTracker<FoundLens>({
      // The lens that lights next is up to two lenses' distance away.
      reach: 4,
      minReach: 0.006,
      rememberSeconds: 2,
      nextId,
      draw: (box) => drawAt(seed, 'signal', box),
      placeShare: (thing, found) => this.#shareOf(thing, found),
    });
  }

  /** The signals that are shown now. */
  get signals(): Signal[] {
    const signals: Signal[] = [];
    for (const thing of this.#things.things) {
      const { id, draw, fade } = thing;
      if (fade <= 0) continue;
      const { x, y, width, height } = thing.box;
      const place = { x: x + width / 2, y: y + height / 2 };
      signals.push({ id, draw, fade, place, radius: width / 2, color: this.#stateOf(thing).color });
    }
    return signals;
  }

  advance(seconds: number, shift: Shift | undefined): void {
    this.#things.advance(seconds, shift);
  }

  update(found: readonly FoundSignal[], isHidden: (box: Box) => boolean): void {
    this.#things.update(
      found.map(({ place, radius, color }) => ({ box: boxAround(place, radius), color })),
      isHidden,
    );
  }

  reset(): void {
    this.#things.reset();
  }

  /** A lens that may have changed stays where it is; one that has jumps to its new place. */
  #shareOf(thing: TrackedThing<FoundLens>, found: FoundLens): number {
    const state = this.#stateOf(thing);
    if (found.color === state.color) {
      state.others = 0;
      return PLACE_SHARE;
    }
    if (++state.others < MIN_READS && thing.fade > 0) return 0;
    state.color = found.color;
    state.others = 0;
    return 1;
  }

  #stateOf(thing: TrackedThing<FoundLens>): LensState {
    let state = this.#states.get(thing);
    if (!state) this.#states.set(thing, (state = { color: thing.found.color, others: 0 }));
    return state;
  }
}

/** The box of something round. @param radius share of the image's width. */
export function boxAround({ x, y }: { readonly x: number; readonly y: number }, radius: number): Box {
  return { x: x - radius, y: y - radius * SQUARE, width: 2 * radius, height: 2 * radius * SQUARE };
}
