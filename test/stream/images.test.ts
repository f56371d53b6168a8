import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import type { StillImage } from '../../src/core/still-image.js';
import { micros } from '../../src/core/time.js';
import { ImageFeed } from '../../src/stream/image-feed.js';
import { startServer, type StreamServer, type StreamServerOptions } from '../../src/stream/stream-server.js';
import { MultipartReader, type Part } from '../../web-viewer/multipart-reader.js';
import { createTestStream } from './test-viewer.js';

let server: StreamServer | undefined;
let timer: NodeJS.Timeout | undefined;

afterEach(async () => {
  clearInterval(timer);
  await server?.close();
  server = undefined;
});

/** A stream that makes images while they are asked for, with the numbers asked for so far. */
async function serve(options: Partial<StreamServerOptions> = {}, bytes = 100) {
  const demands: number[] = [];
  const { stream } = createTestStream({ onImageDemand: (perSecond) => demands.push(perSecond) });
  stream.setState('live', '');
  server = await startServer({ port: 0, streams: new Map([['street', stream]]), ...options });
  let count = 0;
  timer = setInterval(() => {
    const image: StillImage = { data: new Uint8Array(bytes).fill(count), pts: micros(count++), capturedAt: micros(5) };
    if (stream.images.demand > 0) stream.images.publish(image);
  }, 10);
  return { stream, demands, port: server.port, url: `${server.url}streams/street/` };
}

it('gives the next frame as JPEG, and asks for images only until then', async () => {
  const { url, demands } = await serve();
  const answer = await fetch(`${url}frame.jpg`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect((await answer.arrayBuffer()).byteLength).toBe(100);
  expect(demands).toEqual([30, 0]);
});

it('gives a series of frames that replace each other, at the rate asked for, and stops with its reader', async () => {
  const { url, stream, demands } = await serve();
  const stop = new AbortController();
  const answer = await fetch(`${url}stream.mjpeg?fps=20`, { signal: stop.signal });
  expect(answer.headers.get('content-type')).toBe('multipart/x-mixed-replace; boundary=nocturne-image');
  expect(demands).toEqual([20]);
  const reader = new MultipartReader();
  const parts: Part[] = [];
  for await (const chunk of answer.body!) {
    parts.push(...reader.push(chunk as Uint8Array)); // the body's type names no element
    if (parts.length >= 4) break;
  }
  const pts = parts.slice(0, 4).map(({ headers }) => Number(headers.get('x-pts')));
  expect(new Set(pts).size, 'images').toBe(4);
  expect(parts[0]?.body.length).toBe(100);
  stop.abort();
  await vi.waitFor(() => expect(stream.images.readers).toBe(0));
  expect(demands).toEqual([20, 0]);
});

it('gives each reader the images a second that it asks for', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const feed = new ImageFeed(() => undefined);
    const counts = [0, 0, 0];
    for (const [i, perSecond] of [2, 10, 25].entries()) feed.read(perSecond, () => ++counts[i]! > 0);
    for (let frame = 0; frame < 100; frame++) {
      feed.publish({ data: new Uint8Array(1), pts: micros(frame), capturedAt: micros(0) });
      vi.advanceTimersByTime(40);
    }
    expect(counts).toEqual([8, 34, 100]); // of 25 a second: every 13th, 3rd and each
    expect(feed.demand).toBe(25);
  } finally {
    vi.useRealTimers();
  }
});

it('ends every series and answers requests that wait when viewers are closed; HEAD takes no reader', async () => {
  const { url, stream } = await serve();
  const head = await fetch(`${url}stream.mjpeg`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')?.split(';')[0]]).toEqual([200, 'multipart/x-mixed-replace']);
  expect(stream.images.readers).toBe(0);
  clearInterval(timer);
  const series = await fetch(`${url}stream.mjpeg`);
  expect(stream.images.readers).toBe(1);
  const waiting = stream.images.next(60_000);
  stream.closeViewers(1001, 'the token has changed');
  expect(await waiting).toBeUndefined();
  expect(await series.text()).toBe('\r\n--nocturne-image--\r\n');
  expect([stream.images.readers, stream.images.demand]).toEqual([0, 0]);
});

it('drops and counts images for a reader that does not read', async () => {
  const { stream, port } = await serve({}, 1 << 20);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /streams/street/stream.mjpeg?fps=30 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  socket.pause();
  await vi.waitFor(() => expect(stream.images.dropped).toBeGreaterThan(2), { timeout: 10_000 });
  expect(stream.stats.imagesDropped).toBe(stream.images.dropped);
  socket.destroy();
  await once(socket, 'close');
  await vi.waitFor(() => expect(stream.images.readers).toBe(0));
});

it('needs the token, an existing stream that is not over, and a valid rate; readers are limited', async () => {
  const { url, stream } = await serve({ token: 'sesame' });
  const status = async (path: string): Promise<number> => (await fetch(url + path)).status;
  expect(await status('frame.jpg')).toBe(401);
  expect(await status('stream.mjpeg')).toBe(401);
  expect(await status('../none/frame.jpg?token=sesame')).toBe(404);
  expect(await status('stream.mjpeg?token=sesame&fps=31')).toBe(400);
  const leave = Array.from({ length: 16 }, () => stream.images.read(1, () => true));
  expect(await status('stream.mjpeg?token=sesame')).toBe(503);
  for (const go of leave) go();
  stream.setState('ended', '');
  expect(await status('frame.jpg?token=sesame')).toBe(503);
  expect(await status('stream.mjpeg?token=sesame')).toBe(503);
});
