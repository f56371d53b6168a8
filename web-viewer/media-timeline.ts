import type { Micros } from '../src/core/time.js';

/** Longest step of the timeline, microseconds: longer ones are gaps of the source, which it leaves out. */
const MAX_STEP_US = 500_000;
/** Frame rate where the stream states none. */
const FALLBACK_RATE = 30;

/** Place of one frame on the media timeline, microseconds. */
export interface TimelineStep {
  readonly decodeTime: number;
  readonly duration: number;
}

/**
 * A media timeline without gaps or overlaps, however the pts of a live stream jump: a file loops, packets are dropped, a source
 * reconnects. A player stops at a gap, and a frame's own duration is known only with the next frame, so each frame lasts until the
 * next one is expected.
 */
export class MediaTimeline {
  #intervalUs = 1e6 / FALLBACK_RATE;
  /** Where the next frame begins. */
  #end = 0;
  /** Where the last frame would begin, had its time been known before. */
  #exact = 0;
  #lastPts: Micros | undefined;

  /** @param frameRate nominal frames a second of the packets to come; 0 where unknown. */
  set frameRate(frameRate: number) {
    this.#intervalUs = 1e6 / (frameRate > 0 ? frameRate : FALLBACK_RATE);
  }

  /** Appends a frame. */
  add(pts: Micros): TimelineStep {
    const step = this.#lastPts === undefined ? 0 : pts - this.#lastPts;
    const isContinuous = step > 0 && step <= MAX_STEP_US;
    this.#exact = isContinuous ? this.#exact + step : this.#end;
    this.#lastPts = pts;
    const decodeTime = this.#end;
    const next = this.#exact + this.#intervalUs;
    const duration = Math.round(Math.min(MAX_STEP_US, Math.max(this.#intervalUs / 2, next - decodeTime)));
    this.#end += duration;
    return { decodeTime, duration };
  }
}
