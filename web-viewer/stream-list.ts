import { RetryPolicy } from './retry-policy.js';
import type { ViewerStatus } from './worker-messages.js';

/** Names of the server's streams, or why the server does not say. */
async function fetchStreams(token: string | undefined): Promise<string[] | 'unauthorized' | 'forbidden'> {
  const url = new URL('api/streams', location.href);
  url.hash = '';
  url.search = '';
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, cache: 'no-store' });
  if (response.status === 401) return 'unauthorized';
  if (response.status === 403) return 'forbidden';
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return streamNames(await response.json());
}

/** Names in the answer of `/api/streams`: `{streams: [{name}]}`. */
function streamNames(answer: unknown): string[] {
  const list: unknown = typeof answer === 'object' && answer !== null && 'streams' in answer ? answer.streams : answer;
  if (!Array.isArray(list)) throw new TypeError('the answer of /api/streams must hold a list of streams');
  return list.flatMap((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'name' in entry && typeof entry.name === 'string'
      ? [entry.name]
      : [],
  );
}

/**
 * The server's streams, asked for again and again until it answers; undefined when a person must act first or the signal stops it.
 * @param onStatus told what to show meanwhile.
 */
export async function findStreams(
  token: string | undefined,
  signal: AbortSignal,
  onStatus: (status: ViewerStatus) => void,
): Promise<string[] | undefined> {
  const policy = new RetryPolicy();
  while (!signal.aborted) {
    try {
      const found = await fetchStreams(token);
      if (typeof found === 'string') onStatus({ kind: found });
      return typeof found === 'string' ? undefined : found;
    } catch (cause) {
      const pauseMs = policy.next('lost', 0) ?? 0;
      console.info('the server gives no list of streams', cause);
      onStatus({ kind: 'reconnecting', attempt: policy.attempt, retryAtMs: Date.now() + pauseMs });
      await new Promise<void>((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return undefined;
}
