import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { DEFAULT_CONTROLS } from '../../src/core/controls.js';
import { Random } from '../../src/core/random.js';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { startServer } from '../../src/stream/stream-server.js';
import type { StreamServer, StreamServerOptions } from '../../src/stream/stream-server.js';
import { TestViewer, createTestStream } from './test-viewer.js';

let server: StreamServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A server that collects its log lines. */
async function serve(options: Partial<StreamServerOptions> = {}) {
  const lines: { fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  const log = (fields: object, message: string): void => void lines.push({ fields: { ...fields }, message });
  const logger = { debug: () => undefined, info: log, warn: log, error: log };
  const test = createTestStream({ maxViewers: 1000, logger });
  server = await startServer({
    port: 0,
    streams: new Map([['street', test.stream]]),
    maxViewers: 1000,
    logger,
    ...options,
  });
  const api = `${server.url}api/streams/street/controls`;
  return { ...test, running: server, api, lines };
}

async function put(url: string, controls: object, token?: string): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  return fetch(url, { method: 'PUT', headers, body: JSON.stringify(controls) });
}

/** As {@link put}, over few connections: fast. */
async function putStatus(url: string, controls: object, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, { method: 'PUT', headers, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject).end(JSON.stringify(controls));
  });
}

test('announces a flood of changes once in 30 ms, with the last value for every viewer and the worker', async () => {
  const { stream, running, requests } = await serve();
  const viewers = await Promise.all([1, 2, 3].map(() => new TestViewer(running).joined()));
  const startedMs = performance.now();
  for (let n = 1; n <= 1500; n++) {
    stream.setControls(n % 3 === 0 ? { warmth: -n / 1500 } : { strength: n / 1500 });
    if (n % 100 === 0) await sleep(10);
  }
  const last = { ...DEFAULT_CONTROLS, strength: 1499 / 1500, warmth: -1 };
  expect(stream.controls).toEqual(last);
  for (const viewer of viewers) {
    await viewer.until(({ messages }) => {
      const newest = messages.findLast(({ type }) => type === 'controls');
      return newest?.type === 'controls' && newest.controls.strength === last.strength && newest.controls.warmth === -1;
    });
    const announced = viewer.messages.filter(({ type }) => type === 'controls');
    expect(announced.length).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / 30);
    expect(announced.at(-1)).toEqual({ type: 'controls', controls: last });
  }
  expect(requests.controls.length).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / 30);
  expect(Object.assign({}, ...requests.controls)).toEqual({ strength: last.strength, warmth: -1 });
});

test('answers a flood of API requests with 429 and Retry-After, and serves the address again after that', async () => {
  const { stream, api } = await serve();
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const flood = async (): Promise<number[]> =>
    Promise.all(Array.from({ length: 100 }, (_, n) => putStatus(api, { strength: n / 100 }, agent)));
  const statuses = new Set<number>();
  while (!statuses.has(429)) for (const status of await flood()) statuses.add(status);
  agent.destroy();
  expect(statuses).toEqual(new Set([200, 429]));
  let limited = await put(api, {});
  while (limited.status !== 429) limited = await put(api, {});
  expect(limited.headers.get('retry-after')).toBe('1');
  expect(await limited.json()).toEqual({ error: 'too many requests a second' });
  const { origin } = new URL(api);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200); // health checks are not limited
  await sleep(1000);
  expect((await put(api, { strength: 0.75 })).status).toBe(200);
  expect(stream.controls.strength).toBe(0.75);
}, 30_000);

test('holds back the answers to wrong tokens, not to right ones, and logs a line a second with the address', async () => {
  const { running, api, lines } = await serve({ token: 'open-sesame' });
  const promptly = await Promise.all([1, 2, 3, 4, 5].map(() => put(api, {}, 'guess')));
  expect(promptly.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  const startedMs = performance.now();
  let areHeldBack = true;
  const guesses = Promise.allSettled(Array.from({ length: 100 }, () => put(api, {}, 'guess'))).finally(() => {
    areHeldBack = false;
  });
  const viewer = new TestViewer(running);
  expect((await put(api, { strength: 0.5 }, 'open-sesame')).status).toBe(200);
  await new TestViewer(running, '/ws/street?token=open-sesame').joined();
  expect(areHeldBack).toBe(true);
  const answered = (await guesses).flatMap((guess) => (guess.status === 'fulfilled' ? [guess.value.status] : []));
  expect(new Set(answered)).toEqual(new Set([401]));
  expect(answered.length).toBeLessThanOrEqual(13);
  expect(answered.length).toBeGreaterThan(3);
  expect(performance.now() - startedMs).toBeGreaterThan(950);
  expect([CLOSE_CODES.UNAUTHORIZED, 1006]).toContain((await viewer.closed).code);
  const logged = lines.filter(({ message }) => message.includes('wrong or missing token'));
  expect(logged.length).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / 1000);
  await vi.waitFor(() => {
    const counts = lines.flatMap(({ fields }) => (fields['address'] === '127.0.0.1' ? [Number(fields['count'])] : []));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(106);
  }, 3000);
  expect(JSON.stringify(lines)).not.toContain('guess');
});

test('logs viewers that join and leave in one line a second, and every one is counted', async () => {
  const { running, stream, lines } = await serve();
  const startedMs = performance.now();
  for (let n = 0; n < 10; n++) {
    const viewers = await Promise.all(Array.from({ length: 30 }, () => new TestViewer(running).joined()));
    for (const { socket } of viewers) socket.terminate();
  }
  await vi.waitFor(() => expect(stream.viewerCount).toBe(0));
  await sleep(1100);
  const about = lines.filter(({ message }) => message.includes('joined') || message.includes('left'));
  expect(about.length).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / 1000);
  const sum = (name: string): number => about.reduce((total, { fields }) => total + Number(fields[name] ?? 0), 0);
  const single = (word: string): number => about.filter(({ message }) => message === `A viewer ${word}.`).length;
  expect(sum('joined') + single('joined')).toBe(300);
  expect(sum('left') + single('left')).toBe(300);
});

test('survives random messages: each is answered, ignored or closes the connection with a code of the protocol', async () => {
  const { running, stream } = await serve();
  const random = new Random(7);
  const valid = [
    '{"type":"controls","controls":{"strength":0.5}}',
    '{"type":"keyframe"}',
    '{"type":"ping","clientTime":1}',
  ];
  const damage = (text: string): string => {
    const at = random.below(text.length);
    const cut = [text.slice(0, at), text.slice(at + 1), String.fromCharCode(random.below(0x300))] as const;
    return random.pick([cut[0], cut[0] + cut[1], cut[0] + cut[2] + cut[1], text + text]);
  };
  const codes = new Set<number>();
  for (let sent = 0; sent < 2000;) {
    const viewer = await new TestViewer(running).joined();
    for (let n = 0; n < 100 && viewer.socket.readyState === 1; n++, sent++) {
      const text = random.pick(valid);
      viewer.send(random.next() < 0.05 ? damage(text) : text);
      if (n % 5 === 0) await sleep(1);
    }
    viewer.socket.close();
    await sleep(5);
    viewer.socket.terminate();
    codes.add((await viewer.closed).code);
  }
  expect([...codes].filter((code) => ![1005, 1006, CLOSE_CODES.BAD_MESSAGE].includes(code))).toEqual([]);
  expect(codes).toContain(CLOSE_CODES.BAD_MESSAGE);
  await vi.waitFor(() => expect(stream.viewerCount).toBe(0), 3000);
  const viewer = await new TestViewer(running).joined();
  viewer.send({ type: 'controls', controls: { strength: 0.125 } });
  await viewer.until(({ messages }) => messages.some(({ type }) => type === 'controls'));
  expect(stream.controls.strength).toBe(0.125);
}, 30_000);
