/** Parts of the page's URL that matter to the viewer. */
export interface PageUrl {
  /** From `?stream=`. */
  readonly stream: string | undefined;
  /** From `?token=` or `#token=`. */
  readonly token: string | undefined;
  /** Path, query and hash without the token, for the address bar, so that nobody copies the token by accident. */
  readonly withoutToken: string;
}

/** Parses the page's URL. */
export function parsePageUrl(href: string): PageUrl {
  const url = new URL(href);
  const hash = new URLSearchParams(url.hash.slice(1));
  const token = url.searchParams.get('token') ?? hash.get('token') ?? undefined;
  const stream = url.searchParams.get('stream') ?? undefined;
  url.searchParams.delete('token');
  if (hash.has('token')) {
    hash.delete('token');
    url.hash = hash.toString();
  }
  return { stream: stream === '' ? undefined : stream, token, withoutToken: url.pathname + url.search + url.hash };
}

/** URL of a stream's WebSocket on the server that served the page. */
export function socketUrl(href: string, stream: string, token: string | undefined): string {
  const url = new URL(`ws/${encodeURIComponent(stream)}`, href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  if (token !== undefined) url.searchParams.set('token', token);
  return url.href;
}
