/** Share of a second that playback stays behind the newest frame, at first, at least and at most. */
export const FIRST_TARGET_S = 0.1;
export const MIN_TARGET_S = 0.06;
export const MAX_TARGET_S = 0.5;
/** What is buffered beyond the target before playback jumps: the budget of the delay that Media Source adds is target and slack. */
export const MAX_SLACK_S = 0.7;
/** The target grows by this at each stall, and shrinks by it after a while without one. */
const TARGET_STEP_S = 0.04;
const CALM_MS = 20_000;
/** Playback rates that catch up and that let the buffer grow: too little to see. */
const FAST = 1.08;
const SLOW = 0.96;
/** What differs from the target by less than this share plays at the normal rate. */
const TOLERANCE = 0.35;

/** What a player does to stay near the live edge. */
export interface EdgeAction {
  readonly rate: number;
  /** Jump to this time, seconds; undefined: no jump. */
  readonly seekTo: number | undefined;
}

/**
 * Keeps a Media Source near the newest frame: a little faster or slower, or a jump when it is late. The buffer that it keeps follows the
 * connection: more after a stall, less after a calm while. Times in seconds of the media timeline, unless they end in `Ms`.
 */
export class LiveEdge {
  #target = FIRST_TARGET_S;
  #changedMs = 0;

  /** What playback keeps buffered, seconds. */
  get target(): number {
    return this.#target;
  }

  /** Playback ran out of frames. */
  onStall(nowMs: number): void {
    this.#target = Math.min(MAX_TARGET_S, this.#target + TARGET_STEP_S);
    this.#changedMs = nowMs;
  }

  /** @param position where playback is. @param end end of what is buffered. */
  action(position: number, end: number, nowMs: number): EdgeAction {
    if (nowMs - this.#changedMs > CALM_MS) {
      this.#target = Math.max(MIN_TARGET_S, this.#target - TARGET_STEP_S);
      this.#changedMs = nowMs;
    }
    const ahead = end - position;
    if (ahead > this.#target + MAX_SLACK_S || ahead < 0) return { rate: 1, seekTo: Math.max(0, end - this.#target) };
    if (ahead > this.#target * (1 + TOLERANCE)) return { rate: FAST, seekTo: undefined };
    if (ahead < this.#target * (1 - TOLERANCE)) return { rate: SLOW, seekTo: undefined };
    return { rate: 1, seekTo: undefined };
  }
}
