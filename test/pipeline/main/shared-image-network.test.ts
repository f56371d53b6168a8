import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../../src/core/logger.js';
import { silentLogger } from '../../../src/core/logger.js';
import { inspectModel } from '../../../src/infer/image-network/inspect-model.js';
import { startServer, type StreamServer } from '../../../src/stream/stream-server.js';
import { writeTinyImageModel } from '../../infer/image-network/tiny-image-model.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { watchStream, type WatchedStream } from '../../support/watched-stream.js';

const folder = temporaryFolder();
const lines: string[] = [];
const logger: Logger = { ...silentLogger, debug: (_, line) => void lines.push(line) };
/** How often the generator process has loaded a network. */
const loads = (): number => lines.filter((line) => line.includes('generator process loads a network')).length;

// Two streams with one image network, which a user brings: a file and its card.
describe('an image network in the generator process', () => {
  let model: string;
  let first: WatchedStream;
  let second: WatchedStream;
  let server: StreamServer;
  beforeAll(async () => {
    model = writeTinyImageModel(folder, 'dusk', { input: [1, 3, 128, 128] });
    const { card } = await inspectModel(model);
    writeFileSync(join(folder, 'dusk.json'), JSON.stringify(card));
    const open = (name: string): WatchedStream =>
      watchStream('street:size=320x180,rate=10', { name, generator: model, logger });
    [first, second] = [open('first'), open('second')];
    server = await startServer({
      port: 0,
      streams: new Map([first.live, second.live].map((live) => [live.name, live])),
    });
    await Promise.all([first, second].map(hasDusk));
  });
  afterAll(async () => {
    await server.close();
    await Promise.all([first.stream.close(), second.stream.close()]);
  });

  async function hasDusk({ live, until, goesOn }: WatchedStream): Promise<void> {
    await until('dusk', () => live.stats.generator.startsWith('dusk ') && live.stats.degraded === '');
    await goesOn();
  }

  /** Changes the first stream's generator over HTTP. Returns the status. */
  async function change(generator: string): Promise<number> {
    const answer = await fetch(`${server.url}api/streams/first/generator`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ generator }),
    });
    return answer.status;
  }

  it('makes the night of both streams, loaded once', () => {
    expect(first.stream.generatorPid).toBe(second.stream.generatorPid);
    expect(loads()).toBe(1);
    for (const { live } of [first, second]) expect(live.stats.fallbacks).toBe(0);
  });

  it('is left for another generator and taken again, without a gap', async () => {
    first.states.length = 0;
    expect(await change('nightgrid')).toBe(200);
    await first.until('nightgrid', () => first.live.stats.generator.startsWith('nightgrid'));
    await first.goesOn();
    expect(first.stream.generatorPid).toBeUndefined();
    expect(await change(model)).toBe(200);
    await hasDusk(first);
    expect(first.stream.generatorPid).toBe(second.stream.generatorPid);
    expect(await change('/etc/passwd')).toBe(409);
    expect(new Set(first.states)).toEqual(new Set(['live']));
    expect(loads()).toBe(1); // the second stream has kept it
  });

  it('is replaced by lit while its file is gone, and makes the night again once it is there', async () => {
    renameSync(model, `${model}.kept`);
    process.kill(first.stream.generatorPid ?? 0, 'SIGKILL');
    for (const { live, until, goesOn } of [first, second]) {
      await until('degraded', () => /dusk\.onnx.*lit on the CPU makes the night/.test(live.stats.degraded));
      await goesOn();
      expect(live.state).toBe('live');
    }
    expect(await change(model)).toBe(409);
    renameSync(`${model}.kept`, model);
    await Promise.all([first, second].map(hasDusk));
  });
});

it.runIf(process.platform === 'linux')('a stream of the default generator starts no generator process', async () => {
  await using plain = watchStream('street:size=320x180,rate=10', { name: 'plain', logger });
  await plain.until('lit', () => plain.live.stats.generator.startsWith('lit '));
  expect(plain.stream.generatorPid).toBeUndefined();
  expect(plain.live.stats.stages.network?.p95).toBe(0);
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const commands = children.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  expect(commands.filter((command) => command.includes('worker.js'))).toHaveLength(1);
  expect(commands.filter((command) => command.includes('generator-entry.js'))).toEqual([]);
});
