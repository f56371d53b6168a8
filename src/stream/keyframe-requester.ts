import { Throttle } from './throttle.js';

/** Minimum time between two requests, milliseconds: a keyframe costs every viewer bits. */
const MIN_INTERVAL_MS = 500;
/** Minimum time between any keyframe and one that a slow viewer asks for, milliseconds. */
const MIN_SLOW_INTERVAL_MS = 1000;

/**
 * Passes viewers' keyframe requests to the encoder, at most one every {@link MIN_INTERVAL_MS}. Delays a request that comes
 * too soon, and drops it when a keyframe comes first.
 */
export class KeyframeRequester implements Disposable {
  readonly #requests: Throttle;
  #lastKeyframeMs = Number.NEGATIVE_INFINITY;

  /** @param send passes a request to the encoder. */
  constructor(send: () => void) {
    this.#requests = new Throttle(MIN_INTERVAL_MS, send);
  }

  request(): void {
    this.#requests.request();
  }

  /** Requests a keyframe for a viewer that skipped packets, unless the last one came less than a second ago: the caller repeats it. */
  requestForSlow(): void {
    if (performance.now() - this.#lastKeyframeMs >= MIN_SLOW_INTERVAL_MS) this.request();
  }

  /** Drops a delayed request: the encoder made a keyframe. */
  onKeyframe(): void {
    this.#lastKeyframeMs = performance.now();
    this.#requests.cancel();
  }

  [Symbol.dispose](): void {
    this.#requests.cancel();
  }
}
