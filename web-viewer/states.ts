import type { ViewerStatus } from './worker-messages.js';

/** How a state is shown over the picture. */
export interface StateView {
  readonly title: string;
  /** One or two sentences: what it is, what happens next or what to do. */
  readonly text: string;
  /** `busy` turns by itself, `notice` waits, `error` needs a person. */
  readonly tone: 'busy' | 'notice' | 'error';
  /** Commands or addresses to copy, one a line. */
  readonly remedies: readonly { readonly label: string; readonly code: string }[];
  /** What a person can do here. */
  readonly action: 'none' | 'retry' | 'token' | 'streams' | 'reload';
}

/** The page's own address, for the words that name it. */
export interface PagePlace {
  readonly host: string;
  readonly port: string;
}

const BROWSERS = 'Chrome or Edge 94, Safari 16.4, Firefox 130 (on a computer), or a newer one';

/** Words for a state; undefined when the picture speaks for itself. */
export function describeStatus(status: ViewerStatus, place: PagePlace, nowMs: number): StateView | undefined {
  switch (status.kind) {
    case 'live':
      return undefined;
    case 'connecting':
      return busy('Connecting', 'Looking for the stream.');
    case 'waiting':
      return busy('Almost there', 'Connected. Waiting for the first picture.');
    case 'starting':
      return busy('Starting', status.message || 'The stream opens its input.');
    case 'input-lost':
      return busy('Input lost', status.message || 'The input fell silent. The picture returns when it does.');
    case 'reconnecting':
      return busy(
        'Reconnecting',
        `The connection to the server was lost. ${nextTry(status.retryAtMs, nowMs)}`,
        'retry',
      );
    case 'server-stopped':
      return busy('The server stopped', 'This page comes back by itself when the server does.', 'retry');
    case 'ended':
      return notice('The end', status.message || 'The stream is over.', 'retry');
    case 'failed':
      return error('The stream failed', status.message || 'The server could not go on with it.', 'retry');
    case 'unauthorized':
      return error('Token needed', 'This server asks for a token. Whoever started it has it.', 'token');
    case 'forbidden':
      return error(
        'Not from this address',
        `The server does not accept viewers that come by way of ${place.host}. Open it by its own address, or allow this one when starting it.`,
        'retry',
      );
    case 'no-such-stream':
      return notice(
        'No such stream',
        'The server has no stream of this name now. Choose another, or wait for it.',
        'streams',
      );
    case 'too-many-viewers':
      return notice(
        'Full house',
        `As many viewers as the server allows are watching. ${nextTry(status.retryAtMs, nowMs)}`,
        'retry',
      );
    case 'version-mismatch':
      return error(
        'Another version',
        `The server speaks protocol version ${status.got}, this page does not. Load it again.`,
        'reload',
      );
    case 'unsupported-codec':
      return error(
        'No H.264 here',
        `This browser cannot decode H.264 (${status.codec}). Watch with ${BROWSERS}; some Chromium builds leave H.264 out.`,
      );
    case 'no-webcodecs':
      return error(
        'This browser has no WebCodecs',
        `It cannot decode video the way this page needs. Watch with ${BROWSERS}.`,
      );
    case 'insecure':
      return insecure(place);
    case 'broken':
      return error('The viewer stopped', status.message, 'reload');
  }
}

function busy(title: string, text: string, action: StateView['action'] = 'none'): StateView {
  return { title, text, tone: 'busy', remedies: [], action };
}

function notice(title: string, text: string, action: StateView['action']): StateView {
  return { title, text, tone: 'notice', remedies: [], action };
}

function error(title: string, text: string, action: StateView['action'] = 'none'): StateView {
  return { title, text, tone: 'error', remedies: [], action };
}

function insecure(place: PagePlace): StateView {
  const port = place.port || '80';
  const hostname = place.host.replace(/:\d+$/, '');
  return {
    title: 'Needs a secure address',
    text: `Browsers decode live video only on https pages and on localhost, and this page came over plain http from ${place.host}. Any one of these helps:`,
    tone: 'error',
    remedies: [
      {
        label: `Tunnel it to this computer, then open http://localhost:${port}`,
        code: `ssh -N -L ${port}:localhost:${port} ${hostname}`,
      },
      {
        label: 'Put https before the server, for instance with Caddy',
        code: `caddy reverse-proxy --from ${hostname} --to localhost:${port}`,
      },
      {
        label: 'For a test in Chrome or Edge: allow this address at',
        code: 'chrome://flags/#unsafely-treat-insecure-origin-as-secure',
      },
    ],
    action: 'none',
  };
}

function nextTry(atMs: number, nowMs: number): string {
  const seconds = Math.ceil((atMs - nowMs) / 1000);
  return seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.';
}
