import { afterEach, expect, test } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { GeneratorMenu } from '../../src/pipeline/main/generator-menu.js';
import type { GeneratorChange } from '../../src/stream/live-stream.js';
import { startServer, type StreamServer, type StreamServerOptions } from '../../src/stream/stream-server.js';
import { createTestStream } from './test-viewer.js';

const PATH = '/api/streams/street/generator';
const JSON_TYPE = { 'content-type': 'application/json' };
const TOKENS = { token: 'sesame', controlToken: 'open-sesame' };

let server: StreamServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A server with a stream whose generator is chosen from the menu of real streams. `failure`: what opening one throws. */
async function serve({ failure, ...options }: Partial<StreamServerOptions> & { failure?: Error } = {}) {
  const menu = new GeneratorMenu({
    model: { generator: '/models/own.onnx', style: 'city-led', device: 'auto', engine: 'auto', threads: 1 },
  });
  const now = { generator: '/models/own.onnx', style: 'city-led' };
  const changes: Partial<GeneratorChange>[] = [];
  const { stream } = createTestStream({
    generator: {
      choice: () => ({ ...now, likePhotos: 0, generators: menu.generators, styles: menu.styles }),
      change: (change) => {
        menu.check(change);
        if (failure) return Promise.reject(failure);
        changes.push(change);
        Object.assign(now, change);
        return Promise.resolve();
      },
    },
  });
  const { stream: fixed } = createTestStream({ name: 'fixed' });
  const streams = new Map([stream, fixed].map((each) => [each.name, each]));
  server = await startServer({ port: 0, streams, ...options });
  const url = server.url.slice(0, -1);
  const send = async (
    body: string | Uint8Array<ArrayBuffer>,
    { path = PATH, method = 'PUT', headers = {} }: { path?: string; method?: string; headers?: object } = {},
  ): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${url}${path}`, { method, headers: { ...JSON_TYPE, ...headers }, body });
    return { status: answer.status, body: await answer.json() };
  };
  return { url, changes, send };
}

test('lists the generator and the menu, and answers a change with the same', async () => {
  const { url, changes, send } = await serve();
  const before = (await (await fetch(`${url}${PATH}`)).json()) as Record<string, unknown>;
  expect(before).toMatchObject({ generator: '/models/own.onnx', style: 'city-led' });
  expect(before['generators']).toEqual(expect.arrayContaining(['lit', 'nightgrid', 'grade', '/models/own.onnx']));
  expect(before['styles']).toContain('motorway');
  const { status, body } = await send('{"generator":"lit","style":"motorway"}');
  expect(status).toBe(200);
  expect(body).toEqual({ ...before, generator: 'lit', style: 'motorway' });
  expect((await send('{"generator":"/models/own.onnx"}', { method: 'PATCH' })).status).toBe(200);
  expect(changes).toEqual([{ generator: 'lit', style: 'motorway' }, { generator: '/models/own.onnx' }]);
  expect(await (await fetch(`${url}${PATH}`)).json()).toMatchObject({
    generator: '/models/own.onnx',
    style: 'motorway',
  });
});

test('refuses what is not on the menu with 409, one line and no change', async () => {
  const { changes, send } = await serve();
  for (const change of [
    { generator: '/etc/passwd' },
    { generator: '../../models/nightgrid' },
    { generator: '/models/own.onnx\u0000' },
    { generator: 'LIT' },
    { generator: '' },
    { style: '/models/own.onnx' },
    { generator: 'lit', style: 'nowhere' },
  ]) {
    const { status, body } = await send(JSON.stringify(change));
    expect(status, JSON.stringify(change)).toBe(409);
    expect((body as { error: string }).error).toMatch(
      /^(generator|style) must be one of [^\n]+--generators\. \[CONFIG_INVALID\]$/,
    );
  }
  expect(changes).toEqual([]);
});

test('answers 409 with the line of a generator that cannot be opened, and 500 without details for a fault of its own', async () => {
  const missing = new NocturneError({ code: 'MODEL_NOT_FOUND', stage: 'infer', message: 'model not found: own.onnx.' });
  let { send } = await serve({ failure: missing });
  expect(await send('{"generator":"lit"}')).toMatchObject({ status: 409, body: { error: missing.toLine() } });
  await server?.close();
  ({ send } = await serve({ failure: new Error('secret detail') }));
  expect(await send('{"generator":"lit"}')).toEqual({ status: 500, body: { error: 'internal error' } });
});

test('refuses hostile and malformed bodies', async () => {
  const { changes, send } = await serve();
  const bodies: [body: string | Uint8Array<ArrayBuffer>, status: number][] = [
    ['', 400],
    ['{', 400],
    ['null', 400],
    ['[]', 400],
    ['"lit"', 400],
    ['{}', 400],
    ['{"generator":1}', 400],
    ['{"generator":["lit"]}', 400],
    ['{"generator":{"toString":"lit"}}', 400],
    ['{"generator":null}', 400],
    ['{"device":"cuda"}', 400],
    ['{"__proto__":{"generator":"lit"}}', 400],
    ['{"constructor":"lit"}', 400],
    ['['.repeat(4000), 400],
    [Uint8Array.of(0xff, 0xfe, 0, 1), 400],
    [`{"generator":"${'x'.repeat(4096)}"}`, 413],
  ];
  for (const [body, status] of bodies) {
    const answer = await send(body);
    expect(answer.status, String(body).slice(0, 40)).toBe(status);
    expect((answer.body as { error: string }).error).not.toMatch(/\n|at .*\.js/);
  }
  expect((await send('{"generator":"lit"}', { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
  expect(changes).toEqual([]);
});

test('answers 404 for an unknown stream, and for one whose generator cannot change', async () => {
  const { url, send } = await serve();
  for (const name of ['alley', 'fixed', '..', '%2e%2e%2fstreet', '__proto__', 'a'.repeat(500)]) {
    const path = `/api/streams/${name}/generator`;
    expect((await fetch(`${url}${path}`)).status, name).toBe(404);
    expect((await send('{"generator":"lit"}', { path })).status, name).toBe(404);
  }
});

test('needs the control token for both, and permission to control', async () => {
  const { url, changes, send } = await serve(TOKENS);
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  const get = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${url}${PATH}`, { headers })).status;
  const put = async (headers: object): Promise<number> => (await send('{"generator":"lit"}', { headers })).status;
  expect([await get({}), await put({})]).toEqual([401, 401]);
  expect([await get(as('wrong')), await put(as('wrong'))]).toEqual([401, 401]);
  expect([await get(as(TOKENS.token)), await put(as(TOKENS.token))]).toEqual([403, 403]);
  expect(changes).toEqual([]);
  expect([await get(as(TOKENS.controlToken)), await put(as(TOKENS.controlToken))]).toEqual([200, 200]);
  expect(changes).toHaveLength(1);
  await server?.close();
  const readOnly = await serve({ canControl: false });
  expect((await readOnly.send('{"generator":"lit"}')).status).toBe(403);
  expect((await fetch(`${readOnly.url}${PATH}`)).status).toBe(403);
});

test('refuses a page of another origin', async () => {
  const { changes, send } = await serve();
  const headers = { origin: 'http://evil.example' };
  expect((await send('{"generator":"lit"}', { headers })).status).toBe(403);
  expect(changes).toEqual([]);
});
