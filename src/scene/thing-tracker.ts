import type { Box, Thing } from './scene.js';

/** Something found in one frame that may be something seen before. */
export interface Found {
  readonly box: Box;
}

/** A thing over time. */
export interface TrackedThing<F extends Found> {
  readonly id: number;
  readonly draw: number;
  /** Where it is now. */
  box: Box;
  /** As it was found last. */
  found: F;
  /** 0 to 1. */
  fade: number;
  /** Frames in which it was found. */
  sightings: number;
  /** Seconds since it was found last. */
  lostSeconds: number;
  /** Seconds since it was found first. */
  ageSeconds: number;
}

/** Options of {@link ThingTracker}. */
export interface ThingTrackerOptions<F extends Found> {
  /** Distance between the middles of two boxes that are the same thing, in their mean sizes. */
  readonly reach: number;
  /** Smallest reach in shares of the image's width: small things jitter by more than their size. */
  readonly minReach: number;
  /** Whether a found thing can be a tracked one, apart from its place; default: always. */
  readonly isSame?: (tracked: F, found: F) => boolean;
  /** Draws the number in [0, 1) of a new thing. */
  readonly draw: (id: number) => number;
}

/** Seconds in which a thing fades in, and out once it is lost. */
const FADE_SECONDS = 0.2;
/** Seconds without a sighting after which a thing fades out: the network misses one now and then. */
const LOST_SECONDS = 0.35;
/** Sightings after which a new thing appears: a passing flash is none. */
const MIN_SIGHTINGS = 2;
/** Share of a new sighting's place in the tracked place. */
const PLACE_SHARE = 0.45;
/** A thing whose middle is so far outside the image is gone, shares of its size. */
const OUTSIDE = 0.05;

/** Gives things their identity: matches what is found with what was tracked, moved along the motion. */
export class ThingTracker<F extends Found> {
  readonly #options: ThingTrackerOptions<F>;
  #things: TrackedThing<F>[] = [];
  #nextId: number;
  #isFresh = true;

  /** @param firstId ids count up from it. */
  constructor(options: ThingTrackerOptions<F>, firstId = 1) {
    this.#options = options;
    this.#nextId = firstId;
  }

  /** The things now, lit or fading. Lent until the next call. */
  get things(): readonly TrackedThing<F>[] {
    return this.#things;
  }

  /** Moves all things to the next frame. @param move shift of a place in shares of the image; undefined: no motion is known. */
  advance(seconds: number, move: ((x: number, y: number) => readonly [dx: number, dy: number]) | undefined): void {
    for (const thing of this.#things) {
      const { x, y, width, height } = thing.box;
      const [dx, dy] = move?.(x + width / 2, y + height / 2) ?? [0, 0];
      thing.box = { x: x + dx, y: y + dy, width, height };
      thing.lostSeconds += seconds;
      thing.ageSeconds += seconds;
      const isShown = thing.sightings >= MIN_SIGHTINGS && thing.lostSeconds <= LOST_SECONDS;
      const step = seconds / FADE_SECONDS;
      thing.fade = isShown ? Math.min(1, thing.fade + step) : Math.max(0, thing.fade - step);
    }
    this.#things = this.#things.filter((thing) => !isGone(thing));
  }

  /** Matches what a frame shows, nearest pairs first. */
  update(found: readonly F[]): void {
    const { reach, minReach, isSame, draw } = this.#options;
    const pairs: { distance: number; thing: TrackedThing<F>; at: number }[] = [];
    for (const thing of this.#things) {
      for (const [at, candidate] of found.entries()) {
        const distance = distanceOf(thing.box, candidate.box, minReach);
        if (distance < reach && (isSame?.(thing.found, candidate) ?? true)) pairs.push({ distance, thing, at });
      }
    }
    pairs.sort((a, b) => a.distance - b.distance);
    const takenThings = new Set<TrackedThing<F>>();
    const takenFound = new Set<number>();
    for (const { thing, at } of pairs) {
      const candidate = found[at];
      if (!candidate || takenThings.has(thing) || takenFound.has(at)) continue;
      takenThings.add(thing);
      takenFound.add(at);
      thing.box = blend(thing.box, candidate.box, PLACE_SHARE);
      thing.found = candidate;
      thing.sightings++;
      thing.lostSeconds = 0;
    }
    for (const [at, candidate] of found.entries()) {
      if (takenFound.has(at)) continue;
      const id = this.#nextId++;
      const start = this.#isFresh ? MIN_SIGHTINGS : 1;
      const first = { lostSeconds: 0, ageSeconds: 0, sightings: start, fade: this.#isFresh ? 1 : 0 };
      this.#things.push({ id, draw: draw(id), box: candidate.box, found: candidate, ...first });
    }
    this.#isFresh = false;
  }

  /** Forgets all things: at a cut. What the next frame shows is there at once. */
  reset(): void {
    this.#things = [];
    this.#isFresh = true;
  }
}

/** What every thing of a scene has. */
export function thingOf({ id, draw, fade }: TrackedThing<Found>): Thing {
  return { id, draw, fade };
}

function isGone({ box, fade, lostSeconds }: TrackedThing<Found>): boolean {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  if (x < -OUTSIDE || x > 1 + OUTSIDE || y < -OUTSIDE || y > 1 + OUTSIDE) return true;
  return lostSeconds > LOST_SECONDS && fade <= 0;
}

function distanceOf(a: Box, b: Box, minReach: number): number {
  const dx = a.x + a.width / 2 - b.x - b.width / 2;
  const dy = ((a.y + a.height / 2 - b.y - b.height / 2) * 9) / 16;
  const size = Math.max(minReach, (a.width + b.width + ((a.height + b.height) * 9) / 16) / 4);
  const scale = Math.abs(Math.log((a.width + minReach) / (b.width + minReach)));
  return Math.hypot(dx, dy) / size + 0.5 * scale;
}

function blend(a: Box, b: Box, share: number): Box {
  const mix = (p: number, q: number): number => p + share * (q - p);
  return { x: mix(a.x, b.x), y: mix(a.y, b.y), width: mix(a.width, b.width), height: mix(a.height, b.height) };
}
