import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { ConnectionGuard, type ConnectionGuardOptions } from '../../src/stream/connection-guard.js';
import { HttpServer } from '../../src/stream/http-server.js';
import { startServer } from '../../src/stream/stream-server.js';
import type { StreamServer } from '../../src/stream/stream-server.js';
import { TestViewer, createTestStream } from './test-viewer.js';

const sockets: Socket[] = [];
const servers: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await server.close();
});

async function serve(token?: string): Promise<StreamServer> {
  const { stream } = createTestStream();
  const server = await startServer({ port: 0, streams: new Map([['street', stream]]), ...(token ? { token } : {}) });
  servers.push(server);
  return server;
}

/** A server that answers every request with this body. */
async function serveBody(
  body: string | Buffer,
  options: ConnectionGuardOptions,
): Promise<{ port: number; requests: () => number; guard: ConnectionGuard }> {
  let requests = 0;
  const guard = new ConnectionGuard(options);
  const server = new HttpServer((_, response) => {
    requests++;
    response.end(body);
  }, guard);
  await server.listen({ host: '127.0.0.1', port: 0 });
  servers.push(server);
  return { port: server.port, requests: () => requests, guard };
}

async function open(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.on('error', () => undefined); // tests check what was received, and whether the server closes
  await once(socket, 'connect');
  return socket;
}

/** All that the server sends until it closes. */
async function received(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  await once(socket, 'close');
  return text;
}

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

test('lets new clients in while a client without the token holds more connections than the server keeps', async () => {
  const server = await serve('sesame');
  const early = await new TestViewer(server, '/ws/street?token=sesame').joined();
  const attackers = await Promise.all(Array.from({ length: 2100 }, async () => open(server.port)));
  expect((await fetch(`${server.url}healthz`)).status).toBe(200);
  await new TestViewer(server, '/ws/street?token=sesame').joined();
  await vi.waitFor(() => expect(attackers.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(52));
  expect(attackers.at(-1)?.closed).toBe(false);
  expect(early.socket.readyState).toBe(early.socket.OPEN);
  const metrics = await (await fetch(`${server.url}metrics?token=sesame`)).text();
  expect(Number(/^nocturne_connections_cut_total\{reason="displaced"\} (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(
    51,
  );
});

test.skipIf(process.platform !== 'linux')(
  'displaces only the connections of the client that has the most',
  async () => {
    const { port, guard } = await serveBody('', { maxConnections: 10 }); // Linux has all of 127.0.0.0/8
    const few = [await open(port, '127.0.0.2'), await open(port, '127.0.0.2')];
    const many: Socket[] = [];
    for (let n = 0; n < 20; n++) many.push(await open(port));
    await vi.waitFor(() =>
      expect(many.map(({ closed }) => closed)).toEqual([...Array<true>(12).fill(true), ...Array<false>(8).fill(false)]),
    );
    expect(few.map(({ closed }) => closed)).toEqual([false, false]);
    expect(guard.cuts).toEqual({ displaced: 12, pipelined: 0, unread: 0 });
  },
);

test.each([
  [
    'one network of IPv6',
    ['2001:db8::1', '2001:db8:0:0:9::1', '2001:db8::2'],
    '2001:db8:0:1::1',
    [true, false, false, false],
  ],
  [
    'an IPv4 address in either form',
    ['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1'],
    '192.0.2.2',
    [true, false, false, false],
  ],
])('counts %s as one client', (_, addresses, other, destroyed) => {
  const guard = new ConnectionGuard({ maxConnections: 3 });
  const streams = [...addresses, other].map((address) => ({ address, stream: new PassThrough() }));
  for (const { address, stream } of streams) guard.open(stream, address);
  expect(streams.map(({ stream }) => stream.destroyed)).toEqual(destroyed);
});

test('answers a few pipelined requests one after the other, and cuts a client that pipelines many', async () => {
  const { port, requests, guard } = await serveBody('served', {});
  const few = await open(port);
  const answers = received(few);
  few.write(request('/') + request('/') + request('/').replace('Host', 'Connection: close\r\nHost'));
  expect((await answers).match(/served/g)).toHaveLength(3);
  const many = await open(port);
  many.pause();
  many.write(request('/').repeat(2000));
  many.resume();
  await received(many);
  expect(requests()).toBeLessThan(10);
  expect(guard.cuts.pipelined).toBe(1);
});

test.each([
  ['does not read', () => undefined],
  ['reads by drops', (socket: Socket) => setInterval(() => void socket.read(1), 20)],
  ['closes its side and does not read', (socket: Socket) => void socket.end()],
])('cuts a client that %s', async (_, attack) => {
  const { port, guard } = await serveBody(Buffer.alloc(32 << 20), { responseTimeoutMs: 300 });
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket.pause());
  socket.on('error', () => undefined);
  socket.write(request('/'));
  const timer = attack(socket);
  await vi.waitFor(() => expect(guard.cuts.unread).toBe(1), 5000);
  clearInterval(timer ?? undefined);
});

test('receives WebSocket messages that arrive together with the upgrade', async () => {
  const { stream, requests } = createTestStream();
  const server = await startServer({ port: 0, streams: new Map([['street', stream]]) });
  servers.push(server);
  const socket = await open(server.port);
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  /** A masked text frame; the mask is 0. */
  const frame = (message: object): Buffer => {
    const text = Buffer.from(JSON.stringify(message));
    return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
  };
  const head = Buffer.from(`GET /ws/street HTTP/1.1\r\nHost: 127.0.0.1\r\n${upgrade}\r\n\r\n`);
  const pings = Array.from({ length: 30 }, (_, n) => frame({ type: 'ping', clientTime: n }));
  socket.write(Buffer.concat([head, ...pings, frame({ type: 'controls', controls: { lights: 2 } })]));
  await vi.waitFor(() => expect(requests.controls).toEqual([{ lights: 2 }]));
  expect(stream.viewerCount).toBe(1);
});
