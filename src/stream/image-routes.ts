import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono } from 'hono';
import type { ServerResponse } from 'node:http';
import type { StillImage } from '../core/still-image.js';
import type { ConnectionGuard } from './connection-guard.js';
import type { HubDirectory } from './hub-directory.js';
import { MAX_IMAGE_RATE } from './image-feed.js';
import type { StreamHub } from './stream-hub.js';

/** Images a second of a series whose request names none. */
const DEFAULT_RATE = 10;
/** How long a request for a frame waits while the stream starts or wakes, milliseconds. */
const START_WAIT_MS = 15_000;
/** A connection that takes no image for this time is closed, milliseconds. */
const UNREAD_MS = 30_000;
const BOUNDARY = 'nocturne-image';
const SERIES_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

/** What {@link addImageRoutes} needs of the server. */
export interface ImageRouteOptions {
  readonly streams: HubDirectory;
  readonly guard: ConnectionGuard;
}

/** Adds `frame.jpg`, the newest frame of a stream, and `stream.mjpeg`, a series of them that replace each other. */
export function addImageRoutes(api: Hono<{ Bindings: HttpBindings }>, { streams, guard }: ImageRouteOptions): void {
  api.get('/streams/:name/frame.jpg', async (context) => {
    const stream = streams.get(context.req.param('name'));
    if (!stream) return context.json({ error: 'no such stream' }, 404);
    const isStarting = stream.state === 'idle' || stream.state === 'starting';
    const image = stream.isOver ? undefined : await stream.images.next(isStarting ? START_WAIT_MS : undefined);
    if (!image) return context.json({ error: `the stream has no frame now: it is ${stream.state}` }, 503);
    context.header('x-pts', String(image.pts));
    context.header('x-captured-at', String(image.capturedAt));
    return context.body(image.data, 200, { 'content-type': 'image/jpeg' });
  });
  api.get('/streams/:name/stream.mjpeg', (context) => {
    const stream = streams.get(context.req.param('name'));
    if (!stream) return context.json({ error: 'no such stream' }, 404);
    const rate = Number(context.req.query('fps') ?? DEFAULT_RATE);
    if (!(rate >= 0.1 && rate <= MAX_IMAGE_RATE)) {
      return context.json({ error: `fps must be a number from 0.1 to ${MAX_IMAGE_RATE}` }, 400);
    }
    if (stream.isOver || stream.images.isFull) {
      const reason = stream.isOver ? `it is ${stream.state}` : 'too many read them';
      return context.json({ error: `the stream has no images for you now: ${reason}` }, 503);
    }
    const { outgoing, incoming } = context.env;
    if (incoming.method === 'HEAD') return context.body(null, 200, { 'content-type': SERIES_TYPE });
    guard.admit(incoming.socket);
    for (const [name, value] of context.res.headers) outgoing.setHeader(name, value);
    sendSeries(stream, rate, outgoing);
    return RESPONSE_ALREADY_SENT;
  });
}

/** Sends images until the client leaves, does not read them or the feed closes its readers. */
function sendSeries(stream: StreamHub, rate: number, response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': SERIES_TYPE,
    connection: 'close',
  });
  response.flushHeaders();
  let blockedMs: number | undefined;
  response.on('drain', () => {
    blockedMs = undefined;
  });
  const take = (image: StillImage): boolean => {
    if (blockedMs !== undefined) {
      if (performance.now() - blockedMs > UNREAD_MS) response.destroy();
      return false;
    }
    response.write(partHeader(image));
    if (!response.write(image.data)) blockedMs = performance.now();
    return true;
  };
  let unreadTimer: NodeJS.Timeout | undefined;
  const stop = stream.images.read(rate, take, () => {
    response.end(`\r\n--${BOUNDARY}--\r\n`);
    unreadTimer = setTimeout(() => response.destroy(), UNREAD_MS).unref();
  });
  response.once('close', () => {
    clearTimeout(unreadTimer);
    stop();
  });
}

function partHeader({ data, pts, capturedAt }: StillImage): string {
  const headers = [
    'Content-Type: image/jpeg',
    `Content-Length: ${data.byteLength}`,
    `X-Pts: ${pts}`,
    `X-Captured-At: ${capturedAt}`,
  ];
  return `\r\n--${BOUNDARY}\r\n${headers.join('\r\n')}\r\n\r\n`;
}
