/** Keyframes cost bits for everybody: this is the least time between two asked for by viewers, milliseconds. */
const LEAST_PAUSE_MS = 500;

/** Passes viewers' requests for a keyframe on, at most one in {@link LEAST_PAUSE_MS}; one that comes too soon is kept until then. */
export class KeyframeRequests implements Disposable {
  readonly #send: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param send passes a request to the encoder. */
  constructor(send: () => void) {
    this.#send = send;
  }

  request(): void {
    if (this.#timer) return;
    const waitMs = this.#lastMs + LEAST_PAUSE_MS - performance.now();
    if (waitMs <= 0) this.#pass();
    else this.#timer = setTimeout(() => this.#pass(), waitMs).unref();
  }

  /** A keyframe was made: nobody waits any more. */
  satisfied(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.satisfied();
  }

  #pass(): void {
    this.#timer = undefined;
    this.#lastMs = performance.now();
    this.#send();
  }
}
