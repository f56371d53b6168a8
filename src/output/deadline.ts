const TICK_MS = 1000;

/**
 * Resolves or rejects as `pending` does; rejects with `expired()` when that takes longer. Counts turns of the event loop, not
 * the clock, so that a process that was stopped for a while keeps its time.
 * @param seconds deadline, whole seconds.
 */
export async function withDeadline<T>(pending: Promise<T>, seconds: number, expired: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    let ticks = 0;
    timer = setInterval(() => {
      if (++ticks >= seconds) reject(expired());
    }, TICK_MS);
  });
  try {
    return await Promise.race([pending, deadline]);
  } finally {
    clearInterval(timer);
  }
}
