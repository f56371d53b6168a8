/** What a full {@link BoundedQueue} does with one more item. */
export type OverflowPolicy = 'drop-oldest' | 'refuse';

/** Options of a {@link BoundedQueue}. */
export interface BoundedQueueOptions<T> {
  /** Most items held; at least 1. */
  readonly capacity: number;
  readonly overflow: OverflowPolicy;
  /** Called with each item that is dropped or left over at `close()`; the place to free it. */
  readonly onDrop?: (item: T) => void;
}

/** A queue between one producer and one consumer that never grows past its capacity and counts what it drops. */
export class BoundedQueue<T> implements AsyncIterable<T>, Disposable {
  readonly #options: BoundedQueueOptions<T>;
  readonly #items: T[] = [];
  #waiter: ((result: IteratorResult<T, undefined>) => void) | undefined;
  #spaceWaiter: (() => void) | undefined;
  #closed = false;
  #dropped = 0;

  constructor(options: BoundedQueueOptions<T>) {
    if (!Number.isInteger(options.capacity) || options.capacity < 1) {
      throw new RangeError(`capacity must be an integer of 1 or more, got ${options.capacity}`);
    }
    this.#options = options;
  }

  /** Items waiting. */
  get length(): number {
    return this.#items.length;
  }

  /** Items dropped because the queue was full, ever. */
  get dropped(): number {
    return this.#dropped;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The item that `next()` would give at once, which stays the queue's; undefined when none waits. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Takes an item. False when it was refused (full or closed): then it still belongs to the caller. */
  push(item: T): boolean {
    if (this.#closed) return false;
    if (this.#waiter) {
      const waiter = this.#waiter;
      this.#waiter = undefined;
      waiter({ done: false, value: item });
      return true;
    }
    if (this.#items.length >= this.#options.capacity) {
      if (this.#options.overflow === 'refuse') return false;
      const oldest = this.#items.shift() as T; // capacity >= 1, so the full queue has a first item
      this.#dropped++;
      this.#options.onDrop?.(oldest);
    }
    this.#items.push(item);
    return true;
  }

  /** Resolves when one more item would fit, or when the queue is closed. One caller at a time. */
  async waitForSpace(): Promise<void> {
    if (this.#closed || this.#items.length < this.#options.capacity) return;
    await new Promise<void>((resolve) => {
      this.#spaceWaiter = resolve;
    });
  }

  /** The next item, gives it away; `done` after `end()` or `close()`. One caller at a time. */
  async next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#signalSpace();
      return { done: false, value: item };
    }
    if (this.#closed) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  /** No more items come; those waiting are still handed out. */
  end(): void {
    this.#closed = true;
    this.#waiter?.({ done: true, value: undefined });
    this.#waiter = undefined;
    this.#signalSpace();
  }

  /** Ends the queue and frees what waits in it through `onDrop`, without counting it as dropped. Idempotent. */
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
    const waiter = this.#spaceWaiter;
    this.#spaceWaiter = undefined;
    waiter?.();
  }
}
