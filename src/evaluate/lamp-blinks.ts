import { lampsOf, type Lamp } from '../look/lamp-list.js';
import { LAMP_KINDS, type LampKind, type Look } from '../look/look.js';
import { shiftAt } from '../temporal/shift-at.js';

/** Lumas from which a lamp is seen, and below which it has gone out. */
const SEEN = { from: 0.1, below: 0.05 } as const;
/** Longest time for which a lamp that blinks is out, seconds of the video. */
const BLINK_SECONDS = 1;
/** How far from a lamp that went out one with another id is still the same: a share of the frame's width, beside its radius. */
const NEAR = 0.008;

/** How many lamps a sequence of looks draws, and how many of them blink. */
export interface LampBlinkCounts {
  /** Lamps seen: the lamps of one thing count once, its number plate by itself. */
  readonly lamps: number;
  /** Lamps that went out inside the frame and on again within a second, at least once. */
  readonly blinking: number;
}

interface SeenLamp {
  readonly kind: LampKind;
  x: number;
  y: number;
  radius: number;
  isLit: boolean;
  outSeconds: number;
  hasBlinked: boolean;
}

/**
 * Counts the lamps that go out and on again within a second, from the lamps of consecutive looks. A lamp is known by the id of its
 * thing; one with a new id that appears where a lamp of its kind has just gone out is that lamp.
 */
export class LampBlinks {
  readonly #seen: SeenLamp[] = [];
  readonly #byId = new Map<number, SeenLamp>();

  /** The counts over all frames. */
  get counts(): LampBlinkCounts {
    return this.#count(this.#seen);
  }

  /** The counts of each kind. */
  get kinds(): Readonly<Record<LampKind, LampBlinkCounts>> {
    const entries = LAMP_KINDS.map((kind) => [kind, this.#count(this.#seen.filter((lamp) => lamp.kind === kind))]);
    return Object.fromEntries(entries) as Record<LampKind, LampBlinkCounts>; // has every kind
  }

  /**
   * Adds the look of the next frame. Lamps without an id are left out. Borrows both.
   * @param backward see `Motion`; undefined where the frame does not continue the one before: all lamps are then new.
   * @param seconds since the frame before.
   */
  add(look: Pick<Look, 'lamps'>, backward: Float32Array | undefined, seconds: number): void {
    if (!backward) this.#byId.clear();
    const now = brightestOf(look);
    for (const [key, lamp] of this.#byId) {
      if (backward) move(lamp, backward);
      const { luma } = now.get(key) ?? { luma: 0 };
      if (lamp.isLit && luma < SEEN.below) lamp.isLit = false;
      else if (!lamp.isLit) lamp.outSeconds += seconds;
      if (!isInside(lamp) || (!lamp.isLit && lamp.outSeconds > BLINK_SECONDS)) this.#byId.delete(key);
    }
    for (const [key, lamp] of now) if (isInside(lamp)) this.#see(key, lamp);
  }

  #see(key: number, { kind, x, y, radiusX, luma }: Lamp): void {
    let seen = this.#byId.get(key);
    if (!seen?.isLit && luma < SEEN.from) return;
    seen ??= this.#goneAt(key, { kind, x, y });
    if (!seen) {
      seen = { kind, x, y, radius: radiusX, isLit: true, outSeconds: 0, hasBlinked: false };
      this.#seen.push(seen);
    }
    if (!seen.isLit) seen.hasBlinked = true;
    Object.assign(seen, { x, y, radius: radiusX, isLit: true, outSeconds: 0 });
    this.#byId.set(key, seen);
  }

  /** A lamp of the kind that has gone out there under another id; forgets that id. */
  #goneAt(key: number, { kind, x, y }: Pick<Lamp, 'kind' | 'x' | 'y'>): SeenLamp | undefined {
    for (const [other, lamp] of this.#byId) {
      if (lamp.isLit || lamp.kind !== kind || other === key) continue;
      if (Math.hypot(lamp.x - x, ((lamp.y - y) * 9) / 16) > NEAR + lamp.radius) continue;
      this.#byId.delete(other);
      return lamp;
    }
    return undefined;
  }

  #count(lamps: readonly SeenLamp[]): LampBlinkCounts {
    return { lamps: lamps.length, blinking: lamps.filter(({ hasBlinked }) => hasBlinked).length };
  }
}

/** The brightest lamp of each thing, by its id; a number plate has the negative id. */
function brightestOf(look: Pick<Look, 'lamps'>): Map<number, Lamp> {
  const brightest = new Map<number, Lamp>();
  for (const lamp of lampsOf(look)) {
    if (lamp.id === 0) continue;
    const key = lamp.kind === 'plate' ? -lamp.id : lamp.id;
    if (lamp.luma > (brightest.get(key)?.luma ?? 0)) brightest.set(key, lamp);
  }
  return brightest;
}

function move(lamp: SeenLamp, backward: Float32Array): void {
  const [dx, dy] = shiftAt(backward, lamp.x, lamp.y);
  lamp.x += dx;
  lamp.y += dy;
}

function isInside({ x, y }: { readonly x: number; readonly y: number }): boolean {
  return x >= 0 && x <= 1 && y >= 0 && y <= 1;
}
