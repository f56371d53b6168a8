import { afterEach, expect, test } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { MAX_LIKE_PHOTOS, MAX_UPLOAD_BYTES } from '../../src/core/photo-limits.js';
import type { GeneratorChange } from '../../src/stream/live-stream.js';
import { startServer, type StreamServer, type StreamServerOptions } from '../../src/stream/stream-server.js';
import { createTestStream } from './test-viewer.js';

const PATH = '/api/streams/street/like';
const TOKENS = { token: 'sesame', controlToken: 'open-sesame' };

let server: StreamServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A server with a stream that remembers what it is to be like. */
async function serve({ failure, ...options }: Partial<StreamServerOptions> & { failure?: Error } = {}) {
  const changes: Partial<GeneratorChange>[] = [];
  const likePhotos = (): number => changes.at(-1)?.like?.length ?? 0;
  const { stream } = createTestStream({
    generator: {
      choice: () => ({ generator: 'lit', style: 'village', likePhotos: likePhotos(), generators: [], styles: [] }),
      change: (change) => {
        if (failure) return Promise.reject(failure);
        changes.push(change);
        return Promise.resolve();
      },
    },
  });
  server = await startServer({ port: 0, streams: new Map([[stream.name, stream]]), ...options });
  const url = server.url.slice(0, -1);
  const send = async (init: RequestInit, path = PATH): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${url}${path}`, init);
    return { status: answer.status, body: await answer.json() };
  };
  return { changes, send };
}

const put = (body: RequestInit['body'], type?: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'PUT',
  body: body ?? null,
  headers: { ...(type !== undefined && { 'content-type': type }), ...headers },
});

test('takes one photo as the body or several as a form, as they are, and goes back to the style', async () => {
  const { changes, send } = await serve();
  expect(await send({})).toEqual({ status: 200, body: { photos: 0 } });
  expect(await send(put(Uint8Array.of(1, 2, 3), 'image/jpeg'))).toEqual({ status: 200, body: { photos: 1 } });
  expect(changes[0]?.like?.map((photo) => [...photo])).toEqual([[1, 2, 3]]);
  const form = new FormData();
  for (const byte of [4, 5]) form.append('photo', new Blob([Uint8Array.of(byte)]), 'a.jpg');
  expect(await send(put(form))).toEqual({ status: 200, body: { photos: 2 } });
  expect(changes[1]?.like?.map((photo) => [...photo])).toEqual([[4], [5]]);
  const { body } = await send({}, '/api/streams/street');
  expect(body).toMatchObject({ likePhotos: 2 });
  expect(await send({ method: 'DELETE' })).toEqual({ status: 200, body: { photos: 0 } });
  expect(changes[2]).toEqual({ like: [] });
});

test('refuses hostile and malformed bodies in one line, and changes nothing', async () => {
  const { changes, send } = await serve();
  const many = new FormData();
  for (let i = 0; i <= MAX_LIKE_PHOTOS; i++) many.append('photo', new Blob([Uint8Array.of(i)]), `${i}.jpg`);
  const texts = new FormData();
  texts.append('photo', 'https://evil.example/a.jpg');
  const cases: [init: RequestInit, status: number][] = [
    [put('{"photos":["/etc/passwd"]}', 'application/json'), 415],
    [put(Uint8Array.of(1)), 415],
    [put(new Uint8Array(), 'image/png'), 400],
    [put('--x\r\nnonsense', 'multipart/form-data; boundary=x'), 400],
    [put(texts), 400],
    [put(many), 400],
    [put(new Uint8Array(MAX_UPLOAD_BYTES + 1), 'image/png'), 413],
  ];
  for (const [init, status] of cases) {
    const answer = await send(init).catch(() => ({ status: 413, body: { error: 'the connection was closed' } }));
    expect(answer.status).toBe(status);
    expect((answer.body as { error: string }).error).not.toMatch(/\n|at .*\.js/);
  }
  expect((await send(put(Uint8Array.of(1), 'image/png'), '/api/streams/alley/like')).status).toBe(404);
  expect(changes).toEqual([]);
});

test('says what the worker says of a photo, and needs the control token', async () => {
  const failure = new NocturneError({
    code: 'INPUT_NOT_VIDEO',
    stage: 'ingest',
    message: 'cannot decode photo 1: it is text.',
  });
  const { send } = await serve({ failure });
  expect(await send(put(Uint8Array.of(1), 'image/png'))).toEqual({ status: 409, body: { error: failure.toLine() } });
  await server?.close();
  const guarded = await serve(TOKENS);
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  expect((await guarded.send(put(Uint8Array.of(1), 'image/png', as(TOKENS.token)))).status).toBe(403);
  expect((await guarded.send({ method: 'DELETE', headers: as(TOKENS.token) })).status).toBe(403);
  expect((await guarded.send(put(Uint8Array.of(1), 'image/png', as(TOKENS.controlToken)))).status).toBe(200);
  expect(guarded.changes).toHaveLength(1);
});
