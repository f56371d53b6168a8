import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectQueue, type QueueConnection } from '../../../src/augment/queue/redis-connection.js';
import { openQueue } from '../../../src/augment/queue/queue-worker.js';
import { listRuns, removeRun, retryRun } from '../../../src/augment/queue/queued-runs.js';
import { RunGate } from '../../../src/augment/queue/run-gate.js';
import { RunRegistry } from '../../../src/augment/queue/run-registry.js';
import { runWorker } from '../../../src/augment/queue/run-worker.js';
import type { UnitQueue } from '../../../src/augment/queue/enqueue-units.js';
import { parseRun, type JobPayload, type QueuedRun } from '../../../src/augment/queue/job-payload.js';
import { readRecipe } from '../../../src/augment/recipe/recipe.js';
import { generatorOrigin } from '../../../src/augment/run/generator-origin.js';
import { sha256 } from '../../../src/augment/store/local-store.js';
import { NocturneError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { freePort } from '../store/s3-server.js';
import { hasRedis, RedisServer } from './redis-server.js';
import { streetTree } from './worker-process.js';

const VERSION = '1.2.3';
const folder = temporaryFolder();
const input = join(folder, 'allowed', 'days');
const output = join(folder, 'allowed', 'nights');

async function lineOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (!(error instanceof NocturneError)) throw new Error(`must reject with a NocturneError, got ${String(error)}`);
  return error.toLine();
}

async function exampleRun(changes: Partial<QueuedRun> = {}): Promise<QueuedRun> {
  const { recipe, text } = readRecipe('plain', { style: 'city-led' });
  const generator = await generatorOrigin('grade');
  return {
    ...{ input, output, units: 1, items: 1, createdMs: 1 },
    settings: {
      ...{ layout: 'images', recipe: text, seed: 1, variants: 1, smoothing: 0, rejects: 'keep', nights: 'copy' },
      model: { generator: 'grade', style: 'city-led', device: 'cpu', threads: 1 },
      ...{ hasLamps: false, hasLightMasks: false, hasSceneMasks: false },
    },
    origin: { recipe: recipe.name, recipeSha256: sha256(Buffer.from(text)), ...generator, nocturne: VERSION },
    ...changes,
  };
}

function exampleJob(changes: Record<string, unknown> = {}): JobPayload {
  const item = { id: 'a/ggg.png', kind: 'image', source: 'a/ggg.png', output: 'a/ggg.png', labels: [], ...changes };
  // What is wrong in it is what the worker must notice.
  return {
    run: 'rgood',
    unit: { index: 0, kind: 'images', items: [item] },
    copies: [],
    done: [],
    part: 'x-unit-000000',
  } as unknown as JobPayload;
}

describe('what a worker allows', () => {
  it('takes runs in its roots, links followed, and refuses others with one reason', async () => {
    mkdirSync(input, { recursive: true });
    mkdirSync(join(folder, 'elsewhere'), { recursive: true });
    if (!existsSync(join(folder, 'allowed', 'link')))
      symlinkSync(join(folder, 'elsewhere'), join(folder, 'allowed', 'link'));
    const gate = new RunGate({ roots: [join(folder, 'allowed'), 's3://sets/ours'], version: VERSION });
    expect(await gate.refusal(await exampleRun())).toBeUndefined();
    expect(
      await gate.refusal(await exampleRun({ input: 's3://sets/ours/kitti', output: 's3://sets/ours' })),
    ).toBeUndefined();
    for (const bad of [
      ...[
        '/etc',
        folder,
        `${join(folder, 'allowed')}-2`,
        join(folder, 'allowed', 'link', 'x'),
        'allowed',
        '../allowed',
      ],
      ...['s3://sets/ours-not', 's3://sets', 's3://sets/ours/../theirs', 'file:///etc', join(folder, 'allowed', '..')],
    ]) {
      expect(await gate.refusal(await exampleRun({ output: bad })), bad).toMatch(/is outside the roots of this worker/);
      expect(await gate.refusal(await exampleRun({ input: bad })), bad).toMatch(/is outside the roots of this worker/);
    }
  });

  it('refuses what it would render to other bytes', async () => {
    const gate = new RunGate({ roots: [folder], version: VERSION });
    const { origin, settings } = await exampleRun();
    const { model } = settings;
    const refusalOf = async (changes: Partial<QueuedRun>): Promise<string | undefined> =>
      gate.refusal(await exampleRun(changes));
    expect(await refusalOf({ origin: { ...origin, nocturne: '9.0.0' } })).toBe(
      `the run is of nocturne 9.0.0, this worker is ${VERSION}`,
    );
    expect(await refusalOf({ origin: { ...origin, generatorVersion: '7' } })).toMatch(
      /its generator grade is 7, here it is/,
    );
    expect(await refusalOf({ origin: { ...origin, cardSha256: 'ab' } })).toMatch(/or differs/);
    expect(await refusalOf({ settings: { ...settings, model: { ...model, style: '/etc/passwd' } } })).toMatch(
      /not in its recipe/,
    );
    expect(await refusalOf({ settings: { ...settings, model: { ...model, generator: '/etc/passwd' } } })).toMatch(
      /outside the roots/,
    );
    expect(
      await refusalOf({ settings: { ...settings, model: { ...model, generator: join(folder, 'none') } } }),
    ).toMatch(/model not found/);
    expect(await refusalOf({ settings: { ...settings, recipe: '{"version":1,"evil":2}' } })).toMatch(/is not a recipe/);
  });
});

it('refuses a run whose names hold control characters, which a terminal would obey', async () => {
  const run = await exampleRun();
  expect(parseRun(run)).toEqual(run);
  const { origin } = run;
  for (const bad of [{ input: '/x\u001b[2J' }, { output: '/x\n' }, { origin: { ...origin, nocturne: '1\u0007' } }]) {
    expect(() => parseRun({ ...run, ...bad })).toThrow(/^the run is not valid: [^\p{Cc}]+: must be one line$/u);
  }
});

describe('the address of a queue', () => {
  it('is never shown with its password', async () => {
    const port = await freePort();
    const line = await lineOf(connectQueue(`redis://me:hunter2@127.0.0.1:${port}`, silentLogger));
    expect(line).toMatch(
      /^The queue redis:\/\/me:\*\*\*@127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED.*\[INPUT_REFUSED\]$/,
    );
    expect(line).not.toContain('hunter2');
    for (const bad of ['127.0.0.1:6379', 'http://me:hunter2@host', 'redis://', 'redis:/host']) {
      const refusal = await lineOf(connectQueue(bad, silentLogger));
      expect(refusal).toMatch(/\[CONFIG_INVALID\]$/);
      expect(refusal).not.toContain('hunter2');
    }
  });
});

describe.skipIf(!hasRedis())('jobs that somebody else wrote into Redis', () => {
  const stop = new AbortController();
  let redis: RedisServer;
  let connection: QueueConnection;
  let queue: UnitQueue;
  let runs: RunRegistry;
  let ended: Promise<void>;

  const until = async (state: 'failed' | 'completed', id: string): Promise<void> => {
    for (let tries = 0; tries < 600; tries++) {
      if ((await (await queue.getJob(id))?.getState()) === state) return;
      await pause(100);
    }
    throw new Error(`${id} must become ${state}`);
  };

  beforeAll(async () => {
    await streetTree(input, 4);
    redis = await RedisServer.start(join(folder, 'redis'), { password: 'hunter2' });
    const address = `redis://:hunter2@127.0.0.1:${redis.port}`;
    expect(await lineOf(connectQueue(redis.address, silentLogger))).toMatch(
      /does not accept the password\..*\[INPUT_REFUSED\]$/,
    );
    connection = await connectQueue(address, silentLogger);
    queue = openQueue(connection);
    runs = new RunRegistry(connection.redis);
    ended = runWorker({
      queue: address,
      jobs: 1,
      roots: [join(folder, 'allowed')],
      version: VERSION,
      logger: silentLogger,
      signal: stop.signal,
      times: { stalledMs: 500 },
    });
    await runs.put('rgood', await exampleRun());
  });

  afterAll(async () => {
    stop.abort();
    await ended;
    await queue.close();
    connection[Symbol.dispose]();
    await redis.kill();
  });

  it('are refused in one line, and good ones done all the same', async () => {
    const hostile: Record<string, unknown> = {
      'rbad-0': 'text',
      'rbad-1': { ...exampleJob(), run: '../../etc' },
      'rbad-2': exampleJob({ output: '../../escaped.png' }),
      'rbad-3': exampleJob({ source: '/etc/passwd' }),
      'rbad-4': exampleJob({ id: 'a\0b' }),
      'rbad-5': { ...exampleJob(), part: '../../journal' },
      'rbad-6': { ...exampleJob(), code: 'process.exit()' },
      'rbad-7': { ...exampleJob(), run: 'runknown' },
      'rbad-8': exampleJob({ labels: ['../secret.txt'] }),
    };
    const options = { attempts: 6, backoff: { type: 'exponential', delay: 1000 } };
    for (const [jobId, data] of Object.entries(hostile)) {
      await queue.add('unit', data as JobPayload, { ...options, jobId }); // hostile: no such data
    }
    await queue.add('unit', exampleJob(), { ...options, jobId: 'rgood-0' });
    for (const id of Object.keys(hostile)) await until('failed', id);
    await until('completed', 'rgood-0');
    expect(existsSync(join(output, 'a', 'ggg.png'))).toBe(true);
    expect(existsSync(join(folder, 'escaped.png'))).toBe(false);
    const bad = (await listRuns(queue, runs)).find(({ run }) => run === 'rbad');
    expect(bad?.states.failed).toBe(9);
    expect(bad?.deadLetters).toHaveLength(9);
    for (const { reason, tries } of bad?.deadLetters ?? []) {
      expect(reason).toMatch(/^(the job is not valid: [^\n]+|its run runknown was removed)$/);
      expect(tries).toBe(1);
    }
    expect(await retryRun(queue, runs, 'rbad')).toBe(9);
    for (const id of Object.keys(hostile)) await until('failed', id);
    expect(await removeRun(queue, runs, 'rbad')).toBe(0);
    expect(await lineOf(removeRun(queue, runs, 'rbad'))).toMatch(/The queue has no run rbad\..*\[INPUT_NOT_FOUND\]$/);
    expect((await listRuns(queue, runs)).map(({ run }) => run)).toEqual(['rgood']);
  });

  it('are not noted as done by a worker whose unit another has taken over', async () => {
    const id = 'rgood-1';
    const part = 'x-unit-000001';
    await queue.add('unit', { ...exampleJob({ output: 'a/late.png' }), part }, { jobId: id });
    await expect
      .poll(() => queue.getJob(id).then((job) => job?.isActive()), { timeout: 60_000, interval: 5 })
      .toBe(true);
    await connection.redis.set(`nocturne:augment:${id}:lock`, 'another worker');
    await expect.poll(() => existsSync(join(output, 'a', 'late.png')), { timeout: 60_000 }).toBe(true);
    // The worker takes one unit at a time: it is through with this one when it has done the next.
    await queue.add('unit', exampleJob(), { jobId: 'rgood-2' });
    await until('completed', 'rgood-2');
    expect(await (await queue.getJob(id))?.getState()).toBe('active');
    expect(readdirSync(join(output, 'nocturne', 'journal'))).not.toContain(`${part}.jsonl`);
    await connection.redis.del(`nocturne:augment:${id}:lock`);
    await until('completed', id); // whoever notices takes it over
    expect(readdirSync(join(output, 'nocturne', 'journal'))).toContain(`${part}.jsonl`);
  });

  it('go back to the queue where another worker may take them, with the reason', async () => {
    const { origin } = await exampleRun();
    await runs.put('rother', await exampleRun({ origin: { ...origin, nocturne: '9.0.0' } }));
    await queue.add('unit', { ...exampleJob(), run: 'rother' }, { jobId: 'rother-0', attempts: 6 });
    await expect.poll(() => runs.refusals('rother'), { timeout: 60_000 }).not.toEqual({});
    const [reason] = Object.values(await runs.refusals('rother'));
    expect(reason).toBe(`the run is of nocturne 9.0.0, this worker is ${VERSION}`);
    const job = await queue.getJob('rother-0');
    expect(job?.attemptsMade).toBe(0);
    expect(await job?.isFailed()).toBe(false);
    await expect.poll(() => removeRun(queue, runs, 'rother').catch(() => 0), { timeout: 20_000 }).toBe(0);
  });
});
