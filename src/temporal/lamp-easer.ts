import { LAMP_FIELDS, LAMPS_SIZE, MAX_LAMPS } from '../look/look.js';
import { shiftAt } from './shift-at.js';

/** Time constants at smoothing 1 with which a lamp approaches a new look's: its place, size and colour, and its luma; seconds. */
const EASE_SECONDS = { shape: 0.25, luma: 0.14 } as const;
/** Seconds in which a lamp fades in that a new look adds, and out that it lacks. */
export const LAMP_FADE_SECONDS = 0.2;
/** Largest distance over which a lamp moves to its place in a new look: a share of the frame's width, and its radii beside it. */
const REACH = { width: 0.03, radii: 2 } as const;
/** Largest change of chroma, per unit of luma, within one colour: red and amber are farther apart. */
const SAME_COLOR = 0.4;
/** Luma below which a lamp is not drawn: an eighth of a code value. */
const MIN_LUMA = 0.0005;
/** Most lamps that are held: those of a look, and as many that fade out. */
const MAX_HELD = 2 * MAX_LAMPS;

/** Indices of a lamp's fields; see `Look.lamps`. */
const [X, Y, RADIUS_X, LUMA, U, V, KIND, ID, DAY_RED] = [0, 1, 2, 4, 5, 6, 10, 11, 12] as const;

interface EasedLamp {
  /** The same in each look that draws it; undefined without an id. */
  readonly key: string | undefined;
  /** Its numbers now, its luma before it is faded. */
  readonly now: Float32Array;
  /** Those of the last look, at the place to which the motion has moved them since. */
  readonly goal: Float32Array;
  /** 0 to 1. */
  fade: number;
  isLost: boolean;
}

/**
 * Eases the lamps from look to look. A lamp is known by the id of its thing, its kind and its number among those: it moves along the
 * motion and from there to where, how large and how bright a new look has it. One that is new fades in; one that is lost, or elsewhere, or
 * of another colour, fades out where it is.
 */
export class LampEaser {
  #lamps: EasedLamp[] = [];

  /** Takes the lamps of a look as they are. Borrows `lamps`, `[256, 13]`. */
  reset(lamps: Float32Array): void {
    this.#lamps = read(lamps).map(({ key, fields }) => createLamp(key, fields, 1));
  }

  /** Forgets all lamps: at a cut. */
  clear(): void {
    this.#lamps = [];
  }

  /** Takes the lamps of a new look as what to approach. Borrows `lamps`, `[256, 13]`. */
  aim(lamps: Float32Array): void {
    const held = new Map<string, EasedLamp>();
    for (const lamp of this.#lamps) if (lamp.key !== undefined && !held.has(lamp.key)) held.set(lamp.key, lamp);
    const next = read(lamps).map(({ key, fields }) => {
      const lamp = key === undefined ? undefined : held.get(key);
      if (!lamp || !isSame(lamp.goal, fields)) return createLamp(key, fields, 0);
      lamp.goal.set(fields);
      lamp.isLost = false;
      held.delete(lamp.key ?? '');
      return lamp;
    });
    const kept = new Set(next);
    const lost = this.#lamps.filter((lamp) => !kept.has(lamp));
    for (const lamp of lost) lamp.isLost = true;
    this.#lamps = [...next, ...lost].slice(0, MAX_HELD);
  }

  /** Moves all lamps to the next frame. @param backward see `Motion`. @param seconds since the frame before. */
  advance(backward: Float32Array, seconds: number, smoothing: number): void {
    this.#move(backward);
    const memory = smoothing * smoothing;
    const shape = weightOf(seconds, EASE_SECONDS.shape * memory);
    const luma = weightOf(seconds, EASE_SECONDS.luma * memory);
    const step = seconds / LAMP_FADE_SECONDS;
    for (const lamp of this.#lamps) {
      const { now, goal, isLost } = lamp;
      for (let i = 0; i < KIND; i++) now[i] = mix(now[i] ?? 0, goal[i] ?? 0, i === LUMA ? luma : shape);
      now[DAY_RED] = mix(now[DAY_RED] ?? 0, goal[DAY_RED] ?? 0, shape);
      lamp.fade = isLost ? Math.max(0, lamp.fade - step) : Math.min(1, lamp.fade + step);
    }
    this.#lamps = this.#lamps.filter(({ isLost, fade }) => !isLost || fade > 0);
  }

  /** Writes the lamps as they are now into `out`, `[256, 13]`: those of the last look first. */
  writeInto(out: Float32Array): void {
    let at = 0;
    for (const { now, fade } of this.#lamps) {
      const luma = fade * (now[LUMA] ?? 0);
      if (luma < MIN_LUMA || at >= LAMPS_SIZE) continue;
      out.set(now, at);
      out[at + LUMA] = luma;
      at += LAMP_FIELDS;
    }
    out.fill(0, at);
  }

  /** Moves the lamps along the motion, those of one thing together. */
  #move(backward: Float32Array): void {
    const things = new Map<number, { x: number; y: number; count: number }>();
    for (const { goal } of this.#lamps) {
      const [id, x, y] = [goal[ID] ?? 0, goal[X] ?? 0, goal[Y] ?? 0];
      const thing = things.get(id);
      if (id === 0 || !thing) things.set(id, { x, y, count: 1 });
      else things.set(id, { x: thing.x + x, y: thing.y + y, count: thing.count + 1 });
    }
    const shifts = new Map<number, readonly [dx: number, dy: number]>();
    for (const [id, { x, y, count }] of things) if (id !== 0) shifts.set(id, shiftAt(backward, x / count, y / count));
    for (const { now, goal } of this.#lamps) {
      const [dx, dy] = shifts.get(goal[ID] ?? 0) ?? shiftAt(backward, goal[X] ?? 0, goal[Y] ?? 0);
      for (const fields of [now, goal]) {
        fields[X] = (fields[X] ?? 0) + dx;
        fields[Y] = (fields[Y] ?? 0) + dy;
      }
    }
  }
}

/** The lamps of a look, each with its key. */
function read(lamps: Float32Array): { key: string | undefined; fields: Float32Array }[] {
  const list: { key: string | undefined; fields: Float32Array }[] = [];
  const counts = new Map<string, number>();
  for (let at = 0; at < LAMPS_SIZE && lamps[at + LUMA] !== 0; at += LAMP_FIELDS) {
    const fields = lamps.subarray(at, at + LAMP_FIELDS);
    const [kind = 0, id = 0] = [fields[KIND], fields[ID]];
    const group = `${id}/${kind}`;
    const count = counts.get(group) ?? 0;
    counts.set(group, count + 1);
    list.push({ key: id === 0 ? undefined : `${group}/${count}`, fields });
  }
  return list;
}

/** Copies the fields. */
function createLamp(key: string | undefined, fields: Float32Array, fade: number): EasedLamp {
  return { key, now: fields.slice(), goal: fields.slice(), fade, isLost: false };
}

/** Whether a lamp of a new look can be the one that was to be at `goal`. */
function isSame(goal: Float32Array, fields: Float32Array): boolean {
  const between = (i: number): number => Math.abs((goal[i] ?? 0) - (fields[i] ?? 0));
  const reach = REACH.width + REACH.radii * (goal[RADIUS_X] ?? 0);
  const isNear = Math.hypot(between(X), (between(Y) * 9) / 16) <= reach;
  // A disc whose glass is found is another lamp: one fades into the other.
  const isAlike = (goal[DAY_RED] ?? 0) > 0 === (fields[DAY_RED] ?? 0) > 0;
  return isNear && isAlike && between(U) <= SAME_COLOR && between(V) <= SAME_COLOR;
}

function weightOf(seconds: number, timeConstantSeconds: number): number {
  return timeConstantSeconds > 0 ? 1 - Math.exp(-seconds / timeConstantSeconds) : 1;
}

function mix(from: number, to: number, share: number): number {
  return from + share * (to - from);
}
