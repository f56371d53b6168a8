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

/**
 * Starts work on each item while the ones before it are in hand: yields items in order, each with its work, at most `ahead` of them started
 * early. When left early, waits for what it started.
 */
export async function* startedAhead<T, R>(
  items: readonly T[],
  start: (item: T) => Promise<R>,
  ahead: number,
): AsyncGenerator<readonly [item: T, work: Promise<Settled<R>>]> {
  const started: Promise<Settled<R>>[] = [];
  try {
    for (const [index, item] of items.entries()) {
      for (let next = index + started.length; next < items.length && started.length <= ahead; next++) {
        started.push(settle(start(items[next] as T))); // below the length
      }
      const work = started.shift() as Promise<Settled<R>>; // the loop has started it
      yield [item, work];
    }
  } finally {
    await Promise.all(started);
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
