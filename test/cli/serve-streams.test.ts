import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE_CODES, SUBPROTOCOL } from '../../src/stream/protocol.js';
import { nocturne, startServe, type ServeProcess } from '../support/command.js';
import { hasFfmpeg, startFfmpeg } from '../support/ffmpeg.js';

/** Timeout of a state change on a busy machine, milliseconds. */
const STATE_TIMEOUT_MS = 60_000;
const SMALL_STREET = 'street:size=320x180,rate=10';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function serving(...args: string[]): Promise<ServeProcess> {
  const serve = await startServe([...args, '--log-level', 'silent']);
  stops.push(() => serve.stop());
  return serve;
}

async function states(serve: ServeProcess): Promise<Record<string, string>> {
  const response = await fetch(new URL('healthz', serve.url));
  return ((await response.json()) as { streams: Record<string, string> }).streams; // docs/protocol.md
}

async function stateIs(serve: ServeProcess, name: string, wanted: string): Promise<void> {
  const deadline = performance.now() + STATE_TIMEOUT_MS;
  for (;;) {
    const state = (await states(serve))[name];
    if (state === wanted) return;
    if (performance.now() > deadline) throw new Error(`${name} must become ${wanted}, is ${state}`);
    await sleep(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

describe('serve with several inputs', () => {
  it('continues with the others when one cannot be opened', async () => {
    const serve = await serving(SMALL_STREET, 'gone=nothing.mp4');
    await stateIs(serve, 'gone', 'failed');
    await stateIs(serve, 'street', 'live');
    expect(await serve.stop()).toBe(0);
  });

  it('reports each failure and exits with their code when all have ended', async () => {
    const { exitCode, stderr } = await nocturne(['serve', 'a.mp4', 'b.mp4', '--port', '0']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('nocturne: a: a.mp4 does not exist');
    expect(stderr).toContain('nocturne: b: b.mp4 does not exist');
  });

  it.skipIf(!hasFfmpeg)('waits for a camera that is off at the start, and shows it when it is on', async () => {
    const port = await freePort();
    const serve = await serving(`late=tcp://127.0.0.1:${port}`, SMALL_STREET);
    await stateIs(serve, 'street', 'live');
    expect((await states(serve))['late']).toBe('starting');
    const camera = startFfmpeg(
      ...['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-c:v', 'libx264', '-preset', 'ultrafast'],
      ...[
        '-tune',
        'zerolatency',
        '-g',
        '15',
        '-pix_fmt',
        'yuv420p',
        '-f',
        'mpegts',
        `tcp://127.0.0.1:${port}?listen=1`,
      ],
    );
    const exited = once(camera, 'exit');
    stops.push(() => {
      camera.kill('SIGKILL');
      return exited;
    });
    await stateIs(serve, 'late', 'live');
  });
});

it('reports a shutdown to viewers, not the end of their stream', async () => {
  const serve = await serving(SMALL_STREET);
  await stateIs(serve, 'street', 'live');
  const viewer = new WebSocket(`${serve.url.replace('http', 'ws')}ws/street`, SUBPROTOCOL);
  const texts: string[] = [];
  viewer.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) texts.push(data.toString());
  });
  await once(viewer, 'open');
  const closed = once(viewer, 'close') as Promise<[number]>;
  expect(await serve.stop()).toBe(0);
  expect((await closed)[0]).toBe(CLOSE_CODES.SHUTDOWN);
  expect(texts.some((text) => text.includes('"ended"'))).toBe(false);
});
