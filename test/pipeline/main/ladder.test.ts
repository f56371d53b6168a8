import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyModel, type TinyModelOptions } from '../../infer/tiny-model.js';
import { watchStream, type WatchedStream } from '../../support/watched-stream.js';

const STREET = 'street:size=320x180,rate=10';
/** Windows has no SIGSTOP. */
const hasSignals = process.platform !== 'win32';

let folder = '';
const opened: WatchedStream[] = [];
afterAll(async () => {
  await Promise.all(opened.map(({ stream }) => stream.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** A live stream whose model is of its user, and so runs in the generator process. */
function open(name: string, options: TinyModelOptions = {}): WatchedStream & { readonly model: string } {
  const model = writeTinyModel(folder, name, options);
  const watched = { ...watchStream(STREET, { name, generator: model }), model };
  opened.push(watched);
  return watched;
}

/** Waits until twenty frames in a row have the stream's own looks: the counter of others stands still. */
async function hasOwnNight({ stream, live, packets, until }: WatchedStream): Promise<void> {
  let [fallbacks, since] = [-1, 0];
  await until('its own night', () => {
    const { stats } = live;
    const isOwn = stats.degraded === '' && stats.generator.startsWith(`${stream.name} `);
    if (!isOwn || stats.fallbacks !== fallbacks) [fallbacks, since] = [stats.fallbacks, packets.length];
    return packets.length >= since + 20;
  });
}

// Two streams on one generator process, through one fault after the other.
describe('streams whose generator process has a fault', () => {
  let kept: ReturnType<typeof open>;
  let removed: ReturnType<typeof open>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nocturne-ladder-'));
    [kept, removed] = [open('kept'), open('removed')];
    await Promise.all([kept, removed].map(hasOwnNight));
  });

  it('go on when the process is killed, and have their own night again', async () => {
    expect(kept.stream.generatorPid).toBe(removed.stream.generatorPid);
    const pid = kept.stream.generatorPid ?? 0;
    for (const { states } of [kept, removed]) states.length = 0;
    process.kill(pid, 'SIGKILL');
    await kept.goesOn();
    await kept.until('another process', () => ![undefined, pid].includes(kept.stream.generatorPid));
    await Promise.all([kept, removed].map(hasOwnNight));
    for (const { live, states, messages } of [kept, removed]) {
      expect(live.stats.fallbacks).toBeGreaterThan(0);
      expect(states.filter((state) => state !== 'live')).toEqual([]);
      expect(messages.every((message) => !message.includes(folder))).toBe(true);
    }
  }, 120_000);

  it.runIf(hasSignals)(
    'go on with lit while the process hangs, until it is killed and restarted',
    async () => {
      const { stream, live, messages, until, goesOn } = kept;
      const pid = stream.generatorPid ?? 0;
      process.kill(pid, 'SIGSTOP');
      await until('degraded', () => live.stats.degraded !== '');
      expect(live.stats.degraded).toMatch(
        /^The generator process does not respond\. lit on the CPU makes the night until kept\.onnx works again\.$/,
      );
      expect(live.message).toBe(live.stats.degraded);
      await goesOn();
      expect(live.stats.generator).toMatch(/^lit /);
      await until('killed', () => stream.generatorPid !== pid);
      await hasOwnNight(kept);
      expect(messages).toContain('The stream has its own night again.');
    },
    150_000,
  );

  it('go on when a model is removed and damaged, also in a worker that restarts, and take it again once it is there', async () => {
    const { stream, model, live, until, goesOn } = removed;
    await hasOwnNight(removed);
    renameSync(model, `${model}.kept`);
    process.kill(stream.generatorPid ?? 0, 'SIGKILL');
    await until('degraded', () => live.stats.degraded.includes('model not found: removed.onnx'));
    await goesOn();
    writeFileSync(model, 'no model');
    await stream.killWorker();
    await until('live again', () => live.state === 'live' && live.stats.degraded.includes('does not match its card'));
    await goesOn();
    renameSync(`${model}.kept`, model);
    await hasOwnNight(removed);
    expect(kept.live.state).toBe('live');
    await removed.stream.close();
  }, 150_000);
});

it('a stream goes on with lit when its network gives no numbers', async () => {
  const { live, until, goesOn, stream } = open('nan', { hasSqrtLights: true }); // the root of what is dark
  await until('degraded', () =>
    live.stats.degraded.includes('nan.onnx returned a look that is not finite. lit on the CPU'),
  );
  await goesOn();
  expect(live.state).toBe('live');
  await stream.close();
}, 120_000);

it('a change of generator takes place without a gap, and leaves the old one where it is refused', async () => {
  const { stream, live, states, until, goesOn, model } = open('changed');
  await until('packets', () => live.stats.generator.startsWith('changed '));
  writeFileSync(join(folder, 'changed-bad.onnx'), 'no model');
  states.length = 0;
  await expect(live.changeGenerator({ generator: join(folder, 'changed-bad.onnx') })).rejects.toMatchObject({
    code: 'CONFIG_INVALID', // not on the menu
  });
  await expect(live.changeGenerator({ style: '/etc/passwd' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await live.changeGenerator({ generator: 'nightgrid' });
  await until('nightgrid', () => live.stats.generator.startsWith('nightgrid'));
  expect(stream.generatorPid).toBeUndefined(); // the package's own network runs in the worker
  await goesOn();
  rmSync(model);
  await expect(live.changeGenerator({ generator: model })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  await goesOn();
  expect(live.stats.generator).toMatch(/^nightgrid/);
  expect(live.generator).toMatchObject({ generator: 'nightgrid', style: 'city-led' });
  const changes = [live.changeGenerator({ style: 'motorway' }), live.changeGenerator({ style: 'village' })];
  const outcomes = await Promise.allSettled(changes);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(new Set(states)).toEqual(new Set(['live']));
}, 120_000);
