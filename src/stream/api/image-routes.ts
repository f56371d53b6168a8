import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { StillImage } from '../../core/still-image.js';
import { MAX_IMAGE_RATE } from '../image-feed.js';
import type { StreamHub } from '../stream-hub.js';
import type { ApiOptions } from './api-options.js';
import type { Call, Route } from './route.js';
import { nameOf, noSuchStream } from './stream-routes.js';

/** Images a second of a series whose request names none. */
const DEFAULT_RATE = 10;
/** How long a request for a frame waits while the stream starts or wakes, milliseconds. */
const START_WAIT_MS = 15_000;
/** A connection that takes no image for this time is closed, milliseconds. */
const UNREAD_MS = 30_000;
const BOUNDARY = 'nocturne-image';
const SERIES_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;
const BINARY = { type: 'string', format: 'binary' };

/** `frame.jpg`, the newest frame of a stream, and `stream.mjpeg`, a series of them that replace each other. */
export function imageRoutes(options: ApiOptions): Route[] {
  return [
    {
      ...{ method: 'get', path: '/streams/{name}/frame.jpg', id: 'getFrame', access: 'watch' },
      summary: 'The newest frame of a stream.',
      answers: { 200: { description: 'A JPEG image.', content: { type: 'image/jpeg', schema: BINARY } } },
      refusals: [503],
      handle: (context) => sendFrame(context, options),
    },
    {
      ...{ method: 'get', path: '/streams/{name}/stream.mjpeg', id: 'getImages', access: 'watch' },
      summary: 'The frames of a stream as JPEG images that replace each other, without end.',
      query: {
        fps: { schema: z.number().min(0.1).max(MAX_IMAGE_RATE), description: 'Images a second at most.' },
      },
      answers: {
        200: { description: 'A series of images.', content: { type: 'multipart/x-mixed-replace', schema: BINARY } },
      },
      refusals: [503],
      handle: (context) => answerSeries(context, options),
    },
  ];
}

async function sendFrame(context: Call, { streams }: ApiOptions): Promise<Response> {
  const stream = streams.get(nameOf(context));
  if (!stream) return noSuchStream(context);
  const isStarting = stream.state === 'idle' || stream.state === 'starting';
  const image = stream.isOver ? undefined : await stream.images.next(isStarting ? START_WAIT_MS : undefined);
  if (!image) return context.json({ error: `the stream has no frame now: it is ${stream.state}` }, 503);
  context.header('x-pts', String(image.pts));
  context.header('x-captured-at', String(image.capturedAt));
  return context.body(image.data, 200, { 'content-type': 'image/jpeg' });
}

function answerSeries(context: Call, { streams, guard }: ApiOptions): Response {
  const stream = streams.get(nameOf(context));
  if (!stream) return noSuchStream(context);
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
