import type { StillImage } from '../core/still-image.js';

/** Images a second at most, and while somebody waits for a single one. */
export const MAX_IMAGE_RATE = 30;
/** Readers of one stream's images at most. */
const MAX_READERS = 16;
/** Requests for one image that wait at most. */
const MAX_WAITING = 64;
/** How long a request waits for an image by default, milliseconds. */
const WAIT_MS = 5000;
/** An image comes this much before it is due, milliseconds. */
const EARLY_MS = 8;

/** Takes each image. False when it did not take it, because its connection is slow. */
type ImageReader = (image: StillImage) => boolean;

interface Reader {
  readonly perSecond: number;
  readonly read: ImageReader;
  readonly onClose: () => void;
  lastMs: number;
}

/** A stream's frames as JPEG images: passes them to whoever asks, and says how many are asked for. */
export class ImageFeed {
  readonly #onDemand: (perSecond: number) => void;
  readonly #readers = new Set<Reader>();
  readonly #waiting = new Set<(image: StillImage | undefined) => void>();
  #demand = 0;
  #dropped = 0;

  /** @param onDemand called when the images a second that are asked for change; 0: none. */
  constructor(onDemand: (perSecond: number) => void) {
    this.#onDemand = onDemand;
  }

  /** Images a second that are asked for. */
  get demand(): number {
    return this.#demand;
  }

  /** Readers of a series of images now. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Images not sent to a reader because its connection is slow, summed over all. */
  get dropped(): number {
    return this.#dropped;
  }

  /** True when no more readers may come. */
  get isFull(): boolean {
    return this.#readers.size >= MAX_READERS;
  }

  /**
   * The next image; undefined when none comes in time, when too many requests wait, and after {@link closeReaders}.
   * @param waitMs milliseconds; default 5000.
   */
  next(waitMs = WAIT_MS): Promise<StillImage | undefined> {
    if (this.#waiting.size >= MAX_WAITING) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const take = (image: StillImage | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(take);
        resolve(image);
        this.#update();
      };
      const timer = setTimeout(() => take(undefined), waitMs).unref();
      this.#waiting.add(take);
      this.#update();
    });
  }

  /**
   * Adds a reader; check `isFull` first. Returns what removes it.
   * @param perSecond images a second at most. @param onClose called when {@link closeReaders} removes it.
   */
  read(perSecond: number, read: ImageReader, onClose: () => void = () => undefined): () => void {
    const reader: Reader = { perSecond, read, onClose, lastMs: Number.NEGATIVE_INFINITY };
    this.#readers.add(reader);
    this.#update();
    return () => {
      this.#readers.delete(reader);
      this.#update();
    };
  }

  /** Removes every reader, and answers every request that waits without an image. */
  closeReaders(): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const { onClose } of readers) onClose();
    for (const take of [...this.#waiting]) take(undefined);
    this.#update();
  }

  /** Passes an image on. */
  publish(image: StillImage): void {
    const nowMs = performance.now();
    for (const take of [...this.#waiting]) take(image);
    for (const reader of this.#readers) {
      if (nowMs - reader.lastMs < 1000 / reader.perSecond - EARLY_MS) continue;
      reader.lastMs = nowMs;
      if (!reader.read(image)) this.#dropped++;
    }
  }

  #update(): void {
    const rates = [...this.#readers].map(({ perSecond }) => perSecond);
    const demand = this.#waiting.size > 0 ? MAX_IMAGE_RATE : Math.max(0, ...rates);
    if (demand === this.#demand) return;
    this.#demand = demand;
    this.#onDemand(demand);
  }
}
