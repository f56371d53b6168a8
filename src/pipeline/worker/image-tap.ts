import type { Frame } from '../../core/frame.js';
import type { Logger } from '../../core/logger.js';
import type { StillImage } from '../../core/still-image.js';
import { JpegEncoder } from '../../encode/av-jpeg-encoder.js';
import { MAX_PENDING } from './packet-gate.js';

/** Time without demand after which the encoder is closed, milliseconds. */
const IDLE_MS = 5000;
/** An image comes this much before it is due, milliseconds: frames come at times of their own. */
const EARLY_MS = 8;

/** What an {@link ImageTap} needs of its worker. */
export interface ImageTapOptions {
  /** Takes the image. */
  readonly onImage: (image: StillImage) => void;
  /** Images a second that somebody asks for; 0: nobody does. */
  readonly perSecond: () => number;
  /** Messages that wait for the main process. */
  readonly pending: () => number;
  readonly logger: Logger;
}

/** Makes JPEG images of the frames of a stream while somebody asks for them; one at a time, so that a slow machine makes fewer. */
export class ImageTap implements Disposable {
  readonly #options: ImageTapOptions;
  #encoder: JpegEncoder | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  #hasFailed = false;

  constructor(options: ImageTapOptions) {
    this.#options = options;
  }

  /** Borrows a frame until this returns. Never throws: images are no reason to end a stream. */
  offer(frame: Frame): void {
    const { perSecond, pending, onImage, logger } = this.#options;
    const nowMs = performance.now();
    const rate = perSecond();
    if (rate <= 0) {
      if (this.#encoder && nowMs - this.#lastMs > IDLE_MS) this[Symbol.dispose]();
      return;
    }
    const isDue = nowMs - this.#lastMs >= 1000 / rate - EARLY_MS;
    if (!isDue || this.#encoder?.isBusy || pending() >= MAX_PENDING) return;
    this.#lastMs = nowMs;
    this.#encoder ??= new JpegEncoder();
    this.#encoder.encode(frame).then(onImage, (error: unknown) => {
      if (!this.#hasFailed) logger.warn({ err: error }, 'A frame could not be encoded as JPEG.');
      this.#hasFailed = true;
    });
  }

  /** Closes the encoder; the next demand opens another. */
  [Symbol.dispose](): void {
    this.#encoder?.[Symbol.dispose]();
    this.#encoder = undefined;
  }
}
