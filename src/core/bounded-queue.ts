/** What a full {@link BoundedQueue} does with one more item. */
export type OverflowPolicy = 'drop-oldest' | 'refuse';

/** Options of a {@link BoundedQueue}. */
export interface BoundedQueueOptions<T> {
  /** Maximum number of items held; 1 or more. */
  readonly capacity: number;
  readonly overflow: OverflowPolicy;
  /** Called with each item that is dropped, or still queued at `close()`; frees the item. */
  readonly onDrop?: (item: T) => void;
}

/** A queue between one producer and one consumer. Never grows past its capacity; counts the items it drops. */
export class BoundedQueue<T> implements AsyncIterable<T>, Disposable {
  readonly #options: BoundedQueueOptions<T>;
  readonly #items: T[] = [];
  #consumer: ((result: IteratorResult<T, undefined>) => void) | undefined;
  #producer: (() => void) | undefined;
  #isClosed = false;
  #dropped = 0;

  constructor(options: BoundedQueueOptions<T>) {
    if (!Number.isInteger(options.capacity) || options.capacity < 1) {
      throw new RangeError(`capacity must be an integer of 1 or more, got ${options.capacity}`);
    }
    this.#options = options;
  }

  /** Items in the queue. */
  get length(): number {
    return this.#items.length;
  }

  /** Items dropped because the queue was full, in total. */
  get dropped(): number {
    return this.#dropped;
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  /** The item that `next()` would return at once, or undefined when the queue is empty. Lends it. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Takes an item. Returns false when the queue refuses it (full or closed): the caller then keeps it. */
  push(item: T): boolean {
    if (this.#isClosed) return false;
    if (this.#consumer) {
      const consumer = this.#consumer;
      this.#consumer = undefined;
      consumer({ done: false, value: item });
      return true;
    }
    if (this.#items.length >= this.#options.capacity) {
      if (this.#options.overflow === 'refuse') return false;
      const oldest = this.#items.shift() as T; // capacity >= 1: a full queue has a first item
      this.#dropped++;
      this.#options.onDrop?.(oldest);
    }
    this.#items.push(item);
    return true;
  }

  /** Resolves when one more item fits, or when the queue is closed. One caller at a time. */
  async waitForSpace(): Promise<void> {
    if (this.#isClosed || this.#items.length < this.#options.capacity) return;
    await new Promise<void>((resolve) => {
      this.#producer = resolve;
    });
  }

  /** Resolves with the next item, which the caller then owns; `done` after `end()` or `close()`. One caller at a time. */
  async next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#signalSpace();
      return { done: false, value: item };
    }
    if (this.#isClosed) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#consumer = resolve;
    });
  }

  /** Refuses further items; the consumer still receives those in the queue. */
  end(): void {
    this.#isClosed = true;
    this.#consumer?.({ done: true, value: undefined });
    this.#consumer = undefined;
    this.#signalSpace();
  }

  /** Ends the queue and passes its items to `onDrop`, without counting them as dropped. Idempotent. */
  close(): void {
    this.end();
    for (const item of this.#items.splice(0)) this.#options.onDrop?.(item);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.next() };
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #signalSpace(): void {
    const producer = this.#producer;
    this.#producer = undefined;
    producer?.();
  }
}
