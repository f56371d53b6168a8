import { microsToTicks, type Micros, type TimeBase } from '../core/time.js';

/** Where a frame goes in a file of one frame rate. */
export interface FrameSlot {
  /** Slots before it that are empty, to be filled with the frame before it, or with itself where it is the first. */
  readonly empty: number;
  /** Number of its own slot, from 0; undefined: the slot is taken, and the frame is dropped. */
  readonly slot: number | undefined;
}

/** Maps frames of any rate to the slots of a constant one: each frame to the nearest slot. */
export class ConstantRate {
  readonly #timeBase: TimeBase;
  #next = 0;
  #repeated = 0;
  #dropped = 0;

  /** @param timeBase one tick a slot. */
  constructor(timeBase: TimeBase) {
    this.#timeBase = timeBase;
  }

  /** The slot of the next frame. @param pts from the start of the file, not negative. */
  place(pts: Micros): FrameSlot {
    const slot = Number(microsToTicks(pts, this.#timeBase));
    if (slot < this.#next) {
      this.#dropped++;
      return { empty: 0, slot: undefined };
    }
    const empty = slot - this.#next;
    this.#repeated += empty;
    this.#next = slot + 1;
    return { empty, slot };
  }

  /** What was repeated and dropped: one line, or none. @param container as the user names it: `.mxf`. */
  notices(container: string): string[] {
    if (this.#repeated === 0 && this.#dropped === 0) return [];
    const { num, den } = this.#timeBase;
    const rate = Math.round((den / num) * 1000) / 1000;
    return [
      `converted to ${rate} frames/s, since ${container} has one frame rate: ` +
        `repeated ${this.#repeated}, dropped ${this.#dropped}`,
    ];
  }
}
