import { lookup } from 'node:dns/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import type { LiveStream } from '../../src/stream/live-stream.js';
import { startServer } from '../../src/stream/stream-server.js';
import type { StreamServer, StreamServerOptions } from '../../src/stream/stream-server.js';
import { createTestStream } from './test-viewer.js';

let server: StreamServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(options: Partial<StreamServerOptions> = {}) {
  const { stream, requests } = createTestStream();
  server = await startServer({ port: 0, streams: new Map([[stream.name, stream]]), ...options });
  return { stream, requests, url: server.url.slice(0, -1), port: server.port };
}

/** The response to a request whose path no client has normalised. */
async function rawStatus(
  port: number,
  requestLine: string,
  headers = 'Host: 127.0.0.1',
  body = '',
  version = 'HTTP/1.1',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${requestLine} ${version}\r\n${headers}\r\nConnection: close\r\n\r\n${body}`),
    );
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

test('serves the viewer page with security headers', async () => {
  const { url } = await serve();
  const answer = await fetch(`${url}/`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toContain("; connect-src 'self' ws://127.0.0.1:");
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
])('serves no file outside the page: %s', async (line) => {
  const { port } = await serve();
  const answer = await rawStatus(port, line);
  expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
  expect(answer).not.toContain('nocturne.js');
  expect(answer).not.toContain('"devDependencies"');
});

test('lists every stream with its state and statistics', async () => {
  const { url, stream } = await serve();
  stream.setState('live', 'on air');
  const { streams } = (await (await fetch(`${url}/api/streams`)).json()) as { streams: unknown[] };
  expect(streams).toMatchObject([
    { name: 'street', state: 'live', message: 'on air', stats: { viewers: 0, viewerDrops: 0 } },
  ]);
  expect((await fetch(`${url}/api/streams/street`)).status).toBe(200);
  expect((await fetch(`${url}/api/streams/alley`)).status).toBe(404);
});

async function health(url: string, path: 'healthz' | 'readyz'): Promise<object> {
  const response = await fetch(`${url}/${path}`);
  return { httpStatus: response.status, ...((await response.json()) as object) };
}

test.each([
  ['starting', 'ok', 503, 'not ready'],
  ['live', 'ok', 200, 'ready'],
  ['reconnecting', 'ok', 503, 'not ready'],
  ['stalled', 'degraded', 503, 'not ready'],
  ['ended', 'ok', 200, 'ready'],
  ['failed', 'degraded', 503, 'not ready'],
] as const)('reports the health of a stream that is %s', async (state, liveness, httpStatus, readiness) => {
  const { stream: live } = createTestStream({ name: 'gate' });
  live.setState('live', '');
  const { stream } = createTestStream();
  const { url } = await serve({ streams: new Map([stream, live].map((each) => [each.name, each])) });
  stream.setState(state, '');
  const streams = { street: state, gate: 'live' };
  expect(await health(url, 'healthz')).toEqual({ httpStatus: 200, status: liveness, streams });
  expect(await health(url, 'readyz')).toEqual({ httpStatus, status: readiness, streams });
});

test('is ready without streams', async () => {
  const { url } = await serve({ streams: new Map() });
  expect(await health(url, 'readyz')).toEqual({ httpStatus: 200, status: 'ready', streams: {} });
});

test('reports a failed stream without its name where a token is needed', async () => {
  const { url, stream } = await serve({ token: 'open-sesame' });
  stream.setState('failed', 'no such camera');
  expect(await health(url, 'healthz')).toEqual({ httpStatus: 200, status: 'degraded' });
  expect(await health(url, 'readyz')).toEqual({ httpStatus: 503, status: 'not ready' });
});

test('serves streams by their public interface, and rejects objects of another kind', async () => {
  const { stream } = createTestStream();
  const live: LiveStream = stream;
  const { url } = await serve({ streams: new Map([['street', live]]) });
  live.setControls({ strength: 0.5 });
  expect(await (await fetch(`${url}/api/streams/street/controls`)).json()).toMatchObject({ strength: 0.5 });
  const lookalike = { ...live, setControls: () => undefined } as LiveStream;
  await expect(startServer({ port: 0, streams: new Map([['street', lookalike]]) })).rejects.toThrow(
    "streams must map each name to a stream's `live`",
  );
  await expect(startServer({ port: 0 } as StreamServerOptions)).rejects.toThrow('streams must be a Map');
});

test('reads and changes controls, and rejects bad changes with the reason', async () => {
  const { url, requests } = await serve();
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
  // The second change is announced 30 ms after the first.
  await vi.waitFor(() => expect(requests.controls).toEqual([{ strength: 0.5 }, { lights: 2 }]));
});

/** The response to a request that offers HTTP/2 in clear text. */
async function requestWithH2c(port: number, line: string, rest: string): Promise<string> {
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

test('answers an offer of HTTP/2 in plain HTTP', async () => {
  const { port, requests } = await serve({ token: 'sesame' });
  expect(await requestWithH2c(port, 'GET /healthz', '\r\n')).toMatch(/^HTTP\/1\.1 200 [^]*"status":"ok"/);
  expect(await requestWithH2c(port, 'GET /nothing?token=sesame', '\r\n')).toMatch(/^HTTP\/1\.1 404 [^]*"not found"/);
  expect(await requestWithH2c(port, 'GET /api/streams', '\r\n')).toMatch(/^HTTP\/1\.1 401 /);
  expect(await requestWithH2c(port, 'GET /healthz', 'Origin: https://evil.example\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 403 /,
  );
  const body = '{"lights":2}';
  const headers = `Authorization: Bearer sesame\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  const changed = await requestWithH2c(port, 'PUT /api/streams/street/controls', `${headers}\r\n\r\n${body}`);
  expect(changed).toMatch(/^HTTP\/1\.1 200 [^]*"lights":2/);
  expect(requests.controls).toEqual([{ lights: 2 }]);
});

test('rejects changes of controls on a read-only server', async () => {
  const { url, requests } = await serve({ canControl: false });
  const init = { method: 'PUT', body: '{"lights":1}', headers: { 'content-type': 'application/json' } };
  expect((await fetch(`${url}/api/streams/street/controls`, init)).status).toBe(403);
  expect(requests.controls).toEqual([]);
});

test('needs the token everywhere except for the page and the health checks', async () => {
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
  expect(await health(url, 'healthz')).toEqual({ httpStatus: 200, status: 'ok' });
  expect(await health(url, 'readyz')).toEqual({ httpStatus: 503, status: 'not ready' });
});

/** Status and body of a request with these headers; `fetch` would set `Host` itself. */
async function answerTo(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });
}

test('rejects foreign origins and foreign host names, and names the option that allows them', async () => {
  const { port } = await serve();
  const answer = async (headers: Record<string, string>): ReturnType<typeof answerTo> =>
    answerTo(port, '/api/streams', headers);
  expect(await answer({ origin: 'https://evil.example' })).toEqual({
    status: 403,
    text: '{"error":"origin not allowed: start the server with --allow-origin https://evil.example"}',
  });
  expect(await answer({ host: `evil.example:${port}` })).toEqual({
    status: 403,
    text: `{"error":"host not allowed: start the server with --allow-origin http://evil.example:${port}"}`,
  });
  expect((await answer({ origin: `https://127.0.0.1:${port}` })).status).toBe(403); // another scheme
  expect((await answer({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).status).toBe(200);
});

test.each([
  ['without a token accepts its addresses and names only', {}, 403],
  ['with a token accepts any name, since a page of another site does not know the token', { token: 'sesame' }, 200],
])('a server for other machines %s', async (_, options, foreign) => {
  const { port } = await serve({ host: '0.0.0.0', allowedOrigins: ['https://night.example'], ...options });
  const status = async (host: string): Promise<number> =>
    (await answerTo(port, '/api/streams?token=sesame', { host })).status;
  for (const host of ['127.0.0.1', '192.0.2.7:8090', '[2001:db8::1]:8090', 'localhost', hostname(), 'night.example']) {
    expect(await status(host), host).toBe(200);
  }
  expect(await status('evil.example')).toBe(foreign);
  expect(await status('192.0.2.7.evil.example')).toBe(foreign);
});

test('serves the files of the page to every host and origin: the page says why the server refuses the rest', async () => {
  const { port } = await serve();
  const headers = { host: 'night.example', origin: 'https://night.example' };
  for (const path of ['/', '/viewer.js', '/viewer.css']) {
    expect((await answerTo(port, path, headers)).status, path).toBe(200);
  }
  expect((await answerTo(port, '/healthz', headers)).status).toBe(403);
});

test('needs the control token to change controls, and either token to read them', async () => {
  const { url, requests } = await serve({ token: 'open-sesame', controlToken: 'turn-sesame' });
  const path = `${url}/api/streams/street/controls`;
  const change = async (token?: string): Promise<number> => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    return (await fetch(path, { method: 'PUT', body: '{"lights":2}', headers })).status;
  };
  expect([await change(), await change('wrong'), await change('open-sesame')]).toEqual([401, 401, 403]);
  expect(requests.controls).toEqual([]);
  expect(await change('turn-sesame')).toBe(200);
  for (const token of ['open-sesame', 'turn-sesame']) expect((await fetch(`${path}?token=${token}`)).status).toBe(200);
});

test.each([
  ['an empty token', { token: '' }, 'a token must not be empty'],
  ['an empty control token', { controlToken: '' }, 'a token must not be empty'],
  ['equal tokens', { token: 'sesame', controlToken: 'sesame' }, 'the control token must differ from the token'],
  ['a control token without control', { controlToken: 'sesame', canControl: false }, 'controlToken needs canControl'],
])('refuses to start with %s', async (_, options, message) => {
  await expect(startServer({ port: 0, streams: new Map(), ...options })).rejects.toThrow(message);
});

test('serves metrics in the Prometheus text format', async () => {
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

test('rejects a port in use, an address of another machine and a malformed origin', async () => {
  const { port } = await serve();
  const failure = async (options: Partial<StreamServerOptions>): Promise<unknown> =>
    startServer({ port: 0, streams: new Map(), ...options }).catch((error: unknown) => error);
  const taken = await failure({ port });
  expect(taken).toBeInstanceOf(NocturneError);
  expect(taken).toMatchObject({ code: 'PORT_TAKEN', message: `Port ${port} on 127.0.0.1 is already in use.` });
  expect(await failure({ host: '192.0.2.1' })).toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
  await expect(startServer({ port: 0, streams: new Map(), allowedOrigins: ['example.org'] })).rejects.toThrow(
    'an allowed origin must have the form https://example.org',
  );
});

test('listens on every address of localhost', async () => {
  const { port } = await serve({ host: 'localhost' });
  for (const { address } of await lookup('localhost', { all: true })) {
    const host = address.includes(':') ? `[${address}]` : address;
    expect((await fetch(`http://${host}:${port}/healthz`)).status, host).toBe(200);
  }
});

test('accepts a body in chunks, and refuses one that is too large', async () => {
  const { port, requests } = await serve();
  const head = 'Host: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked';
  const line = 'PUT /api/streams/street/controls';
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  const send = async (...texts: string[]): Promise<string> =>
    rawStatus(port, line, head, texts.map(chunk).join('') + chunk(''));
  expect(await send('{"lights"', ':2}')).toMatch(/^HTTP\/1\.1 200 /);
  expect(await send('{"lights":', ' '.repeat(5000), '1}')).toMatch(/^HTTP\/1\.1 413 /);
  expect(requests.controls).toEqual([{ lights: 2 }]);
});

test.each(['GET /healthz HTTP/1.0', 'GET http://127.0.0.1/healthz HTTP/1.1'])('answers %s', async (line) => {
  const { port } = await serve({ host: '0.0.0.0', token: 'sesame' });
  const [request = '', version = ''] = line.split(/ (?=HTTP)/);
  const headers = version === 'HTTP/1.0' ? 'X-A: b' : 'Host: 127.0.0.1';
  expect(await rawStatus(port, request, headers, '', version)).toMatch(/^HTTP\/1\.1 200 [^]*"status":"ok"/);
});

test('answers malformed requests with its headers', async () => {
  const { port } = await serve();
  const answer = await rawStatus(port, 'GET /', 'Host: a b');
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer.toLowerCase()).toContain('x-content-type-options: nosniff');
});
