import type { FittedLamp } from './lamp-fit.js';

/** A lamp with the id of what it is fitted to; 0 in a still. */
export interface TrackedLamp extends FittedLamp {
  readonly id: number;
}

/** A lamp of the video, in shares of the image. */
interface Track {
  readonly id: number;
  x: number;
  y: number;
  /** Fits in a row that found it, and those since the last one that did. */
  seen: number;
  missed: number;
}

/** Strength from which a lamp is one, and below which one that was is none: the gap keeps a faint one from blinking. */
export const LAMP_STRENGTH = { on: 0.16, off: 0.09 } as const;
/** Fits in a row that must find a lamp of a video before it is drawn: noise is not there twice. */
const MIN_SEEN = 2;
/** Fits for which the id of a lamp that none finds is kept. */
const MAX_MISSED = 6;
/** Largest move between two fits, a share of the image's width, and of its height. */
const REACH = 0.03;

/** Follows the lamps of a video from fit to fit: each keeps its id, and is drawn from its second fit on. */
export class LampTracker {
  #tracks: Track[] = [];
  #nextId = 1;
  #isFirst = true;

  /** Forgets all lamps: the next fit starts a video. */
  reset(): void {
    this.#tracks = [];
    this.#isFirst = true;
  }

  /** Returns the lamps to draw, strongest first. The first fit of a video draws what it finds. */
  follow(found: readonly FittedLamp[], width: number, height: number): TrackedLamp[] {
    const free = new Set(this.#tracks);
    const kept: Track[] = [];
    const drawn: TrackedLamp[] = [];
    for (const lamp of strongestFirst(found)) {
      const [x, y] = [lamp.x / width, lamp.y / height];
      const known = nearest(free, x, y);
      if (!known && lamp.strength < LAMP_STRENGTH.on) continue;
      const track = known ?? { id: this.#nextId++, x, y, seen: this.#isFirst ? MIN_SEEN - 1 : 0, missed: 0 };
      free.delete(track);
      Object.assign(track, { x, y, seen: track.seen + 1, missed: 0 });
      kept.push(track);
      if (track.seen >= MIN_SEEN) drawn.push({ ...lamp, id: track.id });
    }
    for (const track of free) {
      if (track.seen < MIN_SEEN || ++track.missed > MAX_MISSED) continue;
      kept.push(track);
    }
    this.#tracks = kept;
    this.#isFirst = false;
    return drawn;
  }
}

/** The lamps of a still: those that are strong enough by themselves. */
export function stillLamps(found: readonly FittedLamp[]): TrackedLamp[] {
  return strongestFirst(found)
    .filter(({ strength }) => strength >= LAMP_STRENGTH.on)
    .map((lamp) => ({ ...lamp, id: 0 }));
}

function strongestFirst(lamps: readonly FittedLamp[]): FittedLamp[] {
  return [...lamps].sort((a, b) => b.strength - a.strength);
}

function nearest(tracks: ReadonlySet<Track>, x: number, y: number): Track | undefined {
  let best: Track | undefined;
  let bestDistance = REACH;
  for (const track of tracks) {
    const distance = Math.hypot(track.x - x, track.y - y);
    if (distance <= bestDistance) [best, bestDistance] = [track, distance];
  }
  return best;
}
