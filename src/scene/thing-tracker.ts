import type { Box } from './scene.js';
import { thingPairs } from './thing-pairs.js';

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
  /** Frames read since it was found last. */
  misses: number;
  /** Seconds since it was found last. */
  lostSeconds: number;
  /** Seconds since it was found first. */
  ageSeconds: number;
  /** Reads that show what hides it, since it was found last. */
  covers: number;
  /** Seconds for which it stays out, because it was lost. */
  outSeconds: number;
  /** Motion beyond that of the image around it, in shares of the image per second. */
  velocity: readonly [x: number, y: number];
}

/** Options of {@link ThingTracker}. */
export interface ThingTrackerOptions<F extends Found> {
  /** Distance between the middles of two boxes that are the same thing, in their mean sizes. */
  readonly reach: number;
  /** Smallest size in `reach`, a share of the image's width: small things jitter by more than their size. */
  readonly minReach: number;
  /** Seconds for which a lost thing is remembered: one that is found again in time keeps its id and draw. */
  readonly rememberSeconds: number;
  /** Seconds without a sighting after which a thing fades out; default {@link LOST_SECONDS}. */
  readonly lostSeconds?: number;
  /** Sightings after which a new thing appears; default {@link MIN_SIGHTINGS}. Those of the first frame appear at once. */
  readonly minSightings?: number;
  /** Whether things move by themselves: where the motion of the image misses that, the places where they are found show it. */
  readonly isMoving?: boolean;
  /** Whether what is found is sure enough to be a new thing; if not, it only continues one. Default: it always is. */
  readonly isSure?: (found: F) => boolean;
  /** Returns the id of a new thing. */
  readonly nextId: () => number;
  /** Returns the number in [0, 1) of a new thing, from where it is found first. */
  readonly draw: (box: Box) => number;
  /** Share of a newly found place in the tracked one; called once for each match. Default {@link PLACE_SHARE}. */
  readonly placeShare?: (thing: TrackedThing<F>, found: F) => number;
}

/** Shift of the content at a place from the previous frame to this one, all in shares of the image. */
export type Shift = (x: number, y: number) => readonly [dx: number, dy: number];

/** Seconds in which a thing fades in, and out once it is lost. */
export const FADE_SECONDS = 0.2;
/** Seconds and reads without a sighting after which a thing fades out: the network misses one now and then. */
const LOST_SECONDS = 0.35;
const LOST_READS = 2;
/** Reads that show what hides a thing after which it is covered and fades out, until it is found again. */
const COVERED_READS = 2;
/** Seconds for which what was not sure stays out when it is found again: a second, and the fades before and after it. */
export const OUT_SECONDS = 1.3;
/** Seconds after which a thing fades out even when no frame was read. */
const MAX_UNREAD_SECONDS = 3;
/** Sightings after which a new thing appears: a passing flash is none. */
const MIN_SIGHTINGS = 2;
/** Share of a new sighting's place in the tracked place. */
export const PLACE_SHARE = 0.45;
/** Share of the error of a predicted place, over time, in the velocity: critically damped beside {@link PLACE_SHARE} (Benedict and Bordner 1962). */
const VELOCITY_SHARE = 0.13;
/** Largest velocity, in widths of the image per second. */
const MAX_VELOCITY = 0.3;
/** A box that is so far outside the image is gone, shares of the image. */
const OUTSIDE = 0.01;
/** Distance from the image's sides and its bottom within which a box is at its edge, shares of the image. */
const EDGE = 0.012;
/** Speed out of the image from which a thing at its edge leaves, shares of the image per second. */
const LEAVING_SPEED = 0.03;
/** Largest number of things, remembered ones too. Bounds the time of a match. */
const MAX_THINGS = 320;

/** Gives things their identity: matches what is found with what was tracked, moved along the motion. */
export class ThingTracker<F extends Found> {
  readonly #options: ThingTrackerOptions<F>;
  readonly #limits: Limits;
  #things: TrackedThing<F>[] = [];
  #isFresh = true;

  constructor(options: ThingTrackerOptions<F>) {
    this.#options = options;
    const { rememberSeconds, lostSeconds = LOST_SECONDS, minSightings = MIN_SIGHTINGS, isMoving = false } = options;
    this.#limits = { rememberSeconds, lostSeconds, minSightings, isMoving };
  }

  /** The things now: lit, fading or remembered. Lent until the next call. */
  get things(): readonly TrackedThing<F>[] {
    return this.#things;
  }

  /** Moves all things to the next frame. @param shift undefined: no motion is known. */
  advance(seconds: number, shift: Shift | undefined): void {
    const step = seconds / FADE_SECONDS;
    let kept = 0;
    for (const thing of this.#things) {
      const { x, y, width, height } = thing.box;
      const [shiftX, shiftY] = shift?.(x + width / 2, y + height / 2) ?? [0, 0];
      const [dx, dy] = [shiftX + seconds * thing.velocity[0], shiftY + seconds * thing.velocity[1]];
      if (dx !== 0 || dy !== 0) thing.box = { x: x + dx, y: y + dy, width, height };
      thing.lostSeconds += seconds;
      thing.ageSeconds += seconds;
      thing.outSeconds = Math.max(0, thing.outSeconds - seconds);
      const { fade } = thing;
      thing.fade = isShown(thing, this.#limits) ? Math.min(1, fade + step) : Math.max(0, fade - step);
      if (fade > 0 && thing.fade === 0 && !isCovered(thing)) thing.outSeconds = OUT_SECONDS;
      if (!isGone(thing, this.#limits)) this.#things[kept++] = thing;
    }
    this.#things.length = kept;
  }

  /**
   * Matches what a frame shows, nearest pairs first.
   * @param isHidden whether a thing that is not found is at a box of something that hides it.
   */
  update(found: readonly F[], isHidden?: (box: Box) => boolean): void {
    const isMatched = this.#match(found);
    for (const thing of this.#things) {
      if (thing.misses > 0 && isHidden?.(thing.box)) thing.covers++;
    }
    const sightings = this.#isFresh ? this.#limits.minSightings : 1;
    const fade = this.#isFresh ? 1 : 0;
    for (const [at, candidate] of found.entries()) {
      if (isMatched[at] === 1 || this.#things.length >= MAX_THINGS) continue;
      if (this.#options.isSure?.(candidate) === false) continue;
      const { box } = candidate;
      const start = { misses: 0, lostSeconds: 0, ageSeconds: 0, sightings, fade, covers: 0, outSeconds: 0 };
      const velocity = [0, 0] as const;
      this.#things.push({
        id: this.#options.nextId(),
        draw: this.#options.draw(box),
        box,
        found: candidate,
        velocity,
        ...start,
      });
    }
    this.#isFresh = false;
  }

  /** Forgets all things: at a cut. What the next frame shows is there at once. */
  reset(): void {
    this.#things = [];
    this.#isFresh = true;
  }

  /** Gives things their sightings and misses. Returns 1 for each `found` that is a tracked thing, else 0. */
  #match(found: readonly F[]): Uint8Array {
    const { reach, minReach, placeShare } = this.#options;
    const isMatched = new Uint8Array(found.length);
    const pairs = thingPairs(this.#things, found, { reach, minReach });
    for (const thing of this.#things) thing.misses++;
    for (const { thing, at } of pairs) {
      const candidate = found[at];
      if (!candidate || isMatched[at] === 1 || thing.misses === 0) continue;
      isMatched[at] = 1;
      if (this.#options.isMoving) thing.velocity = velocityOf(thing, candidate.box);
      thing.box = blend(thing.box, candidate.box, placeShare?.(thing, candidate) ?? PLACE_SHARE);
      thing.found = candidate;
      thing.sightings++;
      thing.misses = 0;
      thing.lostSeconds = 0;
      thing.covers = 0;
    }
    return isMatched;
  }
}

type Limits = Required<
  Pick<ThingTrackerOptions<Found>, 'rememberSeconds' | 'lostSeconds' | 'minSightings' | 'isMoving'>
>;

/** The velocity of a thing that is found at a box. */
function velocityOf({ box, velocity, lostSeconds }: TrackedThing<Found>, found: Box): readonly [number, number] {
  if (lostSeconds <= 0) return velocity;
  const share = VELOCITY_SHARE / lostSeconds;
  const clamp = (value: number): number => Math.max(-MAX_VELOCITY, Math.min(MAX_VELOCITY, value));
  const dx = found.x + found.width / 2 - box.x - box.width / 2;
  const dy = found.y + found.height / 2 - box.y - box.height / 2;
  return [clamp(velocity[0] + share * dx), clamp(velocity[1] + share * dy)];
}

/** Whether something hides a thing. */
export function isCovered({ covers }: Pick<TrackedThing<Found>, 'covers'>): boolean {
  return covers >= COVERED_READS;
}

function isShown(thing: TrackedThing<Found>, { lostSeconds: most, minSightings, isMoving }: Limits): boolean {
  const { sightings, misses, lostSeconds, outSeconds } = thing;
  if (sightings < minSightings || isCovered(thing) || outSeconds > 0 || lostSeconds > MAX_UNREAD_SECONDS) return false;
  if (isMoving && misses > 0 && hasLeft(thing)) return false;
  return lostSeconds <= most || misses < LOST_READS;
}

/** Whether a missed thing at an edge of the image has left there: it moved out, or is missed again. */
function hasLeft({ box: { x, y, width, height }, velocity: [vx, vy], misses }: TrackedThing<Found>): boolean {
  const out = (isAtEdge: boolean, speed: number): boolean => isAtEdge && (speed > LEAVING_SPEED || misses > 1);
  return out(x < EDGE, -vx) || out(x + width > 1 - EDGE, vx) || out(y + height > 1 - EDGE, vy);
}

function isGone(thing: TrackedThing<Found>, { rememberSeconds, lostSeconds, minSightings }: Limits): boolean {
  const { x, y, width, height } = thing.box;
  if (x + width < -OUTSIDE || x > 1 + OUTSIDE || y + height < -OUTSIDE || y > 1 + OUTSIDE) return true;
  const isFlash = thing.sightings < minSightings && thing.misses >= LOST_READS;
  return thing.fade <= 0 && thing.lostSeconds > (isFlash ? lostSeconds : rememberSeconds);
}

function blend(a: Box, b: Box, share: number): Box {
  if (share <= 0) return a;
  const mix = (p: number, q: number): number => p + share * (q - p);
  return { x: mix(a.x, b.x), y: mix(a.y, b.y), width: mix(a.width, b.width), height: mix(a.height, b.height) };
}
