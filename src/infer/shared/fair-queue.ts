/**
 * Requests of several clients. Each has a bounded queue of its own; they are served in turn, so that one with many requests delays the others
 * by one request each at most.
 */
export class FairQueue<Client, Request> {
  readonly #maxPerClient: number;
  /** The client whose turn is next is the first. */
  readonly #queues = new Map<Client, Request[]>();
  #size = 0;

  /** @param maxPerClient requests that one client may have in the queue. */
  constructor(maxPerClient: number) {
    this.#maxPerClient = maxPerClient;
  }

  /** Requests in the queue. */
  get size(): number {
    return this.#size;
  }

  /** Clients that have a request in the queue. */
  get clients(): number {
    return this.#queues.size;
  }

  /** True when a client may add no more. */
  isFull(client: Client): boolean {
    return (this.#queues.get(client)?.length ?? 0) >= this.#maxPerClient;
  }

  /** Throws RangeError when the client's queue is full. */
  add(client: Client, request: Request): void {
    if (this.isFull(client)) throw new RangeError(`a client may queue ${this.#maxPerClient} requests, got one more`);
    const queue = this.#queues.get(client);
    if (queue) queue.push(request);
    else this.#queues.set(client, [request]);
    this.#size++;
  }

  /** Removes up to `max` requests of the same kind as the first: one of each client in turn, then a second of each, and so on. */
  take(max: number, kindOf: (request: Request) => string): Request[] {
    const taken: Request[] = [];
    let kind: string | undefined;
    for (let skipped = 0; taken.length < max && skipped < this.#queues.size;) {
      const [client, queue] = [...this.#queues][0] ?? [];
      const request = queue?.[0];
      if (client === undefined || !queue || request === undefined) break;
      this.#queues.delete(client);
      kind ??= kindOf(request);
      if (kindOf(request) === kind) {
        taken.push(request);
        queue.shift();
        skipped = 0;
      } else skipped++;
      if (queue.length > 0) this.#queues.set(client, queue);
    }
    this.#size -= taken.length;
    return taken;
  }

  /** Removes and returns the requests of a client that is gone. */
  drop(client: Client): readonly Request[] {
    const dropped = this.#queues.get(client) ?? [];
    this.#queues.delete(client);
    this.#size -= dropped.length;
    return dropped;
  }
}
