import { micros, type Micros } from '../core/time.js';

/** A larger step back is not mere reordering: the timestamp is stale, or the sender's clock restarted. */
const MAX_STEP_BACK_MICROS = 200_000;
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
 * timestamp was stale), or they follow the new clock (the source's clock restarted).
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

  /** @param nominalDuration duration of a frame that has none: 1 / frame rate. */
  constructor(private readonly nominalDuration: Micros) {}

  /** Places the next frame. */
  place(time: SourceTime): PlacedTime {
    const duration = time.duration > 0 ? time.duration : this.nominalDuration;
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
    if (lastPts - pts > MAX_STEP_BACK_MICROS || (isUnconfirmed && pts - nextPts > MAX_STEP_BACK_MICROS)) {
      if (!isUnconfirmed) this.#confirmedLastPts = lastPts;
      this.#offset = nextPts - timestamp;
      this.#unconfirmedFrames = 1;
      return true;
    }
    if (isUnconfirmed && ++this.#unconfirmedFrames >= FRAMES_TO_CONFIRM) this.#confirmedOffset = this.#offset;
    return false;
  }

  /** True when a timestamp continues the confirmed clock and fits it better than the unconfirmed one. */
  #continuesConfirmed(timestamp: number, lastPts: number, nextPts: number): boolean {
    const pts = timestamp + this.#confirmedOffset;
    const fitsBetter = Math.abs(pts - nextPts) < Math.abs(timestamp + this.#offset - nextPts);
    return pts > this.#confirmedLastPts && lastPts - pts <= MAX_STEP_BACK_MICROS && fitsBetter;
  }
}
