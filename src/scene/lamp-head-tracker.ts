import type { FoundLampHead } from './find-lamp-heads.js';
import type { Box, LampHead } from './scene.js';
import { boxAround } from './signal-tracker.js';
import { drawAt } from './thing-draw.js';
import { PLACE_SHARE, ThingTracker, type Shift, type TrackedThing } from './thing-tracker.js';

interface FoundHead {
  readonly box: Box;
  readonly height: number;
}

/** The heads of street lamps over time. */
export class LampHeadTracker {
  readonly #heights = new WeakMap<TrackedThing<FoundHead>, number>();
  readonly #things: ThingTracker<FoundHead>;

  constructor(seed: number, nextId: () => number) {
    this.#things = new ThingTracker<FoundHead>({
      reach: 1.2,
      minReach: 0.016,
      rememberSeconds: 2,
      nextId,
      draw: (box) => drawAt(seed, 'lampHead', box),
      placeShare: (thing, found) => {
        const height = this.#heightOf(thing);
        this.#heights.set(thing, height + PLACE_SHARE * (found.height - height));
        return PLACE_SHARE;
      },
    });
  }

  /** The heads that are shown now. */
  get lampHeads(): LampHead[] {
    const heads: LampHead[] = [];
    for (const thing of this.#things.things) {
      const { id, draw, fade } = thing;
      if (fade <= 0) continue;
      const { x, y, width, height } = thing.box;
      const place = { x: x + width / 2, y: y + height / 2 };
      heads.push({ id, draw, fade, place, radius: width / 2, height: this.#heightOf(thing) });
    }
    return heads;
  }

  advance(seconds: number, shift: Shift | undefined): void {
    this.#things.advance(seconds, shift);
  }

  update(found: readonly FoundLampHead[], isHidden: (box: Box) => boolean): void {
    this.#things.update(
      found.map(({ place, radius, height }) => ({ box: boxAround(place, radius), height })),
      isHidden,
    );
  }

  reset(): void {
    this.#things.reset();
  }

  #heightOf(thing: TrackedThing<FoundHead>): number {
    return this.#heights.get(thing) ?? thing.found.height;
  }
}
