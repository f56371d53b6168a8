import { readFile, stat } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { redact } from '../../src/core/secrets.js';
import { RegistryAdmin } from '../../src/service/registry-admin.js';
import { CLOSE_CODES } from '../../src/stream/protocol.js';
import { TestViewer } from '../stream/test-viewer.js';
import { startTestServer } from './test-server.js';

const TOKENS = { controlToken: 'control-everything' };
const manager = { token: TOKENS.controlToken };
const CAMERA = 'rtsp://me:hush-hush@127.0.0.1:9/1';

let running: Awaited<ReturnType<typeof startTestServer>>;
afterEach(() => running.close());

it('adds, changes, masks and removes streams, and keeps them in a file that only its user may read', async () => {
  running = await startTestServer({ gate: 'street' }, TOKENS);
  const { call, state } = running;
  const added = await call('POST', '/api/streams', {
    ...manager,
    body: { name: 'yard', input: CAMERA, strength: 0.5, token: 'yard-token' },
  });
  expect(added).toMatchObject({
    status: 201,
    body: { name: 'yard', origin: 'api', input: 'rtsp://me:***@127.0.0.1:9/1', strength: 0.5, hasToken: true },
  });
  expect(JSON.stringify(added.body)).not.toMatch(/hush-hush|yard-token/);
  expect((await call('POST', '/api/streams', { ...manager, body: { name: 'yard', input: 'street' } })).status).toBe(
    409,
  );
  // What is shown may be sent again: its secrets stay.
  const again = await call('PUT', '/api/streams/yard', {
    ...manager,
    body: { input: added.body['input'], warmth: 0.2 },
  });
  expect(again).toMatchObject({ status: 200, body: { warmth: 0.2, hasToken: false } });
  expect(again.body['strength']).toBeUndefined();
  expect((await call('PATCH', '/api/streams/yard', { ...manager, body: { warmth: null, exposure: 1 } })).status).toBe(
    200,
  );
  expect(new Map(await state.read())).toEqual(new Map([['yard', { input: CAMERA, exposure: 1 }]]));
  expect((await stat(state.path)).mode & 0o777).toBe(0o600);
  const { body } = await call('GET', '/api/streams/yard');
  expect(body).toMatchObject({ state: 'idle', controls: { exposure: 1, warmth: 0, strength: 1 } });
  expect((await call('DELETE', '/api/streams/yard', manager)).status).toBe(204);
  expect((await call('GET', '/api/streams/yard')).status).toBe(404);
  expect(JSON.parse(await readFile(state.path, 'utf8'))).toEqual({ version: 1, streams: {} });
});

it('changes a stream only where it is defined, refuses what the file system refuses, and counts streams', async () => {
  running = await startTestServer({ gate: 'street' }, { ...TOKENS, flags: { maxStreams: '2' } });
  const { call, registry } = running;
  for (const [method, path] of [
    ['PATCH', ''],
    ['DELETE', ''],
    ['PUT', ''],
  ] as const) {
    const body = method === 'DELETE' ? {} : { body: { input: 'street' } };
    const answer = await call(method, `/api/streams/gate${path}`, { ...manager, ...body });
    expect(answer, method).toMatchObject({
      status: 409,
      body: { error: 'the stream is defined in the config file: change it there' },
    });
  }
  expect((await call('POST', '/api/streams/gate/restart', manager)).status).toBe(200);
  expect((await call('POST', '/api/streams/none/restart', manager)).status).toBe(404);
  const [first, second, third] = await Promise.all(
    ['a', 'b', 'c'].map((name) => call('PUT', `/api/streams/${name}`, { ...manager, body: { input: 'street' } })),
  );
  expect([first?.status, second?.status, third?.status]).toEqual([201, 409, 409]);
  expect(registry.values().map(({ name }) => name)).toEqual(['gate', 'a']);
});

it.each([
  [{ input: '/etc/hostname' }, 'input must not be a file; the server allows it with --api-inputs and its folder'],
  [{ input: 'file:///etc/hostname' }, 'input must not be a file'],
  [{ input: 'concat:http://a/1|/etc/hostname' }, 'input must not be a file'],
  [{ input: '-' }, 'input must not be standard input'],
  [{ input: 'camera:0' }, 'input must not be a camera of the machine'],
  [{ input: '/dev/video0' }, 'input must not be a camera of the machine'],
  [{ input: 'http://169.254.169.254/latest/meta-data' }, 'link-local'],
  [{ input: 'rtsp://me:x@[fe80::1]/1' }, 'link-local'],
  [{ input: 'srt://:9000?mode=listener' }, 'waits for a sender'],
  [{ input: 'udp://127.0.0.1:5000' }, 'waits for a sender'],
  [{ input: 'rtmp://camera/live', listen: true }, 'waits for a sender'],
  [{ input: 'gopher://camera/1' }, 'unknown scheme'],
  [
    { input: 'street', ffmpegPath: '/bin/sh', via: 'ffmpeg' },
    'unknown field "ffmpegPath": only whoever starts the server sets it',
  ],
  [{ input: 'street', inputFormat: 'lavfi' }, 'unknown field "inputFormat"'],
  [{ input: 'street', generator: '/etc/hostname' }, 'generator must be one of the package'],
  [{ input: 'street', style: '../x.json' }, 'style must be one of the package'],
  [{ input: 'street', port: 1 }, 'unknown field "port"'],
  [{ input: 'street', strength: '0.5' }, 'strength must be a number from 0 to 1, got string'],
  [{ input: 'street', strength: 7 }, 'strength of stream bad in the request must be a number from 0 to 1, got 7.'],
  [{ input: 'rtsp://me:***@camera/1' }, 'input must have its secrets in place of ***'],
  [{ strength: 1 }, 'input must be a non-empty string'],
])('refuses %j with one line', async (body, line) => {
  running = await startTestServer({}, TOKENS);
  const answer = await running.call('PUT', '/api/streams/bad', { ...manager, body });
  const isForbidden =
    /^(?:input|generator|style) must not be|must be one of the package/.test(line) || /link-local|waits for/.test(line);
  expect(answer.status).toBe(isForbidden ? 403 : 400);
  expect(answer.body['error']).toContain(line);
  expect(answer.body['error']).not.toContain('\n');
  expect(running.registry.values()).toEqual([]);
});

it('does not manage streams without a control token, and takes ${NAME} of a request as it is', async () => {
  running = await startTestServer({ gate: 'street' }, {});
  const answer = await running.call('PUT', '/api/streams/a', { body: { input: 'street' } });
  expect(answer).toMatchObject({ status: 403, body: { error: expect.stringContaining('--control-token') as string } });
  await running.close();
  running = await startTestServer({}, TOKENS);
  const kept = await running.call('PUT', '/api/streams/a', {
    ...manager,
    body: { input: 'rtsp://127.0.0.1:9/${HOME}' },
  });
  expect(kept.body['input']).toBe('rtsp://127.0.0.1:9/${HOME}');
});

it('shows each token the streams that it may watch, and no other', async () => {
  const gate = { input: 'street', token: 'gate-token', controlToken: 'gate-control' };
  running = await startTestServer({ gate, yard: { input: 'street', token: 'yard-token' }, open: 'street' }, TOKENS);
  const { call, server } = running;
  const namesOf = async (token?: string): Promise<string[]> => {
    const { body } = await call('GET', '/api/streams', token === undefined ? {} : { token });
    return (body['streams'] as { name: string }[]).map(({ name }) => name);
  };
  expect(await namesOf()).toEqual(['open']);
  expect(await namesOf('gate-token')).toContain('gate');
  expect(await namesOf('gate-token')).not.toContain('yard');
  expect(await namesOf(TOKENS.controlToken)).toEqual(['gate', 'yard', 'open']);
  const turn = async (token: string) => (await call('PATCH', '/api/streams/gate/controls', { token, body: {} })).status;
  expect(await turn('gate-token')).toBe(403);
  expect(await turn('gate-control')).toBe(200);
  expect(await turn('yard-token')).toBe(404);
  expect((await call('GET', '/streams/gate/frame.jpg', { token: 'yard-token' })).status).toBe(404);
  expect((await call('GET', '/api/streams/gate')).status).toBe(401);
  const viewer = new TestViewer(server, '/ws/gate?token=yard-token');
  expect((await viewer.closed).code).toBe(CLOSE_CODES.NO_SUCH_STREAM);
  expect((await new TestViewer(server, '/ws/gate').closed).code).toBe(CLOSE_CODES.UNAUTHORIZED);
  expect((await call('GET', '/healthz')).body).toEqual({ status: 'ok', streams: { open: 'idle' } });
});

it('refuses guesses of the token of a stream where the server has none, and hides it from the metrics', async () => {
  running = await startTestServer({ yard: { input: 'street', token: 'yard-token' }, open: 'street' });
  const { call } = running;
  const stream = async (token: string) => (await call('GET', '/api/streams/yard/controls', { token })).status;
  expect(await stream('a-guess')).toBe(401);
  expect(await stream('yard-token')).toBe(200);
  expect((await call('GET', '/metrics')).status).toBe(403);
  expect((await call('GET', '/api/streams/open/controls')).status).toBe(200);
});

it('takes no file of the machine as the photo of a definition', async () => {
  running = await startTestServer({}, TOKENS);
  const body = { name: 'own', input: 'street', like: ['/etc/hostname'] };
  const { status, body: answer } = await running.call('POST', '/api/streams', { ...manager, body });
  expect(status).toBe(400);
  expect(answer['error']).toContain('only whoever starts the server sets it');
});

it('counts only streams that are always on against the machine', async () => {
  running = await startTestServer({ gate: 'street', yard: 'street' }, TOKENS);
  const { registry, state } = running;
  const counts: number[] = [];
  const checkCapacity = (streams: number): void => {
    counts.push(streams);
    throw new Error('too many'); // so that no worker starts
  };
  const admin = new RegistryAdmin({ registry, state, checkCapacity });
  await admin.put('door', { input: 'street', onDemand: true }, true);
  expect(counts).toEqual([]);
  await expect(admin.put('roof', { input: 'street', onDemand: false }, true)).rejects.toThrow('too many');
  await expect(admin.patch('door', { onDemand: false })).rejects.toThrow('too many');
  expect(counts).toEqual([1, 1]);
});

it('starts nothing once it is closed, and masks no secret of a refused definition', async () => {
  running = await startTestServer({ gate: 'street' }, TOKENS);
  const { registry, admin } = running;
  await expect(admin.put('yard', { input: 'street', token: 'a-refused-token', crf: -1 }, true)).rejects.toThrow('crf');
  expect(redact('a-refused-token')).toBe('a-refused-token');
  const gate = registry.managed('gate');
  const before = gate?.stream;
  await registry.close();
  await admin.restart('gate'); // over, so that a restart would start another
  await registry.setApi(new Map([['late', { input: 'street' }]]));
  expect(registry.managed('gate')?.stream).toBe(before);
  expect(registry.streams.map(({ name }) => name)).toEqual(['gate']);
  expect([...registry.api.keys()]).toEqual(['late']); // kept for the next start
});
