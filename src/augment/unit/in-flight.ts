/** A result that is on its way; never rejects. */
export type Settled<T> = { readonly value: T } | { readonly error: unknown };

/** Waits for a result, good or bad. */
export async function settle<T>(work: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}

/** Returns what was settled, or throws it. */
export function unwrap<T>(settled: Settled<T>): T {
  if ('error' in settled) throw settled.error;
  return settled.value;
}

/** How {@link startedAhead} works. */
export interface StartedAheadOptions<T, R> {
  readonly start: (item: T) => Promise<R>;
  /** Items started before their turn, at most. */
  readonly ahead: number;
  /** Releases a result that nobody takes, when the loop is left early. */
  readonly release: (result: R) => void;
}

/** Yields items in order, each with its work, which starts while the items before it are in hand. When left early, waits for what it started. */
export async function* startedAhead<T, R>(
  items: readonly T[],
  { start, ahead, release }: StartedAheadOptions<T, R>,
): AsyncGenerator<readonly [item: T, result: Settled<R>]> {
  const started: { readonly item: T; readonly result: Promise<Settled<R>> }[] = [];
  const rest = items.values();
  try {
    for (;;) {
      while (started.length <= ahead) {
        const next = rest.next();
        if (next.done) break;
        started.push({ item: next.value, result: settle(start(next.value)) });
      }
      const first = started.shift();
      if (!first) return;
      yield [first.item, await first.result];
    }
  } finally {
    for (const { result } of started) {
      const settled = await result;
      if ('value' in settled) release(settled.value);
    }
  }
}

/** Yields the results of work in its order, while at most `behind` later works run. When left early, waits for what runs. */
export async function* finishedBehind<R>(
  works: AsyncIterable<{ readonly work: Promise<R> }>,
  behind: number,
): AsyncGenerator<R> {
  const running: Promise<Settled<R>>[] = [];
  try {
    for await (const { work } of works) {
      running.push(settle(work));
      while (running.length > behind) yield unwrap(await (running.shift() as Promise<Settled<R>>)); // longer than 0
    }
    while (running.length > 0) yield unwrap(await (running.shift() as Promise<Settled<R>>));
  } finally {
    await Promise.all(running);
  }
}
