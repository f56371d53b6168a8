/** Ways to play a stream, best first. */
export const PLAYER_KINDS = ['webcodecs', 'mse', 'mjpeg'] as const;

/** One of {@link PLAYER_KINDS}. */
export type PlayerKind = (typeof PLAYER_KINDS)[number];

/** Parts of the page's URL that matter to the viewer. */
export interface PageUrl {
  /** From `?stream=`. */
  readonly stream: string | undefined;
  /** From `?token=` or `#token=`. */
  readonly token: string | undefined;
  /** From `?player=`; undefined where it is absent or none of {@link PLAYER_KINDS}. */
  readonly player: PlayerKind | undefined;
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
  const player = PLAYER_KINDS.find((kind) => kind === url.searchParams.get('player'));
  const withoutToken = url.pathname + url.search + url.hash;
  return { stream: stream === '' ? undefined : stream, token, player, withoutToken };
}

/** URL of a stream's WebSocket on the server that served the page. @param player one that needs no packets asks for none. */
export function socketUrl(href: string, stream: string, token: string | undefined, player: PlayerKind): string {
  const url = new URL(`ws/${encodeURIComponent(stream)}`, href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  if (token !== undefined) url.searchParams.set('token', token);
  if (player === 'mjpeg') url.searchParams.set('video', 'off');
  return url.href;
}

/** URL of the JPEG images of the stream whose WebSocket is at this address, with its token. */
export function imageStreamUrl(socket: string): string {
  const url = new URL(socket);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  url.pathname = url.pathname.replace(/\/ws\/([^/]+)$/, '/streams/$1/stream.mjpeg');
  url.searchParams.delete('video');
  return url.href;
}
