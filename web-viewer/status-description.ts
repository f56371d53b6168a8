import type { ViewerStatus } from './worker-messages.js';

/** What the page shows over the video for a status. */
export interface StatusDescription {
  readonly title: string;
  /** One or two sentences: what happened, and what happens next or what to do. */
  readonly text: string;
  /** `busy` resolves by itself, `notice` waits, `error` needs the user. */
  readonly tone: 'busy' | 'notice' | 'error';
  /** Commands or addresses to copy, one per line. */
  readonly remedies: readonly { readonly label: string; readonly code: string }[];
  /** What the user can do here. */
  readonly action: 'none' | 'retry' | 'token' | 'streams' | 'reload';
}

/** The page's own address, for texts that name it. */
export interface PageLocation {
  /** Scheme, host and port. */
  readonly origin: string;
}

/** Writes the description of one kind of status; `nowMs` is in milliseconds since the epoch. */
type Describe<S> = (status: S, page: PageLocation, nowMs: number) => StatusDescription | undefined;

const DESCRIPTIONS: { readonly [K in ViewerStatus['kind']]: Describe<Extract<ViewerStatus, { kind: K }>> } = {
  live: () => undefined,
  connecting: () => busy('Connecting', 'Connecting to the stream.'),
  waiting: () => busy('Waiting for video', 'Connected. Waiting for the first frame.'),
  starting: ({ message }) => busy('Starting', message || 'The server is opening the input.'),
  'input-lost': ({ message }) => busy('Input lost', message || 'The server is reconnecting to the input.'),
  stalled: ({ message }) => busy('Stalled', message || 'The stream does not respond. The server restarts it.'),
  reconnecting: ({ retryAtMs }, _, nowMs) =>
    busy('Reconnecting', `The connection to the server was lost. ${countdown(retryAtMs, nowMs)}`, 'retry'),
  'server-stopped': () => busy('Server stopped', 'This page reconnects when the server is running again.', 'retry'),
  ended: ({ message }) => notice('Stream ended', message || 'The stream has ended.', 'retry'),
  failed: ({ message }) => error('Stream failed', message || 'The server cannot continue the stream.', 'retry'),
  unauthorized: () =>
    error('Token required', 'This server requires a token. The person who started it has the token.', 'token'),
  forbidden: (_, page) => forbidden(page),
  'no-such-stream': () =>
    notice('Stream not found', 'The server has no stream of this name. Choose another, or wait for it.', 'streams'),
  'too-many-viewers': ({ retryAtMs }, _, nowMs) =>
    notice('Too many viewers', `The server is at its limit of viewers. ${countdown(retryAtMs, nowMs)}`, 'retry'),
  'version-mismatch': ({ got }) =>
    error(
      'Version mismatch',
      `The server uses protocol version ${got}, which this page does not support. Reload the page.`,
      'reload',
    ),
  'unsupported-codec': ({ codec }) =>
    error(
      'H.264 not supported',
      `This player cannot decode H.264 (${codec}). Remove ?player= from the address: the page then chooses one that can.`,
    ),
  'needs-gesture': () => notice('Touch to play', 'This browser starts the video when you touch the page.', 'retry'),
  'no-such-player': ({ player }, page) =>
    error(
      'Player not available',
      `This browser cannot play with ${player} at ${page.origin}. Remove ?player= from the address: the page then chooses.`,
    ),
  crashed: ({ message }) => error('Viewer crashed', message, 'reload'),
};

/** The description of a status; undefined for a live stream, whose video needs none. */
export function describeStatus(status: ViewerStatus, page: PageLocation, nowMs: number): StatusDescription | undefined {
  const describe = DESCRIPTIONS[status.kind] as Describe<ViewerStatus>; // the row of the status's own kind
  return describe(status, page, nowMs);
}

function busy(title: string, text: string, action: StatusDescription['action'] = 'none'): StatusDescription {
  return { title, text, tone: 'busy', remedies: [], action };
}

function notice(title: string, text: string, action: StatusDescription['action']): StatusDescription {
  return { title, text, tone: 'notice', remedies: [], action };
}

function error(title: string, text: string, action: StatusDescription['action'] = 'none'): StatusDescription {
  return { title, text, tone: 'error', remedies: [], action };
}

function forbidden({ origin }: PageLocation): StatusDescription {
  return {
    title: 'Origin not allowed',
    text: `The server does not know the address of this page, ${origin}, for instance that of a reverse proxy. Allow it when you start the server:`,
    tone: 'error',
    remedies: [{ label: 'Add to the command nocturne serve', code: `--allow-origin ${origin}` }],
    action: 'retry',
  };
}

function countdown(retryAtMs: number, nowMs: number): string {
  const seconds = Math.ceil((retryAtMs - nowMs) / 1000);
  return seconds > 0 ? `Retrying in ${seconds} s.` : 'Retrying.';
}
