import type { IncomingMessage } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { AccessPolicy } from '../../src/stream/access-policy.js';
import { MESSAGE_RATE } from '../../src/stream/rate-limiter.js';
import { startServer, type StreamServer } from '../../src/stream/stream-server.js';
import { TrustedProxies } from '../../src/stream/trusted-proxies.js';
import { TestViewer, createTestStream } from './test-viewer.js';

let server: StreamServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

function requestFrom(remoteAddress: string, headers: Record<string, string>): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage; // what a policy reads of a request
}

it('takes client, host and scheme from a trusted proxy only', () => {
  const proxies = new TrustedProxies(['10.0.0.0/8', '::1'], false);
  const headers = {
    host: '127.0.0.1:8090',
    'x-forwarded-for': '203.0.113.9, 198.51.100.7, 10.1.1.1',
    'x-forwarded-host': 'night.example',
    'x-forwarded-proto': 'https',
  };
  const forwarded = { address: '198.51.100.7', host: 'night.example', scheme: 'https' };
  const direct = { address: '192.0.2.1', host: '127.0.0.1:8090', scheme: 'http' };
  expect(proxies.clientOf(requestFrom('10.9.9.9', headers))).toEqual(forwarded);
  expect(proxies.clientOf(requestFrom('::ffff:10.9.9.9', headers))).toEqual(forwarded);
  expect(proxies.clientOf(requestFrom('::1', headers))).toEqual(forwarded);
  expect(proxies.clientOf(requestFrom('192.0.2.1', headers))).toEqual(direct);
});

it.each([
  ['203.0.113.9:4711', '203.0.113.9'],
  ['[2001:db8::5]:443', '2001:db8::5'],
  ['10.0.0.2, 10.0.0.3', '10.0.0.2'],
  ['unknown', '10.0.0.1'],
  ['', '10.0.0.1'],
])('reads X-Forwarded-For %j as %s', (header, address) => {
  const proxies = new TrustedProxies(['10.0.0.0/8'], false);
  expect(proxies.clientOf(requestFrom('10.0.0.1', { 'x-forwarded-for': header })).address).toBe(address);
});

it.each(['localhost', '10.0.0.0/33', '10.0.0.0/', '::1/8/8', 'fe80::1/x'])('rejects the proxy %j', (text) => {
  expect(() => new TrustedProxies([text], false)).toThrow('a trusted proxy must be');
});

it.each(['night.example', 'ftp://night.example', 'https://u:p@night.example/', 'https://night.example/?a'])(
  'rejects the public URL %j',
  (publicUrl) => {
    const options = { host: '127.0.0.1', token: undefined, allowedOrigins: [], publicUrl };
    expect(() => new AccessPolicy(options)).toThrow('a public URL must have the form');
  },
);

it('answers behind a proxy that passes the host on, for its public name alone', async () => {
  const { stream } = createTestStream();
  const publicUrl = 'https://night.example/cam/';
  const streams = new Map([['street', stream]]);
  server = await startServer({ port: 0, streams, publicUrl, trustedProxies: ['127.0.0.1'] });
  const { port } = server;
  expect(server.url).toBe(publicUrl);
  const closeCode = async (host: string, origin: string): Promise<number | 'open'> => {
    const headers = { 'x-forwarded-host': host, 'x-forwarded-proto': 'https' };
    const viewer = new TestViewer({ port }, '/ws/street', { headers, origin });
    const closed = viewer.closed.then(({ code }) => code);
    const result = await Promise.race([closed, viewer.joined().then(() => 'open' as const)]);
    viewer.socket.terminate();
    return result;
  };
  expect(await closeCode('night.example', 'https://night.example')).toBe('open');
  expect(await closeCode('night.example', 'https://evil.example')).toBe(4403);
  expect(await closeCode('evil.example', 'https://evil.example'), 'DNS rebinding').toBe(4403);
});

it('limits the requests of each client behind a proxy, not those of all together', async () => {
  const { stream } = createTestStream();
  const streams = new Map([['street', stream]]);
  server = await startServer({ port: 0, streams, trustedProxies: ['127.0.0.1'] });
  const url = `http://127.0.0.1:${server.port}/api/streams`;
  vi.useFakeTimers({ toFake: ['performance'] }); // time stands still: no request is forgotten
  try {
    const statuses = async (address: string, count: number): Promise<Set<number>> => {
      const get = async (): Promise<number> => (await fetch(url, { headers: { 'x-forwarded-for': address } })).status;
      return new Set(await Promise.all(Array.from({ length: count }, get)));
    };
    expect(await statuses('203.0.113.5', MESSAGE_RATE.burst)).toEqual(new Set([200]));
    expect(await statuses('203.0.113.5', 1)).toEqual(new Set([429]));
    expect(await statuses('203.0.113.6', 1)).toEqual(new Set([200]));
  } finally {
    vi.useRealTimers();
  }
});
