import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ConnectionGuard } from '../../src/stream/connection-guard.js';
import { HttpServer } from '../../src/stream/http-server.js';
import { loadSelfSigned } from '../../src/stream/self-signed.js';
import { startServer, type StreamServer } from '../../src/stream/stream-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { createTestStream } from './test-viewer.js';

const folder = temporaryFolder();
let server: StreamServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Status of a GET over TLS with this certificate as the only root. */
async function statusOf(url: string, ca: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on('error', reject);
  });
}

it('serves page, API and viewers over TLS with a certificate of its own, which clients can verify', async () => {
  const { stream } = createTestStream();
  const tls = await loadSelfSigned(join(folder, 'own', 'tls.pem'), []);
  server = await startServer({ port: 0, streams: new Map([['street', stream]]), tls });
  expect(server.url).toBe(`https://127.0.0.1:${server.port}/`);
  expect(await statusOf(server.url, tls.cert)).toBe(200);
  const origin = server.url.slice(0, -1);
  expect(await statusOf(`${server.url}api/streams`, tls.cert, { origin })).toBe(200);
  const plain = origin.replace('https', 'http');
  expect(await statusOf(`${server.url}api/streams`, tls.cert, { origin: plain }), 'a page of plain http').toBe(403);
  expect(await statusOf(`${server.url}readyz`, tls.cert, { connection: 'upgrade', upgrade: 'h2c' })).toBe(503);

  const viewer = new WebSocket(`${origin.replace('http', 'ws')}/ws/street`, { ca: tls.cert, origin });
  const hello = await new Promise<string>((resolve) => {
    viewer.once('message', (data: Buffer) => resolve(data.toString('utf8')));
  });
  expect(JSON.parse(hello)).toMatchObject({ type: 'hello', stream: 'street' });
  viewer.close();
  await once(viewer, 'close');
});

it('ends connections that never finish their handshake, and others that speak no TLS', async () => {
  const { stream } = createTestStream();
  const tls = await loadSelfSigned(join(folder, 'own', 'tls.pem'), []);
  server = await startServer({ port: 0, streams: new Map([['street', stream]]), tls });
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  await once(socket, 'close');
  const silent = connect(server.port, '127.0.0.1');
  await once(silent, 'connect');
  const closed = once(silent, 'close');
  silent.resume().on('error', () => undefined);
  await server.close();
  await closed;
});

it('counts a TLS connection once, and never displaces a viewer', async () => {
  const tls = await loadSelfSigned(join(folder, 'own', 'tls.pem'), []);
  const guard = new ConnectionGuard({ maxConnections: 3 });
  const handle: RequestListener = ({ socket }, response) => {
    guard.admit(socket);
    response.write('viewer');
  };
  const http = new HttpServer(handle, guard, tls);
  await http.listen({ host: '127.0.0.1', port: 0 });
  const open = async (): Promise<TLSSocket> => {
    const socket = connectTls({ host: '127.0.0.1', port: http.port, ca: tls.cert });
    await once(
      socket.on('error', () => undefined),
      'secureConnect',
    );
    return socket;
  };
  try {
    const viewer = await open();
    viewer.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await once(viewer, 'data');
    const others = [];
    for (let i = 0; i < 6; i++) others.push(await open());
    await Promise.all(others.slice(0, 3).map(async (socket) => socket.closed || once(socket.resume(), 'close')));
    expect(guard.cuts.displaced).toBe(3);
    expect(others.map(({ destroyed }) => destroyed)).toEqual([true, true, true, false, false, false]);
    expect(viewer.destroyed).toBe(false);
  } finally {
    await http.close();
  }
});

it('keeps its certificate from start to start, for its owner only, until it lacks a name or is damaged', async () => {
  const file = join(folder, 'kept.pem');
  const first = await loadSelfSigned(file, []);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await loadSelfSigned(file, [])).fingerprint).toBe(first.fingerprint);
  expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const named = await loadSelfSigned(file, ['night.example']);
  expect(named.fingerprint).not.toBe(first.fingerprint);
  const certificate = new X509Certificate(named.cert);
  expect(certificate.checkHost('night.example')).toBe('night.example');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
  expect(days).toBeCloseTo(397, 3);
  await writeFile(file, named.cert.slice(0, 80));
  await loadSelfSigned(file, []);
  expect(await readFile(file, 'utf8')).toContain('BEGIN PRIVATE KEY');
});
