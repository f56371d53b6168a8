/** Minimum time between two requests, milliseconds: a keyframe costs every viewer bits. */
const MIN_INTERVAL_MS = 500;

/**
 * Passes viewers' keyframe requests to the encoder, at most one every {@link MIN_INTERVAL_MS}. Delays a request that comes
 * too soon, and drops it when a keyframe comes first.
 */
export class KeyframeRequester implements Disposable {
  readonly #send: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param send passes a request to the encoder. */
  constructor(send: () => void) {
    this.#send = send;
  }

  request(): void {
    if (this.#timer) return;
    const waitMs = this.#lastMs + MIN_INTERVAL_MS - performance.now();
    if (waitMs <= 0) this.#sendNow();
    else this.#timer = setTimeout(() => this.#sendNow(), waitMs).unref();
  }

  /** Drops a delayed request: the encoder made a keyframe. */
  onKeyframe(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.onKeyframe();
  }

  #sendNow(): void {
    this.#timer = undefined;
    this.#lastMs = performance.now();
    this.#send();
  }
}
