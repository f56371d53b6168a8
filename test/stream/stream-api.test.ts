import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { startServer } from '../../src/stream/stream-server.js';
import type { StreamServer, StreamServerOptions } from '../../src/stream/stream-server.js';
import { countingStream } from './test-viewer.js';

let server: StreamServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(options: Partial<StreamServerOptions> = {}) {
  const { stream, asked } = countingStream();
  server = await startServer({ port: 0, streams: new Map([[stream.name, stream]]), ...options });
  return { stream, asked, url: server.url.slice(0, -1), port: server.port };
}

/** The status line of a request sent byte by byte, past any client's clean-up of the path. */
async function rawStatus(port: number, requestLine: string, headers = 'Host: 127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${requestLine} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`),
    );
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

test('serves the page with headers that keep it to itself', async () => {
  const { url } = await serve();
  const answer = await fetch(`${url}/`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toContain(
    "default-src 'self'; connect-src 'self' ws://127.0.0.1:",
  );
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await answer.text()).toContain('<title>');
});

test.each([
  'GET /../../package.json',
  'GET /..%2f..%2fpackage.json',
  'GET /%2e%2e/%2e%2e/package.json',
  'GET /viewer.js/../../../package.json',
  'GET /....//package.json',
  'GET /\\..\\..\\package.json',
  'GET //etc/passwd',
  'GET /%00',
  'GET /%ff',
])('gives nothing from outside the page: %s', async (line) => {
  const { port } = await serve();
  const answer = await rawStatus(port, line);
  expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
  expect(answer).not.toContain('nocturne.js');
  expect(answer).not.toContain('"devDependencies"');
});

test('says how every stream is', async () => {
  const { url, stream } = await serve();
  stream.setState('live', 'on air');
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok', streams: { street: 'live' } });
  const { streams } = (await (await fetch(`${url}/api/streams`)).json()) as { streams: unknown[] };
  expect(streams).toMatchObject([
    { name: 'street', state: 'live', message: 'on air', stats: { viewers: 0, viewerDrops: 0 } },
  ]);
  expect((await fetch(`${url}/api/streams/street`)).status).toBe(200);
  expect((await fetch(`${url}/api/streams/alley`)).status).toBe(404);
});

test('reads and changes controls, and says what is wrong with a change', async () => {
  const { url, asked } = await serve();
  const path = `${url}/api/streams/street/controls`;
  const headers = { 'content-type': 'application/json' };
  const change = async (method: string, body: string, type = headers): Promise<{ status: number; answer: unknown }> => {
    const answer = await fetch(path, { method, body, headers: type });
    return { status: answer.status, answer: await answer.json() };
  };
  expect(await change('PATCH', '{"strength":0.5}')).toMatchObject({
    status: 200,
    answer: { strength: 0.5, lights: 1 },
  });
  expect(await change('PUT', '{"lights":2}')).toMatchObject({ status: 200, answer: { strength: 0.5, lights: 2 } });
  expect(await (await fetch(path)).json()).toMatchObject({ strength: 0.5, lights: 2 });
  expect(await change('PUT', '{"lights":3}')).toEqual({
    status: 400,
    answer: { error: 'lights must be a number from 0 to 2, got 3' },
  });
  expect((await change('PUT', '{"__proto__":{"x":1}}')).status).toBe(400);
  expect((await change('PUT', '[]')).status).toBe(400);
  expect((await change('PUT', '{')).status).toBe(400);
  expect((await change('PUT', `{"lights":${' '.repeat(5000)}1}`)).status).toBe(413);
  expect((await change('PUT', '{"lights":1}', { 'content-type': 'text/plain' })).status).toBe(415);
  expect(asked.controls).toEqual([{ strength: 0.5 }, { lights: 2 }]);
});

/** What comes back to a request that offers HTTP/2 in clear text. */
async function offered(port: number, line: string, rest: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${offer}\r\n${rest}`),
    );
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

test('answers in plain HTTP who offers HTTP/2', async () => {
  const { port, asked } = await serve({ token: 'sesame' });
  expect(await offered(port, 'GET /healthz', '\r\n')).toMatch(/^HTTP\/1\.1 200 [^]*"status":"ok"/);
  expect(await offered(port, 'GET /nothing?token=sesame', '\r\n')).toMatch(/^HTTP\/1\.1 404 [^]*"not found"/);
  expect(await offered(port, 'GET /api/streams', '\r\n')).toMatch(/^HTTP\/1\.1 401 /);
  expect(await offered(port, 'GET /healthz', 'Origin: https://evil.example\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
  const body = '{"lights":2}';
  const headers = `Authorization: Bearer sesame\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  const changed = await offered(port, 'PUT /api/streams/street/controls', `${headers}\r\n\r\n${body}`);
  expect(changed).toMatch(/^HTTP\/1\.1 200 [^]*"lights":2/);
  expect(asked.controls).toEqual([{ lights: 2 }]);
});

test('changes no controls when told so', async () => {
  const { url, asked } = await serve({ canControl: false });
  const init = { method: 'PUT', body: '{"lights":1}', headers: { 'content-type': 'application/json' } };
  expect((await fetch(`${url}/api/streams/street/controls`, init)).status).toBe(403);
  expect(asked.controls).toEqual([]);
});

test('asks for the token everywhere but at the page and the health check', async () => {
  const { url } = await serve({ token: 'open-sesame' });
  const status = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(url + path, { headers })).status;
  for (const path of ['/api/streams', '/api/streams/street/controls', '/metrics', '/api/nothing']) {
    expect(await status(path), path).toBe(401);
    expect(await status(`${path}?token=wrong`), path).toBe(401);
  }
  expect(await status('/api/streams', { authorization: 'Bearer open-sesame' })).toBe(200);
  expect(await status('/metrics?token=open-sesame')).toBe(200);
  expect(await status('/')).toBe(200);
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
});

test('refuses foreign pages and foreign names', async () => {
  const { port } = await serve();
  const status = async (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/api/streams', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
  expect(await status({ origin: 'https://evil.example' })).toBe(403);
  expect(await status({ host: `evil.example:${port}` })).toBe(403);
  expect(await status({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200);
});

test('gives metrics that Prometheus reads', async () => {
  const { url, stream } = await serve();
  stream.setStats({ ...stream.stats, framesEncoded: 42, latencyMs: 20, stages: { encode: { p50: 4, p95: 8 } } });
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await answer.text();
  expect(text).toContain('# TYPE nocturne_frames_encoded_total counter');
  expect(text).toContain('nocturne_frames_encoded_total{stream="street"} 42');
  expect(text).toContain('nocturne_latency_seconds{stream="street"} 0.02');
  expect(text).toContain('nocturne_stage_seconds{stream="street",stage="encode",quantile="0.95"} 0.008');
  expect(text).toContain('nocturne_stream_state{stream="street",state="starting"} 1');
  expect(text).toContain('process_resident_memory_bytes');
});

test('says in one line that a port is taken or an address is not ours', async () => {
  const { port } = await serve();
  const failure = async (options: Partial<StreamServerOptions>): Promise<unknown> =>
    startServer({ port: 0, streams: new Map(), ...options }).catch((error: unknown) => error);
  const taken = await failure({ port });
  expect(taken).toBeInstanceOf(NocturneError);
  expect(taken).toMatchObject({ code: 'PORT_TAKEN', message: `Port ${port} of 127.0.0.1 is taken.` });
  expect(await failure({ host: '192.0.2.1' })).toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
  await expect(startServer({ port: 0, streams: new Map(), allowedOrigins: ['example.org'] })).rejects.toThrow(
    'an allowed origin must have the form https://example.org',
  );
});
