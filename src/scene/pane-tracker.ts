import type { FoundPane } from './find-panes.js';
import { newShare } from './moving-average.js';
import { SURFACES, SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH, type Box, type Pane } from './scene.js';
import { drawAt } from './thing-draw.js';
import { FADE_SECONDS, isCovered, ThingTracker, type Shift, type TrackedThing } from './thing-tracker.js';

/** What surrounds a pane. */
interface PaneSite {
  /** Probability of facade and window there, averaged over reads. */
  wall: number;
  /** Whether that is decided to be a facade. */
  isFacade: boolean;
  /** 0 to 1: fades after the decision. */
  shown: number;
}

/** Seconds without a sighting after which a pane goes: it is fixed to its wall, and the finder misses it often. */
const LOST_SECONDS = 1.5;
/** Sightings after which a pane appears: gaps between leaves are found as panes now and then. */
const MIN_SIGHTINGS = 4;
/** Reads that miss a pane after which another one found in its place replaces it: two are read as one now and then. */
const REPLACED_READS = 5;
/** Seconds in which the wall around a pane is averaged. */
const WALL_SECONDS = 0.5;
/** Probability from which a wall is a facade, and below which it is none any more. */
const FACADE = { from: 0.6, below: 0.4 } as const;
/** Samples of the surface map around the middle of a pane that count. */
const MARGIN = 1;

const FACADE_PLANE = SURFACES.indexOf('facade') * SURFACE_SIZE;
const WINDOW_PLANE = SURFACES.indexOf('window') * SURFACE_SIZE;

/** The window panes over time: each stays while it is on its wall and nothing hides it, however often single reads miss it. */
export class PaneTracker {
  readonly #sites = new WeakMap<TrackedThing<FoundPane>, PaneSite>();
  readonly #things: ThingTracker<FoundPane>;

  constructor(seed: number, nextId: () => number) {
    this.#things = new ThingTracker({
      reach: 0.7,
      minReach: 0.008,
      rememberSeconds: 4,
      lostSeconds: LOST_SECONDS,
      minSightings: MIN_SIGHTINGS,
      nextId,
      draw: (box) => drawAt(seed, 'pane', box),
    });
  }

  /** The panes that are shown now. */
  get panes(): Pane[] {
    const panes: Pane[] = [];
    for (const thing of this.#things.things) {
      const { id, draw, fade, box, found } = thing;
      const facade = this.#sites.get(thing)?.shown ?? 0;
      if (fade > 0) panes.push({ id, draw, fade, box, facade, dayBelow: found.dayBelow });
    }
    return panes;
  }

  advance(seconds: number, shift: Shift | undefined): void {
    this.#things.advance(seconds, shift);
    const step = seconds / FADE_SECONDS;
    for (const thing of this.#things.things) {
      const site = this.#sites.get(thing);
      if (site) site.shown = Math.min(1, Math.max(0, site.shown + (site.isFacade ? step : -step)));
    }
  }

  /**
   * @param surfaces `[13, 72, 128]`. @param seconds since the last read.
   * @param isHidden whether something that hides a pane is at a box.
   */
  update(found: readonly FoundPane[], surfaces: Float32Array, seconds: number, isHidden: (box: Box) => boolean): void {
    this.#things.update(found, isHidden);
    const share = newShare(seconds, WALL_SECONDS);
    for (const thing of this.#things.things) {
      const { misses, box } = thing;
      if (misses >= REPLACED_READS && found.some((other) => containsMiddle(other.box, box))) {
        thing.lostSeconds = Math.max(thing.lostSeconds, LOST_SECONDS + 1e-3);
      }
      if (isCovered(thing)) continue;
      const wall = wallAt(surfaces, box);
      const site = this.#sites.get(thing);
      if (!site) {
        const isFacade = wall >= FACADE.from;
        this.#sites.set(thing, { wall, isFacade, shown: isFacade ? 1 : 0 });
        continue;
      }
      site.wall += share * (wall - site.wall);
      site.isFacade = site.wall >= (site.isFacade ? FACADE.below : FACADE.from);
    }
  }

  reset(): void {
    this.#things.reset();
  }
}

function containsMiddle(box: Box, { x, y, width, height }: Box): boolean {
  const [dx, dy] = [x + width / 2 - box.x, y + height / 2 - box.y];
  return dx >= 0 && dx <= box.width && dy >= 0 && dy <= box.height;
}

/** Mean probability of facade and window around the middle of a box. */
function wallAt(surfaces: Float32Array, { x, y, width, height }: Box): number {
  const column = Math.floor((x + width / 2) * SURFACE_WIDTH);
  const row = Math.floor((y + height / 2) * SURFACE_HEIGHT);
  let [sum, count] = [0, 0];
  for (let r = Math.max(0, row - MARGIN); r <= Math.min(SURFACE_HEIGHT - 1, row + MARGIN); r++) {
    for (let c = Math.max(0, column - MARGIN); c <= Math.min(SURFACE_WIDTH - 1, column + MARGIN); c++) {
      const i = r * SURFACE_WIDTH + c;
      sum += (surfaces[FACADE_PLANE + i] ?? 0) + (surfaces[WINDOW_PLANE + i] ?? 0);
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}
