import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream } from '../../../src/library.js';
import { WorkerStream } from '../../../src/pipeline/main/worker-stream.js';
import { writeTinyModel, type TinyModelOptions } from '../../infer/tiny-model.js';

const STREET = 'street:size=320x180,rate=10';
/** Windows has no SIGSTOP. */
const hasSignals = process.platform !== 'win32';
/** A machine under load opens a network in seconds. */
const TIMEOUT_MS = 60_000;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nocturne-ladder-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A live stream whose model is of its user, and so runs in the generator process. */
async function open(name: string, options: TinyModelOptions = {}) {
  const model = writeTinyModel(folder, name, options);
  const stream = startStream(STREET, { generator: model });
  if (!(stream instanceof WorkerStream)) throw new TypeError('startStream must return a WorkerStream');
  const { live } = stream;
  const messages: string[] = [];
  const states = new Set<string>();
  let packets = 0;
  const [setState, publish] = [live.setState.bind(live), live.publish.bind(live)];
  live.setState = (state, message) => {
    states.add(state);
    messages.push(message);
    setState(state, message);
  };
  live.publish = (packet) => {
    packets++;
    publish(packet);
  };
  const until = async (what: string, isTrue: () => boolean): Promise<void> => {
    const started = performance.now();
    while (!isTrue()) {
      await sleep(50);
      if (performance.now() - started > TIMEOUT_MS) throw new Error(`not ${what}: ${JSON.stringify(live.stats)}`);
    }
  };
  /** Waits until viewers have new packets. */
  const goesOn = async (): Promise<void> => {
    const before = packets;
    await until('new packets', () => packets > before + 5);
  };
  await until('packets of its own night', () => packets > 5 && live.stats.generator.startsWith(`${name} `));
  return { stream, model, live, messages, states, until, goesOn, [Symbol.asyncDispose]: () => stream.close() };
}

describe('a stream whose generator process has a fault', () => {
  it('goes on when the process is killed, says so, and has its own night again', async () => {
    await using watched = await open('killed');
    const { stream, live, messages, states, until, goesOn } = watched;
    const pid = stream.generatorPid ?? 0;
    states.clear();
    process.kill(pid, 'SIGKILL');
    await goesOn();
    expect(live.stats.fallbacks).toBeGreaterThanOrEqual(0);
    await until('another process', () => stream.generatorPid !== undefined && stream.generatorPid !== pid);
    const { network } = live.stats.stages;
    await until('its own night', () => live.stats.degraded === '' && live.stats.lookAgeMs < 5000);
    await goesOn();
    expect(network).toBeDefined();
    expect([...states].filter((state) => state !== 'live')).toEqual([]);
    expect(messages.every((message) => !message.includes(folder))).toBe(true);
  }, 120_000);

  it.runIf(hasSignals)(
    'goes on with lit while the process hangs, until it is killed and restarted',
    async () => {
      await using watched = await open('stopped');
      const { stream, live, messages, until, goesOn } = watched;
      const pid = stream.generatorPid ?? 0;
      process.kill(pid, 'SIGSTOP');
      await until('degraded', () => live.stats.degraded !== '');
      expect(live.stats.degraded).toMatch(
        /^The generator process does not respond\. lit on the CPU makes the night until/,
      );
      expect(live.message).toBe(live.stats.degraded);
      await goesOn();
      expect(live.stats.generator).toMatch(/^lit /);
      await until('killed', () => stream.generatorPid !== pid);
      await until('its own night', () => live.stats.degraded === '');
      expect(live.stats.generator).toMatch(/^(stopped|removed) /);
      expect(messages).toContain('The stream has its own night again.');
    },
    150_000,
  );

  it('goes on when the model is removed and damaged, also in a worker that restarts, and takes it again once it is back', async () => {
    await using watched = await open('removed');
    const { stream, model, live, until, goesOn } = watched;
    renameSync(model, `${model}.kept`);
    process.kill(stream.generatorPid ?? 0, 'SIGKILL');
    await until('degraded', () => live.stats.degraded.includes('model not found: removed.onnx'));
    await goesOn();
    writeFileSync(model, 'no model');
    await stream.killWorker();
    await until('live again', () => live.state === 'live' && live.stats.degraded.includes('does not match its card'));
    await goesOn();
    renameSync(`${model}.kept`, model);
    await until('its own night', () => live.stats.degraded === '');
    expect(live.stats.generator).toMatch(/^(stopped|removed) /);
  }, 150_000);

  it('goes on with lit when the network gives no numbers', async () => {
    await using watched = await open('nan', { hasSqrtLights: true }); // the root of what is dark
    const { live, until, goesOn } = watched;
    await until('degraded', () =>
      live.stats.degraded.includes('nan.onnx returned a look that is not finite. lit on the CPU'),
    );
    await goesOn();
    expect(live.state).toBe('live');
  }, 120_000);
});

describe('a change of generator', () => {
  it('takes place without a gap, and leaves the old one where it is refused', async () => {
    await using watched = await open('changed');
    const { stream, live, states, until, goesOn } = watched;
    writeFileSync(join(folder, 'changed-bad.onnx'), 'no model');
    states.clear();
    await expect(live.changeGenerator({ generator: join(folder, 'changed-bad.onnx') })).rejects.toMatchObject({
      code: 'CONFIG_INVALID', // not on the menu
    });
    await expect(live.changeGenerator({ style: '/etc/passwd' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await live.changeGenerator({ generator: 'nightgrid' });
    await until('nightgrid', () => live.stats.generator.startsWith('nightgrid'));
    expect(stream.generatorPid).toBeUndefined(); // the package's own network runs in the worker
    await goesOn();
    rmSync(watched.model);
    await expect(live.changeGenerator({ generator: watched.model })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await goesOn();
    expect(live.stats.generator).toMatch(/^nightgrid/);
    expect(live.generator).toMatchObject({ generator: 'nightgrid', style: 'city-led' });
    const changes = [live.changeGenerator({ style: 'motorway' }), live.changeGenerator({ style: 'village' })];
    const outcomes = await Promise.allSettled(changes);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect([...states]).toEqual(['live']);
  }, 120_000);
});
