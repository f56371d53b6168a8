import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Timeout for ONNX Runtime to try to connect: it takes 1 to 3 s on a quiet machine. */
const CONNECT_TIMEOUT_MS = 90_000;
/** A port that refuses. As proxy it keeps a test's telemetry on this machine. */
const CLOSED_PORT = 9;

/** Each run loads all of nocturne where other tests run too. */
vi.setConfig({ testTimeout: 300_000 });

const root = temporaryFolder();
let folders = 0;

/** An environment with empty home and temporary folders and no variable that turns telemetry off (`CI` does). */
function emptyEnvironment(variables: Record<string, string>): { folder: string; environment: Record<string, string> } {
  const folder = join(root, String(folders++));
  const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')];
  for (const path of [home, temporary]) mkdirSync(path, { recursive: true });
  const proxy = `http://127.0.0.1:${CLOSED_PORT}`;
  const environment = { PATH: process.env['PATH'] ?? '', HOME: home, TMPDIR: temporary, https_proxy: proxy };
  return { folder, environment: { ...environment, ...variables } };
}

/** Runs nocturne to its end. Returns the traces of ONNX Runtime's telemetry in its home and temporary folders. */
async function tracesOf(args: readonly string[], variables: Record<string, string> = {}): Promise<string[]> {
  const { folder, environment } = emptyEnvironment(variables);
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const [exitCode] = (await once(child, 'close')) as [number | null]; // ChildProcess 'close' gives code and signal
  expect(exitCode).toBe(0);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /mat-debug|[.]ses$|onnxruntime|Microsoft/.test(name));
}

const render = (name: string): string[] => [
  ...['render', 'street:size=320x180,rate=10,duration=1', join(root, name)],
  ...['--generator', 'auto', '--overwrite'],
];

async function writeImages(name: string): Promise<string> {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const shade of [60, 120, 180]) {
    const image = { width: 256, height: 144, channels: 3, background: { r: shade, g: 255 - shade, b: 90 } } as const;
    await sharp({ create: image })
      .png()
      .toFile(join(folder, `${shade}.png`));
  }
  return folder;
}

describe('telemetry of ONNX Runtime', () => {
  it('is on when the user allows it', async () => {
    const traces = await tracesOf(render('allowed.mp4'), { ORT_DISABLE_TELEMETRY: '0' });
    expect(traces).toContainEqual(expect.stringMatching(/mat-debug-\d+[.]log$/));
  });

  it.each<[string, Record<string, string>]>([
    ['by default', {}],
    ['when its variable is set but empty', { ORT_DISABLE_TELEMETRY: '' }],
  ])('is off in the look thread of a render %s', async (_, variables) => {
    expect(await tracesOf(render('off.mp4'), variables)).toEqual([]);
  });

  it('is off in doctor’s trial of the devices', async () => {
    expect(await tracesOf(['doctor'])).toEqual([]);
  });

  it('is off in the main process of eval', async () => {
    const [day, night] = [await writeImages('day'), await writeImages('night')];
    expect(await tracesOf(['eval', '--input', day, '--reference', night, '--generator', 'auto'])).toEqual([]);
  });
});

const hasStrace = spawnSync('strace', ['-f', '-o', '/dev/null', process.execPath, '--version']).status === 0;
if (!hasStrace) console.warn('SKIPPED: strace cannot run here; the test that no connection is tried does not run');

describe.skipIf(!hasStrace)('connections of nocturne serve', () => {
  it('are tried by ONNX Runtime when the user allows its telemetry, and not by default', async () => {
    const [allowed, silent] = await Promise.all([Serve.start({ ORT_DISABLE_TELEMETRY: '0' }), Serve.start({})]);
    const started = performance.now();
    while (allowed.connects().length === 0 && performance.now() - started < CONNECT_TIMEOUT_MS) await pause(200);
    await pause((performance.now() - started) / 2); // as much again, for a late one
    await Promise.all([allowed.stop(), silent.stop()]);
    expect(allowed.connects()[0]).toContain(`htons(${CLOSED_PORT})`);
    expect(silent.connects()).toEqual([]);
  });
});

/** `nocturne serve` with a network on the built-in street, under strace. */
class Serve {
  readonly #child: ChildProcess;
  readonly #log: string;

  private constructor(child: ChildProcess, log: string) {
    this.#child = child;
    this.#log = log;
  }

  /** Resolves when the server is listening. */
  static async start(variables: Record<string, string>): Promise<Serve> {
    const { folder, environment } = emptyEnvironment(variables);
    const log = join(folder, 'strace.log');
    const strace = ['-f', '-e', 'trace=connect,sendto', '-o', log];
    const serve = [MAIN, 'serve', 'street:size=320x180,rate=5', '--port', '0', '--generator', 'auto'];
    const child = spawn('strace', [...strace, process.execPath, ...serve], {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true, // its own process group, to stop strace and all it traces
    });
    await once(child.stdout, 'data');
    return new Serve(child, log);
  }

  /** System calls so far that would reach another machine or a port of this one. */
  connects(): string[] {
    const lines = existsSync(this.#log) ? readFileSync(this.#log, 'utf8').split('\n') : [];
    return lines.filter((line) => /AF_INET6?\b/.test(line));
  }

  /** Ends strace and all that it traces. */
  async stop(): Promise<void> {
    const closed = once(this.#child, 'close');
    process.kill(-(this.#child.pid ?? 0), 'SIGKILL');
    await closed;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
