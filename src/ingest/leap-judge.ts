import { micros, type Micros } from '../core/time.js';

/** A larger step ahead is a leap: a gap in the input, or a wrong timestamp. Microseconds. */
const MAX_STEP_AHEAD_MICROS = 200_000;
/** A step ahead is regular, and no leap, up to this multiple of the step before: slide shows, cameras at one frame a second. */
const MAX_STEP_GROWTH = 4;
/** Consecutive frames that stay ahead before a leap is confirmed; until then they are held, which costs their memory. */
const FRAMES_TO_CONFIRM = 8;
/** A larger step from the first frame to the second is an error of the first: libav takes later ones for wrapped. Microseconds. */
const MAX_FIRST_STEP_MICROS = 3_600_000_000;
/** How far beyond the stated end of the input a leap may lead and still be confirmed, microseconds. */
const END_TOLERANCE_MICROS = 1_000_000;

/** What a {@link LeapJudge} reads of a frame. */
export interface JudgedTime {
  /** Undefined when the container has none. */
  readonly sourcePts: Micros | undefined;
  /** 0 when unknown. */
  readonly duration: Micros;
}

/**
 * Separates gaps of a file from wrong timestamps, both of which leap ahead. It holds the frames from a leap on until the
 * frames after it decide: they stay ahead, so the leap is a gap and every timestamp stays; or they continue from before
 * the leap, so the timestamps of the held frames were wrong and count as missing.
 */
export class LeapJudge<T extends JudgedTime> {
  readonly #nominalDuration: Micros;
  #held: T[] = [];
  /** The last timestamp before a leap; undefined before the first frame. */
  #lastPts: number | undefined;
  #lastDuration = 0;
  #lastStep = 0;
  /** First timestamp of the input. */
  #firstPts: number | undefined;
  #isFirst = true;
  #refusedCount = 0;

  /** @param nominalDuration duration of a frame that has none: 1 / frame rate. */
  constructor(nominalDuration: Micros) {
    this.#nominalDuration = nominalDuration;
  }

  /** Frames whose timestamps were refused so far. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  /** Takes the next frame. Returns the frames that are decided, in order, none or more. */
  push(frame: T): T[] {
    if (this.#isFirst) return this.#pushFirst(frame);
    if (this.#held.length === 0) {
      if (!this.#isLeap(frame)) {
        this.#follow(frame);
        return [frame];
      }
      this.#held.push(frame);
      return [];
    }
    if (!this.#staysAhead(frame)) return [...this.#refuse(), ...this.push(frame)];
    const isRegular = this.#isRegular(frame);
    this.#held.push(frame);
    return isRegular || this.#held.length > FRAMES_TO_CONFIRM ? this.#confirm() : [];
  }

  /**
   * Returns the frames held at the end of the input; their leap is confirmed when the stated duration of the input covers
   * it, or where none is stated, when two or more frames stay ahead. @param statedDuration undefined when the container
   * states none. The next frame is the first of another input.
   */
  flush(statedDuration: Micros | undefined): T[] {
    const lead = (this.#held[0]?.sourcePts ?? 0) - (this.#firstPts ?? 0);
    const isStated =
      statedDuration === undefined ? this.#held.length > 1 : lead <= statedDuration + END_TOLERANCE_MICROS;
    const frames = this.#isFirst || isStated ? this.#confirm() : this.#refuse();
    this.#firstPts = this.#lastPts = undefined;
    this.#lastStep = 0;
    this.#isFirst = true;
    return frames;
  }

  /** Returns the frames held, undecided, for release. */
  clear(): T[] {
    return this.#held.splice(0);
  }

  /** Holds the first frame until the second one, which a wrong first timestamp does not fit. */
  #pushFirst(frame: T): T[] {
    const [first] = this.#held;
    if (!first) {
      this.#held.push(frame);
      return [];
    }
    this.#held = [];
    this.#isFirst = false;
    const decided = this.#fitFirst(first, frame);
    this.#firstPts = decided.sourcePts ?? frame.sourcePts;
    this.#follow(decided);
    return [decided, ...this.push(frame)];
  }

  /** The first frame, right before the second one where its timestamp is wrong. */
  #fitFirst(first: T, { sourcePts }: T): T {
    if (sourcePts === undefined || first.sourcePts === undefined) return first;
    const duration = this.#durationOf(first);
    const step = sourcePts - first.sourcePts;
    if (step > -MAX_STEP_AHEAD_MICROS && step - duration < MAX_FIRST_STEP_MICROS) return first;
    this.#refusedCount++;
    return { ...first, sourcePts: micros(sourcePts - duration) };
  }

  #isLeap({ sourcePts }: T): boolean {
    if (sourcePts === undefined || this.#lastPts === undefined) return false;
    const step = sourcePts - this.#lastPts;
    return step - this.#lastDuration > MAX_STEP_AHEAD_MICROS && step > MAX_STEP_GROWTH * this.#lastStep;
  }

  /** False for a frame whose timestamp is nearer to those before the leap than to the held ones. */
  #staysAhead({ sourcePts }: T): boolean {
    if (sourcePts === undefined || this.#lastPts === undefined) return true;
    const heldPts = this.#held.findLast((held) => held.sourcePts !== undefined)?.sourcePts ?? sourcePts;
    const expected = this.#lastPts + this.#lastDuration * (this.#held.length + 1);
    return Math.abs(sourcePts - heldPts) <= Math.abs(sourcePts - expected);
  }

  /** True when the second frame after a pause comes after as long a pause: slides. */
  #isRegular({ sourcePts }: T): boolean {
    const heldPts = this.#held.at(-1)?.sourcePts;
    if (sourcePts === undefined || heldPts === undefined || this.#lastPts === undefined) return false;
    const step = sourcePts - heldPts;
    const leap = heldPts - this.#lastPts;
    return this.#held.length === 1 && step < MAX_STEP_GROWTH * leap && leap < MAX_STEP_GROWTH * step;
  }

  #confirm(): T[] {
    const frames = this.#held.splice(0);
    for (const frame of frames) this.#follow(frame);
    return frames;
  }

  #refuse(): T[] {
    const frames = this.#held.splice(0).map((frame) => ({ ...frame, sourcePts: undefined }));
    this.#refusedCount += frames.length;
    if (this.#lastPts !== undefined) this.#lastPts += this.#lastDuration * frames.length;
    return frames;
  }

  #follow(frame: T): void {
    const { sourcePts } = frame;
    if (sourcePts === undefined) {
      if (this.#lastPts !== undefined) this.#lastPts += this.#lastDuration;
    } else {
      this.#lastStep = this.#lastPts === undefined ? 0 : Math.max(0, sourcePts - this.#lastPts);
      this.#lastPts = sourcePts;
    }
    this.#lastDuration = this.#durationOf(frame);
  }

  #durationOf({ duration }: T): Micros {
    return duration > 0 ? duration : this.#nominalDuration;
  }
}
