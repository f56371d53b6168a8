import { micros, type Micros } from '../core/time.js';

/** A step back by more than this is no disorder to be smoothed: a stale time, or a new count (a sender that started again). */
const BREAK_MICROS = 200_000;
/** Pictures in a row that a new count needs to be believed; until then the old one may still go on. */
const SETTLED_PICTURES = 12;

/** What a source knows of one frame's time. */
export interface SourceTime {
  /** As the container says; undefined when it does not. */
  readonly pts: Micros | undefined;
  /** Length of the frame; 0 when unknown. */
  readonly duration: Micros;
  /** Length of one tick of the container's clock: the least by which two frames must differ. */
  readonly tick: Micros;
}

/** A frame's place on the timeline. */
export interface PlacedTime {
  readonly pts: Micros;
  /** True when the source's own count broke off before this frame. */
  readonly discontinuity: boolean;
}

/**
 * Makes times that always grow, never two equal, out of whatever the container says; healthy times pass unchanged.
 *
 * A frame whose time falls far back follows its predecessor at once. Whether its time was stale or starts a new count is
 * told by the frames behind it: they go on where the old count was left, which then stands as if nothing had been, or
 * they follow the new one.
 */
export class Timeline {
  #last: Micros | undefined;
  #lastDuration = 0;
  /** What is added to the source's times now. */
  #offset = 0;
  /** The same for the last count that is believed; differs from `#offset` while a new one is on trial. */
  #home = 0;
  /** Place of the last frame of the believed count, while a new one is on trial. */
  #homeEnd = 0;
  /** Frames of the count on trial. */
  #tried = 0;
  #resumeGap: number | undefined;

  /** @param usualStep length of a frame that does not tell its own: 1 / frame rate. */
  constructor(private readonly usualStep: Micros) {}

  /** Where the next frame goes. */
  place(time: SourceTime): PlacedTime {
    const step = time.duration > 0 ? time.duration : this.usualStep;
    const last = this.#last;
    let pts: number = time.pts ?? 0;
    let discontinuity = false;
    if (last !== undefined) {
      if (this.#resumeGap !== undefined) {
        this.#offset = this.#home = last + this.#resumeGap - pts;
        this.#resumeGap = undefined;
      } else if (time.pts === undefined) {
        pts = last + step - this.#offset;
      } else {
        discontinuity = this.#follow(pts, last, last + (this.#lastDuration || step));
      }
      pts += this.#offset;
      if (pts <= last) pts = last + Math.max(1, time.tick);
    }
    this.#last = micros(pts);
    this.#lastDuration = step;
    return { pts: this.#last, discontinuity };
  }

  /**
   * The source starts again (a loop, a reconnect): its next frame follows the last one after `gap`, whatever it says of
   * itself. Without a gap it follows as the next frame would have.
   */
  resume(gap?: Micros): void {
    if (this.#last === undefined) return;
    this.#resumeGap = Math.max(gap ?? 0, this.#lastDuration, 1);
  }

  /** Finds the count that a time belongs to; true when that is a new one, which then goes on at `next`. */
  #follow(time: number, last: number, next: number): boolean {
    const onTrial = this.#offset !== this.#home;
    if (onTrial && this.#isHome(time, last, next)) {
      this.#offset = this.#home;
      return false;
    }
    const pts = time + this.#offset;
    // A count on trial may not leap ahead either: two stale times in a row would move all that follows.
    if (last - pts > BREAK_MICROS || (onTrial && pts - next > BREAK_MICROS)) {
      if (!onTrial) this.#homeEnd = last;
      this.#offset = next - time;
      this.#tried = 1;
      return true;
    }
    if (onTrial && ++this.#tried >= SETTLED_PICTURES) this.#home = this.#offset;
    return false;
  }

  /** True when a time goes on where the believed count was left, and fits there better than in the count on trial. */
  #isHome(time: number, last: number, next: number): boolean {
    const pts = time + this.#home;
    const fitsBetter = Math.abs(pts - next) < Math.abs(time + this.#offset - next);
    return pts > this.#homeEnd && last - pts <= BREAK_MICROS && fitsBetter;
  }
}
