import { micros, type Micros } from '../core/time.js';

/** A larger step back is not mere reordering: the timestamp is stale, or the sender's clock restarted. */
const MAX_STEP_BACK_MICROS = 200_000;
/** A larger step ahead is a leap where leaps are closed, microseconds. Lost packets of a live input make smaller gaps. */
const MAX_STEP_AHEAD_MICROS = 1_000_000;
/** A step ahead is regular, and no leap, up to this multiple of the step before: cameras at one frame a second. */
const MAX_STEP_GROWTH = 4;
/** Consecutive frames on a new clock before it is confirmed; until then the old clock may still continue. */
const FRAMES_TO_CONFIRM = 12;

/** Times of one frame as the container has them. */
export interface SourceTime {
  /** Undefined when the container has none. */
  readonly pts: Micros | undefined;
  /** 0 when unknown. */
  readonly duration: Micros;
  /** One tick of the container's time base: the minimum difference between two frames. */
  readonly tick: Micros;
}

/** Position of a frame on the timeline. */
export interface PlacedTime {
  readonly pts: Micros;
  /** True when the source's clock restarted before this frame. */
  readonly discontinuity: boolean;
}

/**
 * Maps the timestamps of a container to pts that strictly increase. Healthy timestamps pass unchanged.
 *
 * A frame whose timestamp falls far back is placed right after its predecessor, on a new clock that is not confirmed yet.
 * The frames after it decide: they continue the confirmed clock, which then goes on as if nothing had happened (the
 * timestamp was stale), or they follow the new clock (the source's clock restarted). Where leaps are closed, a timestamp far
 * ahead is treated in the same way.
 */
export class Timeline {
  #lastPts: Micros | undefined;
  #lastDuration = 0;
  /** Added to timestamps of the current clock. */
  #offset = 0;
  /** Added to timestamps of the confirmed clock; differs from `#offset` while a new clock is unconfirmed. */
  #confirmedOffset = 0;
  /** pts of the last frame on the confirmed clock, while a new clock is unconfirmed. */
  #confirmedLastPts = 0;
  /** Frames on the unconfirmed clock. */
  #unconfirmedFrames = 0;
  #resumeGap: number | undefined;
  #lastTimestamp: number | undefined;
  /** The last step ahead between two timestamps; 0 before the first. */
  #lastStep = 0;
  readonly #nominalDuration: Micros;
  readonly #maxStepAhead: number;

  /**
   * @param nominalDuration duration of a frame that has none: 1 / frame rate.
   * @param closesLeaps true: a step ahead of more than a second is closed. For live inputs, which cannot wait for the frames
   * that separate a gap from a wrong timestamp.
   */
  constructor(nominalDuration: Micros, { closesLeaps = false } = {}) {
    this.#nominalDuration = nominalDuration;
    this.#maxStepAhead = closesLeaps ? MAX_STEP_AHEAD_MICROS : Infinity;
  }

  /** Places the next frame. */
  place(time: SourceTime): PlacedTime {
    const duration = time.duration > 0 ? time.duration : this.#nominalDuration;
    const lastPts = this.#lastPts;
    let pts: number = time.pts ?? 0;
    let discontinuity = false;
    if (lastPts !== undefined) {
      if (this.#resumeGap !== undefined) {
        this.#offset = this.#confirmedOffset = lastPts + this.#resumeGap - pts;
        this.#resumeGap = undefined;
      } else if (time.pts === undefined) {
        pts = lastPts + duration - this.#offset;
      } else {
        discontinuity = this.#selectClock(pts, lastPts, lastPts + (this.#lastDuration || duration));
      }
      pts += this.#offset;
      if (pts <= lastPts) pts = lastPts + Math.max(1, time.tick);
    }
    this.#lastPts = micros(pts);
    this.#lastDuration = duration;
    this.#observeStep(time.pts);
    return { pts: this.#lastPts, discontinuity };
  }

  /**
   * Call when the source restarts (a loop, a reconnect): its next frame is placed `gap` after the last one, whatever its
   * timestamp. Without a gap it is placed right after the last one.
   */
  resume(gap?: Micros): void {
    if (this.#lastPts === undefined) return;
    this.#resumeGap = Math.max(gap ?? 0, this.#lastDuration, 1);
  }

  /** Sets `#offset` to the clock of a timestamp. True when that is a new clock, which then continues at `nextPts`. */
  #selectClock(timestamp: number, lastPts: number, nextPts: number): boolean {
    const isUnconfirmed = this.#offset !== this.#confirmedOffset;
    if (isUnconfirmed && this.#continuesConfirmed(timestamp, lastPts, nextPts)) {
      this.#offset = this.#confirmedOffset;
      return false;
    }
    const pts = timestamp + this.#offset;
    // An unconfirmed clock may not jump ahead either: two stale timestamps in a row would move all later frames.
    const isAhead = isUnconfirmed ? pts - nextPts > MAX_STEP_BACK_MICROS : this.#isLeap(pts - lastPts, pts - nextPts);
    if (lastPts - pts > MAX_STEP_BACK_MICROS || isAhead) {
      if (!isUnconfirmed) this.#confirmedLastPts = lastPts;
      this.#offset = nextPts - timestamp;
      this.#unconfirmedFrames = 1;
      return true;
    }
    if (isUnconfirmed && ++this.#unconfirmedFrames >= FRAMES_TO_CONFIRM) this.#confirmedOffset = this.#offset;
    return false;
  }

  /** True for a step ahead to close. @param gap the part of it after the last frame's end. */
  #isLeap(step: number, gap: number): boolean {
    return gap > this.#maxStepAhead && this.#lastStep > 0 && step > MAX_STEP_GROWTH * this.#lastStep;
  }

  #observeStep(timestamp: number | undefined): void {
    if (timestamp === undefined) return;
    const step = timestamp - (this.#lastTimestamp ?? timestamp);
    if (step > 0) this.#lastStep = step;
    this.#lastTimestamp = timestamp;
  }

  /** True when a timestamp continues the confirmed clock and fits it better than the unconfirmed one. */
  #continuesConfirmed(timestamp: number, lastPts: number, nextPts: number): boolean {
    const pts = timestamp + this.#confirmedOffset;
    const fitsBetter = Math.abs(pts - nextPts) < Math.abs(timestamp + this.#offset - nextPts);
    return pts > this.#confirmedLastPts && lastPts - pts <= MAX_STEP_BACK_MICROS && fitsBetter;
  }
}
