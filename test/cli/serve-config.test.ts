import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nocturne, startServe, type ServeProcess } from '../support/command.js';
import { TestViewer } from '../stream/test-viewer.js';

const TIMEOUT_MS = 60_000;
const SECRETS = { CAMERA_PASSWORD: 'hush/p@ss', GATE_KEY: 'hushed-gate', CONTROL: 'hushed-control' };
const manager = { authorization: `Bearer ${SECRETS.CONTROL}` };

const CONFIG = [
  'controlToken: ${CONTROL}',
  'generator: grade',
  'streams:',
  '  lost: rtsp://me:${CAMERA_PASSWORD}@127.0.0.1:9/${GATE_KEY}',
  '  street: { input: "street:size=320x180,rate=10", onDemand: true, idleTimeout: 0.5 }',
];

let folder: string;
let path: string;
let serve: ServeProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nocturne-serve-'));
  path = join(folder, 'n.yaml');
  await writeFile(path, CONFIG.join('\n'));
  serve = await startServe(['--config', path], { environment: SECRETS });
}, TIMEOUT_MS);

afterAll(async () => {
  await serve.stop();
  await rm(folder, { recursive: true });
});

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what} must become true: ${serve.log()}`);
    await sleep(100);
  }
}

async function states(): Promise<Record<string, string>> {
  const response = await fetch(new URL('healthz', serve.url));
  return ((await response.json()) as { streams: Record<string, string> }).streams; // docs/protocol.md
}

it(
  'shows no secret of the environment in log, API, error lines and process list',
  async () => {
    await until('the camera is refused', () => serve.log().includes('INPUT_REFUSED'));
    const texts = [serve.log()];
    for (const each of [
      'api/streams',
      'api/streams/lost',
      'api/streams/lost/definition',
      'api/openapi.json',
      'metrics',
      'healthz',
    ]) {
      const response = await fetch(new URL(each, serve.url), { headers: manager });
      expect(response.status, each).toBe(200);
      texts.push(await response.text());
    }
    if (process.platform === 'linux') {
      const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      texts.push(
        ...processes
          .map((id) => commandLine(id))
          .filter((text) => text.includes('nocturne') || text.includes('worker.js')),
      );
    }
    const all = texts.join('\n');
    expect(all).toContain('rtsp://me:***@127.0.0.1:9/');
    for (const secret of ['hush', encodeURIComponent(SECRETS.CAMERA_PASSWORD)]) expect(all).not.toContain(secret);
    const { stderr, exitCode } = await nocturne(['serve', '--config', path], {
      environment: { ...SECRETS, GATE_KEY: '' },
    });
    expect([exitCode, stderr]).toEqual([
      2,
      `nocturne: input of stream lost in ${path} needs the environment variable GATE_KEY, which is empty. See \`nocturne --help\`. [CONFIG_INVALID]\n`,
    ]);
  },
  TIMEOUT_MS,
);

it(
  'runs a stream on demand while somebody watches, and restarts it without disconnecting viewers',
  async () => {
    expect((await states())['street']).toBe('idle');
    const port = Number(new URL(serve.url).port);
    const viewer = new TestViewer({ port }, `/ws/street?token=${SECRETS.CONTROL}`);
    await viewer.until(({ packets }) => packets.length > 3);
    const before = viewer.packets.length;
    const restarted = await fetch(new URL('api/streams/street/restart', serve.url), {
      method: 'POST',
      headers: manager,
    });
    expect(restarted.status).toBe(200);
    await viewer.until(({ packets }) => packets.length > before + 3);
    const texts = viewer.messages.filter((message) => message.type === 'state').map(({ state }) => state);
    expect(texts.filter((state) => state === 'starting').length).toBeGreaterThan(1);
    viewer.socket.close();
    await until('the stream is idle', async () => (await states())['street'] === 'idle');
  },
  2 * TIMEOUT_MS,
);

it(
  'takes a changed config file over, and keeps what runs when the new one is broken',
  async () => {
    await writeFile(path, [...CONFIG, '  yard: { input: street, onDemand: true }'].join('\n'));
    await until('the new stream is there', async () => (await states())['yard'] === 'idle');
    await writeFile(path, [...CONFIG, '  yard: { input: street, strength: 9 }'].join('\n'));
    await until('the fault is logged', () => serve.log().includes('strength of stream yard'));
    expect(serve.log()).toContain('everything runs on as before');
    expect((await states())['yard']).toBe('idle');
    await writeFile(path, CONFIG.join('\n'));
    serve.process.kill('SIGHUP'); // no terminal: it reloads at once
    await until('the stream is gone', async () => (await states())['yard'] === undefined);
    expect(serve.process.exitCode).toBeNull();
  },
  TIMEOUT_MS,
);

it(
  'keeps streams of the API over a kill and a restart',
  async () => {
    const url = (rest: string): URL => new URL(rest, serve.url);
    const headers = { ...manager, 'content-type': 'application/json' };
    const body = JSON.stringify({ input: 'street', onDemand: true });
    expect((await fetch(url('api/streams/added'), { method: 'PUT', headers, body })).status).toBe(201);
    serve.process.kill('SIGKILL');
    await until('it is gone', () => serve.process.signalCode !== null);
    serve = await startServe(['--config', path], { environment: SECRETS });
    expect(Object.keys(await states())).toEqual(['lost', 'street', 'added']);
  },
  TIMEOUT_MS,
);

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
