import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream } from '../../../src/library.js';
import { WorkerStream } from '../../../src/pipeline/main/worker-stream.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const STREET = 'street:size=320x180,rate=24';
const HOOK = fileURLToPath(new URL('../../support/hang-on-demand.mjs', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
/** A file here named for a worker lets its look thread spin. */
const HANG_FOLDER = temporaryFolder();
const ENVIRONMENT = { NODE_OPTIONS: `--import ${HOOK}`, HANG_FOLDER };
/** Windows has none of these signals. */
const hasSignals = process.platform !== 'win32';

beforeAll(() => {
  Object.assign(process.env, ENVIRONMENT);
});
afterAll(() => {
  for (const name of Object.keys(ENVIRONMENT)) Reflect.deleteProperty(process.env, name);
});

/** A stream of the street. */
interface WatchedStream extends AsyncDisposable {
  readonly stream: WorkerStream;
  /** States that it passed. */
  readonly states: readonly string[];
  /** Packets so far. */
  readonly packets: () => number;
  /** Its frame rate and bit rate when it stalled. */
  readonly rates: readonly number[];
}

/** Starts a stream and waits until it gives packets. */
async function watch(): Promise<WatchedStream> {
  const stream = startStream(STREET);
  if (!(stream instanceof WorkerStream)) throw new TypeError('startStream must return a WorkerStream');
  const states: string[] = [];
  const rates: number[] = [];
  let packets = 0;
  const { live } = stream;
  const [setState, publish] = [live.setState.bind(live), live.publish.bind(live)];
  live.setState = (state, message) => {
    states.push(state);
    setState(state, message);
    if (state === 'stalled') rates.push(live.stats.frameRate, live.stats.bitrateBps);
  };
  live.publish = (packet) => {
    packets++;
    publish(packet);
  };
  await until('statistics', () => live.stats.frameRate > 0 && packets > 20);
  return { stream, states, packets: () => packets, rates, [Symbol.asyncDispose]: () => stream.close() };
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 3000) throw new Error(`waited 60 s for ${what}`);
    await sleep(20);
  }
}

const stop = (worker: number): boolean => process.kill(worker, 'SIGSTOP');
const spin = (worker: number): boolean => process.kill(worker, 'SIGUSR2');
const spinLookThread = (worker: number): void => writeFileSync(join(HANG_FOLDER, String(worker)), '');

describe.skipIf(!hasSignals)('a worker that hangs', { concurrent: true }, () => {
  it.each([
    ['is stopped', stop],
    ['waits for a look thread that spins', spinLookThread],
  ])('and %s is stalled without a frame rate, then restarted', async (_name, hang) => {
    await using watched = await watch();
    const { stream, states, packets, rates } = watched;
    hang(stream.workerPid ?? 0);
    await until('the stream to stall', () => states.includes('stalled'));
    expect(rates).toEqual([0, 0]);
    await until('a new worker', () => states.lastIndexOf('live') > states.indexOf('stalled'));
    const before = packets();
    await until('packets of the new worker', () => packets() > before + 10);
    expect(states.slice(states.indexOf('stalled'))).toEqual(['stalled', 'starting', 'live']);
  });

  it('and continues goes on without a restart', async () => {
    await using watched = await watch();
    const { stream, states, packets } = watched;
    const worker = stream.workerPid ?? 0;
    stop(worker);
    await until('the stream to stall', () => states.includes('stalled'));
    process.kill(worker, 'SIGCONT');
    const before = packets();
    await until('packets', () => packets() > before + 10 && states.at(-1) === 'live');
    expect(states.slice(states.indexOf('stalled'))).toEqual(['stalled', 'live']);
    expect(stream.workerPid).toBe(worker);
  });

  it.each([
    ['spins in a loop', spin],
    ['waits for a look thread that spins', spinLookThread],
  ])('and %s ends when its parent is killed', async (_name, hang) => {
    const serve = spawn(process.execPath, [MAIN, 'serve', '--port', '0', STREET], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...ENVIRONMENT },
    });
    let printed = '';
    serve.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await until('the stream to open', () => printed.includes('frames/s'));
    const worker = Number(execFileSync('pgrep', ['-P', String(serve.pid), '-f', 'worker.js']).toString());
    try {
      hang(worker);
      await sleep(500);
      serve.kill('SIGKILL');
      await until('the worker to end', () => !isRunning(worker));
    } finally {
      if (isRunning(worker)) process.kill(worker, 'SIGKILL'); // one that spins takes a CPU core from all tests after this one
    }
  });
});

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false; // no such process
  }
}
