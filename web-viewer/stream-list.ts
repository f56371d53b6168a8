import { RetryPolicy } from './retry-policy.js';
import type { ViewerStatus } from './worker-messages.js';

/** Names of the server's streams, or why the server does not list them. */
async function fetchStreams(token: string | undefined): Promise<string[] | 'unauthorized' | 'forbidden'> {
  const url = new URL('api/streams', location.href);
  url.hash = '';
  url.search = '';
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, cache: 'no-store' });
  if (response.status === 401) return 'unauthorized';
  if (response.status === 403) return 'forbidden';
  if (!response.ok) throw new Error(`the server responded with status ${response.status}`);
  return streamNames(await response.json());
}

/** Names in the response of `/api/streams`: `{streams: [{name}]}`. */
function streamNames(body: unknown): string[] {
  const list: unknown = typeof body === 'object' && body !== null && 'streams' in body ? body.streams : body;
  if (!Array.isArray(list)) throw new TypeError('the response of /api/streams must contain a list of streams');
  return list.flatMap((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'name' in entry && typeof entry.name === 'string'
      ? [entry.name]
      : [],
  );
}

/**
 * Names of the server's streams; retries until the server responds. Undefined when the user must act or the signal aborts.
 * @param onStatus receives the status to show until then.
 */
export async function waitForStreams(
  token: string | undefined,
  signal: AbortSignal,
  onStatus: (status: ViewerStatus) => void,
): Promise<string[] | undefined> {
  const policy = new RetryPolicy();
  while (!signal.aborted) {
    try {
      const result = await fetchStreams(token);
      if (typeof result === 'string') onStatus({ kind: result });
      return typeof result === 'string' ? undefined : result;
    } catch (cause) {
      const delayMs = policy.nextDelayMs('lost', 0) ?? 0;
      console.info('cannot list the streams, retrying', cause);
      onStatus({ kind: 'reconnecting', attempt: policy.attempt, retryAtMs: Date.now() + delayMs });
      await new Promise<void>((resolve) => setTimeout(resolve, delayMs));
    }
  }
  return undefined;
}
