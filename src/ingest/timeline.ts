import { micros, type Micros } from '../core/time.js';

/** A step back by more than this is a new count (a sender that started again), not a disorder to be smoothed. */
const NEW_COUNT_MICROS = 200_000;

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
export interface Placed {
  readonly pts: Micros;
  /** True when the source's own count broke off before this frame. */
  readonly broken: boolean;
}

/** Makes times that always grow, never two equal, out of whatever the container says; healthy times pass unchanged. */
export class Timeline {
  #last: Micros | undefined;
  #lastDuration = 0;
  #offset = 0;
  #resumeGap: number | undefined;

  /** @param usualStep length of a frame that does not tell its own: 1 / frame rate. */
  constructor(private readonly usualStep: Micros) {}

  /** Where the next frame goes. */
  place(time: SourceTime): Placed {
    const step = time.duration > 0 ? time.duration : this.usualStep;
    let broken = false;
    if (this.#resumeGap !== undefined && this.#last !== undefined) {
      const resumed = this.#last + this.#resumeGap;
      this.#offset = resumed - (time.pts ?? 0);
      this.#resumeGap = undefined;
    }
    let pts: number =
      time.pts === undefined ? (this.#last === undefined ? 0 : this.#last + step) : time.pts + this.#offset;
    if (this.#last !== undefined && pts <= this.#last) {
      const back = this.#last - pts;
      if (back > NEW_COUNT_MICROS && time.pts !== undefined) {
        pts = this.#last + (this.#lastDuration || step);
        this.#offset = pts - time.pts;
        broken = true;
      } else {
        pts = this.#last + Math.max(1, time.tick);
      }
    }
    this.#last = micros(pts);
    this.#lastDuration = step;
    return { pts: this.#last, broken };
  }

  /**
   * The source starts again (a loop, a reconnect): its next frame follows the last one after `gap`, whatever it says of
   * itself. Without a gap it follows as the next frame would have.
   */
  resume(gap?: Micros): void {
    if (this.#last === undefined) return;
    this.#resumeGap = Math.max(gap ?? 0, this.#lastDuration, 1);
  }
}
