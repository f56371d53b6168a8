import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { CLOSE_CODES, SUBPROTOCOL } from '../../src/stream/protocol.js';
import { startServer } from '../../src/stream/stream-server.js';
import type { StreamServer, StreamServerOptions } from '../../src/stream/stream-server.js';
import { FORMAT, TestViewer, blankPacket, createTestStream } from './test-viewer.js';

let server: StreamServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(
  stream: ReturnType<typeof createTestStream>['stream'],
  options: Partial<StreamServerOptions> = {},
): Promise<StreamServer> {
  server = await startServer({ port: 0, streams: new Map([[stream.name, stream]]), ...options });
  return server;
}

test('sends a joining viewer hello, state, format and the GOP so far, flagged as backlog, then new packets', async () => {
  const { stream, requests } = createTestStream();
  stream.setFormat(FORMAT);
  stream.setState('live', 'on air');
  [true, false, true, false].forEach((isKeyframe, n) => stream.publish(blankPacket(n, isKeyframe)));
  const viewer = await new TestViewer(await serve(stream)).joined();
  stream.publish(blankPacket(4, false));
  await viewer.until(({ packets }) => packets.length === 3);
  expect(viewer.socket.protocol).toBe(SUBPROTOCOL);
  expect(viewer.messages.slice(0, 3)).toMatchObject([
    { type: 'hello', version: 1, stream: 'street', streams: ['street'], canControl: true },
    { type: 'state', state: 'live', message: 'on air' },
    { type: 'format', format: FORMAT },
  ]);
  expect(viewer.packets).toMatchObject([
    { sequence: 2, isKeyframe: true, backlog: true, discontinuity: false },
    { sequence: 3, isKeyframe: false, backlog: true },
    { sequence: 4, isKeyframe: false, backlog: false },
  ]);
  expect(requests.keyframes).toBe(0);
});

test('requests a keyframe when a viewer joins without a cached one, and sends no packet before it', async () => {
  const { stream, requests } = createTestStream();
  stream.setFormat(FORMAT);
  const viewer = await new TestViewer(await serve(stream)).joined();
  expect(requests.keyframes).toBe(1);
  expect(stream.isWaitingForKeyframe).toBe(true);
  stream.publish(blankPacket(0, false));
  stream.publish(blankPacket(1, true));
  await viewer.until(({ packets }) => packets.length === 1);
  expect(viewer.packets[0]).toMatchObject({ sequence: 1, isKeyframe: true, discontinuity: false });
  expect(stream.viewerDrops).toBe(0);
});

test('requests keyframes at most twice a second, and still the last one', async () => {
  const { stream, requests } = createTestStream();
  const viewer = await new TestViewer(await serve(stream)).joined();
  for (let n = 0; n < 20; n++) viewer.send({ type: 'keyframe' });
  viewer.send({ type: 'ping', clientTime: 1 });
  await viewer.until(({ messages }) => messages.some(({ type }) => type === 'pong'));
  expect(requests.keyframes).toBe(1);
  await vi.waitFor(() => expect(requests.keyframes).toBe(2), 5000);
});

test('drops packets only for a viewer that stops reading, and continues it at a keyframe', async () => {
  const { stream, requests } = createTestStream({ viewerQueue: { maxPackets: 30, maxBytes: 4 << 20 } });
  stream.setFormat(FORMAT);
  const running = await serve(stream);
  const slow = await new TestViewer(running).joined();
  const fast = await new TestViewer(running).joined();
  slow.socket.pause();
  const bytes = 200_000; // soon exceeds the kernel's buffers
  let published = 0;
  while (stream.viewerDrops === 0 && published < 2000) {
    stream.publish(blankPacket(published, published === 0, bytes));
    published++;
    await fast.until(({ packets }) => packets.length === published);
  }
  expect(stream.viewerDrops).toBeGreaterThan(0);
  expect(stream.isWaitingForKeyframe).toBe(true);
  const publishDelta = async (): Promise<void> => {
    stream.publish(blankPacket(published, false, bytes));
    published++;
    await fast.until(({ packets }) => packets.length === published);
  };
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await publishDelta();
  expect(requests.keyframes).toBe(1); // the one for its join: a viewer that takes nothing needs no keyframe
  slow.socket.resume();
  while (requests.keyframes < 2) {
    await publishDelta();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const next = published;
  stream.publish(blankPacket(next, true, bytes));
  await slow.until(({ packets }) => packets.at(-1)?.sequence === next);
  await fast.until(({ packets }) => packets.length === next + 1);
  expect(slow.packets.at(-1)).toMatchObject({ sequence: next, isKeyframe: true, discontinuity: true });
  expect(slow.packets).toHaveLength(next + 1 - stream.viewerDrops);
  expect(fast.packets.every(({ discontinuity }) => !discontinuity)).toBe(true);
  const hasDrops = ({ messages }: TestViewer, drops: number): boolean =>
    messages.some((message) => message.type === 'stats' && message.stats.yourDrops === drops);
  await slow.until((viewer) => hasDrops(viewer, stream.viewerDrops));
  await fast.until((viewer) => hasDrops(viewer, 0));
});

test('sends a late viewer the current and the initial controls', async () => {
  const initialControls = { ...DEFAULT_CONTROLS, exposure: 1 };
  const { stream } = createTestStream({ controls: initialControls });
  stream.setControls({ exposure: -2, view: 'split' });
  const viewer = await new TestViewer(await serve(stream)).joined();
  const controls = { ...initialControls, exposure: -2, view: 'split' };
  expect(viewer.messages[0]).toMatchObject({ type: 'hello', controls, initialControls });
});

test('broadcasts changed controls to every viewer and passes the change on', async () => {
  const { stream, requests } = createTestStream();
  const running = await serve(stream);
  const [one, other] = await Promise.all([new TestViewer(running).joined(), new TestViewer(running).joined()]);
  one.send({ type: 'controls', controls: { strength: 0.25, view: 'split' } });
  for (const viewer of [one, other]) {
    await viewer.until(({ messages }) => messages.some(({ type }) => type === 'controls'));
    const message = viewer.messages.find(({ type }) => type === 'controls');
    expect(message).toMatchObject({ controls: { strength: 0.25, view: 'split', lights: 1 } });
  }
  expect(requests.controls).toEqual([{ strength: 0.25, view: 'split' }]);
});

test('checks, merges, broadcasts and passes on a change by the library', async () => {
  const { stream, requests } = createTestStream();
  const viewer = await new TestViewer(await serve(stream)).joined();
  stream.setControls({ warmth: 0.5 });
  stream.setControls({ lights: 2 });
  expect(() => stream.setControls({ warmth: 0, lights: 3 })).toThrow('lights must be a number from 0 to 2, got 3');
  const controls = { ...DEFAULT_CONTROLS, warmth: 0.5, lights: 2 };
  expect(stream.controls).toEqual(controls);
  await viewer.until(({ messages }) => messages.filter(({ type }) => type === 'controls').length === 2);
  expect(viewer.messages.at(-1)).toEqual({ type: 'controls', controls });
  expect(requests.controls).toEqual([{ warmth: 0.5 }, { lights: 2 }]);
});

test.each([
  ['a value out of range', { strength: 7 }, 'strength must be a number from 0 to 1, got 7'],
  ['an unknown name', { constructor: 1 }, 'unknown control "constructor"'],
])('answers %s with an error and keeps the connection', async (_, controls, message) => {
  const { stream, requests } = createTestStream();
  const viewer = await new TestViewer(await serve(stream)).joined();
  viewer.send({ type: 'controls', controls });
  viewer.send({ type: 'ping', clientTime: 5 });
  await viewer.until(({ messages }) => messages.some(({ type }) => type === 'pong'));
  expect(viewer.messages).toContainEqual({ type: 'error', message });
  expect(requests.controls).toEqual([]);
});

test('rejects changes of controls on a read-only server', async () => {
  const { stream, requests } = createTestStream();
  const viewer = await new TestViewer(await serve(stream, { canControl: false })).joined();
  viewer.send({ type: 'controls', controls: { strength: 0 } });
  await viewer.until(({ messages }) => messages.some(({ type }) => type === 'error'));
  expect(viewer.messages[0]).toMatchObject({ type: 'hello', canControl: false });
  expect(requests.controls).toEqual([]);
});

test.each([
  ['no JSON', 'hello', CLOSE_CODES.BAD_MESSAGE],
  ['an unknown type', '{"type":"shutdown"}', CLOSE_CODES.BAD_MESSAGE],
  ['a list', '[]', CLOSE_CODES.BAD_MESSAGE],
  ['null', 'null', CLOSE_CODES.BAD_MESSAGE],
  ['more bytes than allowed', JSON.stringify({ type: 'ping', pad: 'x'.repeat(5000) }), CLOSE_CODES.TOO_LARGE],
])('closes on %s with its code', async (_, text, code) => {
  const { stream } = createTestStream();
  const viewer = await new TestViewer(await serve(stream)).joined();
  viewer.send(text);
  expect((await viewer.closed).code).toBe(code);
  await vi.waitFor(() => expect(stream.viewerCount).toBe(0));
});

test('closes on a binary message', async () => {
  const { stream } = createTestStream();
  const viewer = await new TestViewer(await serve(stream)).joined();
  viewer.socket.send(new Uint8Array(10));
  expect(await viewer.closed).toEqual({ code: CLOSE_CODES.BAD_MESSAGE, reason: 'messages must be text' });
});

test('closes on a flood of messages', async () => {
  const { stream } = createTestStream();
  const viewer = await new TestViewer(await serve(stream)).joined();
  for (let n = 0; n < 2000; n++) viewer.send({ type: 'ping', clientTime: n });
  expect((await viewer.closed).code).toBe(CLOSE_CODES.RATE_LIMITED);
});

test.each(['ping', 'pong'] as const)('ends on a flood of WebSocket %ss', async (kind) => {
  const { stream } = createTestStream();
  const viewer = await new TestViewer(await serve(stream)).joined();
  for (let n = 0; n < 2000; n++) viewer.socket[kind]();
  // ws 8.23 closes the connection itself when its pongs pile up; else the rate limit does.
  expect([CLOSE_CODES.RATE_LIMITED, 1006]).toContain((await viewer.closed).code);
});

test('rejects a wrong or missing token, accepts the right one, and logs none', async () => {
  const { stream } = createTestStream();
  const lines: string[] = [];
  const log = (fields: object, message: string): void => void lines.push(JSON.stringify(fields) + message);
  const running = await serve(stream, {
    token: 'open-sesame',
    logger: { debug: log, info: log, warn: log, error: log },
  });
  expect(await new TestViewer(running).closed).toEqual({
    code: CLOSE_CODES.UNAUTHORIZED,
    reason: 'wrong or missing token',
  });
  expect((await new TestViewer(running, '/ws/street?token=close-sesame').closed).code).toBe(CLOSE_CODES.UNAUTHORIZED);
  await new TestViewer(running, '/ws/street?token=open-sesame').joined();
  await new TestViewer(running, '/ws/street', { headers: { authorization: 'Bearer open-sesame' } }).joined();
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('\n')).not.toContain('sesame');
});

test('rejects a foreign origin before it checks the stream, and accepts listed origins', async () => {
  const { stream } = createTestStream();
  const running = await serve(stream, { allowedOrigins: ['https://traffic.example'] });
  const from = (origin: string, path?: string): TestViewer => new TestViewer(running, path, { origin });
  for (const origin of [
    'https://evil.example',
    'http://traffic.example',
    'null',
    `http://127.0.0.1:${running.port + 1}`,
  ]) {
    expect((await from(origin).closed).code, origin).toBe(CLOSE_CODES.FORBIDDEN_ORIGIN);
  }
  expect((await from('https://evil.example', '/ws/nothing').closed).code).toBe(CLOSE_CODES.FORBIDDEN_ORIGIN);
  await from('https://traffic.example').joined();
  await from(`http://127.0.0.1:${running.port}`).joined();
});

test('takes an https page for a foreign origin, unless it is listed as that of a reverse proxy', async () => {
  const { stream } = createTestStream();
  const from = (running: StreamServer, origin: string): TestViewer =>
    new TestViewer(running, '/ws/street', { origin, headers: { host: 'night.example' } });
  const proxied = await serve(stream, { host: '127.0.0.1', allowedOrigins: ['https://night.example'] });
  await from(proxied, 'https://night.example').joined();
  await from(proxied, 'http://night.example').joined(); // the server's own address, by the name that is listed
  await proxied.close();
  const open = await serve(stream, { host: '0.0.0.0', token: 'sesame' });
  expect((await from(open, 'https://night.example').closed).reason).toBe('origin not allowed');
  expect((await from(open, 'http://night.example:443').closed).reason).toBe('origin not allowed');
  expect((await from(open, 'http://night.example:80').closed).reason).toBe('wrong or missing token');
});

test('lets a viewer watch with the token, and change controls with the control token', async () => {
  const { stream, requests } = createTestStream();
  const running = await serve(stream, { token: 'open-sesame', controlToken: 'turn-sesame' });
  expect((await new TestViewer(running).closed).code).toBe(CLOSE_CODES.UNAUTHORIZED);
  const watching = await new TestViewer(running, '/ws/street?token=open-sesame').joined();
  expect(watching.messages[0]).toMatchObject({ type: 'hello', canControl: false, needsControlToken: true });
  watching.send({ type: 'controls', controls: { lights: 2 } });
  await watching.until(({ messages }) => messages.some(({ type }) => type === 'error'));
  const turning = await new TestViewer(running, '/ws/street?token=turn-sesame').joined();
  expect(turning.messages[0]).toMatchObject({ type: 'hello', canControl: true, needsControlToken: false });
  turning.send({ type: 'controls', controls: { warmth: 0.5 } });
  await watching.until(({ messages }) => messages.some(({ type }) => type === 'controls'));
  expect(requests.controls).toEqual([{ warmth: 0.5 }]);
});

test('lets anyone without a token watch where only the control token is set', async () => {
  const { stream, requests } = createTestStream();
  const running = await serve(stream, { controlToken: 'turn-sesame' });
  const watching = await new TestViewer(running).joined();
  expect(watching.messages[0]).toMatchObject({ canControl: false, needsControlToken: true });
  expect((await new TestViewer(running, '/ws/street?token=wrong').closed).code).toBe(CLOSE_CODES.UNAUTHORIZED);
  const headers = { authorization: 'Bearer turn-sesame' };
  const turning = await new TestViewer(running, '/ws/street', { headers }).joined();
  turning.send({ type: 'controls', controls: { warmth: 0.5 } });
  await vi.waitFor(() => expect(requests.controls).toEqual([{ warmth: 0.5 }]));
});

test('logs a refused origin once, with the option that allows it', async () => {
  const { stream } = createTestStream();
  const lines: string[] = [];
  const warn = (_: object, message: string): void => void lines.push(message);
  const running = await serve(stream, { logger: { debug: () => undefined, info: () => undefined, warn, error: warn } });
  for (let n = 0; n < 3; n++) await new TestViewer(running, '/ws/street', { origin: 'https://night.example' }).closed;
  await fetch(`${running.url}api/streams`, { headers: { origin: 'https://night.example' } });
  expect(lines).toEqual([
    'Refused a request, origin not allowed: start the server with --allow-origin https://night.example.',
  ]);
});

test('rejects a foreign host name that resolves to this machine', async () => {
  const { stream } = createTestStream();
  const running = await serve(stream);
  const viewer = new TestViewer(running, '/ws/street', { headers: { host: `evil.example:${running.port}` } });
  expect(await viewer.closed).toEqual({ code: CLOSE_CODES.FORBIDDEN_ORIGIN, reason: 'host not allowed' });
});

test('rejects an unknown stream, and viewers above the maximum', async () => {
  const { stream } = createTestStream({ maxViewers: 1 });
  const running = await serve(stream);
  expect((await new TestViewer(running, '/ws/alley').closed).code).toBe(CLOSE_CODES.NO_SUCH_STREAM);
  const first = await new TestViewer(running).joined();
  expect((await new TestViewer(running).closed).code).toBe(CLOSE_CODES.TOO_MANY_VIEWERS);
  first.socket.close();
  await vi.waitFor(() => expect(stream.viewerCount).toBe(0));
  await new TestViewer(running).joined();
});

test('sends the rest of the queue before it closes viewers of an ended stream, and reports the end to later ones', async () => {
  const { stream } = createTestStream();
  const running = await serve(stream);
  const viewer = await new TestViewer(running).joined();
  stream.publish(blankPacket(0, true));
  stream.setState('ended', 'the file is over');
  expect((await viewer.closed).code).toBe(CLOSE_CODES.ENDED);
  expect(viewer.packets).toHaveLength(1);
  expect(viewer.messages).toContainEqual({ type: 'state', state: 'ended', message: 'the file is over' });
  const late = new TestViewer(running);
  expect((await late.closed).code).toBe(CLOSE_CODES.ENDED);
  expect(late.messages.map(({ type }) => type)).toEqual(['hello', 'state']);
});

test('sends a slow viewer the end of a stream also during a shutdown', async () => {
  const bytes = 8 << 20; // four exceed the sockets' buffers
  const { stream } = createTestStream({ viewerQueue: { maxPackets: 30, maxBytes: 8 * bytes } });
  const running = await serve(stream);
  const viewer = await new TestViewer(running).joined();
  for (let n = 0; n < 4; n++) stream.publish(blankPacket(n, n === 0, bytes));
  stream.setState('ended', 'the file is over');
  await running.close();
  expect(await viewer.closed).toEqual({ code: CLOSE_CODES.ENDED, reason: 'stream ended' });
  expect(viewer.packets).toHaveLength(4);
  expect(viewer.messages).toContainEqual({ type: 'state', state: 'ended', message: 'the file is over' });
});

test.each([
  ['a wrong path', 'GET /nothing', 'Upgrade: websocket', 404],
  ['a wrong version', 'GET /ws/street', 'Upgrade: websocket\r\nSec-WebSocket-Version: 2', 400],
])('shuts down despite a client rejected for %s that keeps its side open', async (_, line, headers, status) => {
  const { stream } = createTestStream();
  const running = await serve(stream);
  const client = connect({ port: running.port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => undefined); // the server cuts the connection
  client.write(`${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`);
  const answer = await new Promise((resolve) => client.once('data', (data) => resolve(data.toString())));
  expect(answer).toContain(`HTTP/1.1 ${status} `);
  await running.close();
  client.destroy();
});

test('cuts off a viewer that does not answer pings', async () => {
  const { stream } = createTestStream();
  const viewer = await new TestViewer(await serve(stream, { heartbeatMs: 50 })).joined();
  viewer.socket.pause();
  await vi.waitFor(() => expect(stream.viewerCount).toBe(0), 10_000);
  viewer.socket.terminate();
});

test('closes viewers with 1001 at a shutdown, also one that does not read, and frees the port', async () => {
  const { stream } = createTestStream();
  const running = await serve(stream);
  const viewer = await new TestViewer(running).joined();
  const stalled = await new TestViewer(running).joined();
  stalled.socket.pause();
  await running.close();
  await running.close();
  expect(await viewer.closed).toEqual({ code: 1001, reason: 'server is shutting down' });
  expect(stream.viewerCount).toBe(0);
  stalled.socket.terminate();
  const other = createServer();
  await new Promise<void>((resolve, reject) => {
    other.once('error', reject);
    other.listen(running.port, '127.0.0.1', resolve);
  });
  expect((other.address() as AddressInfo).port).toBe(running.port); // a listening TCP server has one
  other.close();
});
