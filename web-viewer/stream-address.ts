/** What of the page's own address a viewer goes by. */
export interface PageAddress {
  /** Asked for by `?stream=`. */
  readonly stream: string | undefined;
  /** From `?token=` or `#token=`. */
  readonly token: string | undefined;
  /** The address to show: path, query and hash without the token, so that nobody copies it by accident. */
  readonly shown: string;
}

/** Reads the page's address. */
export function readPageAddress(href: string): PageAddress {
  const url = new URL(href);
  const hash = new URLSearchParams(url.hash.slice(1));
  const token = url.searchParams.get('token') ?? hash.get('token') ?? undefined;
  const stream = url.searchParams.get('stream') ?? undefined;
  url.searchParams.delete('token');
  if (hash.has('token')) {
    hash.delete('token');
    url.hash = hash.toString();
  }
  return { stream: stream === '' ? undefined : stream, token, shown: url.pathname + url.search + url.hash };
}

/** Address of a stream's socket on the server that served the page. */
export function socketAddress(href: string, stream: string, token: string | undefined): string {
  const url = new URL(`ws/${encodeURIComponent(stream)}`, href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  if (token !== undefined) url.searchParams.set('token', token);
  return url.href;
}
