import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nocturne } from '../../support/command.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { hashesOf, manifestOf } from '../run/day-set.js';
import { hasRedis, RedisServer } from './redis-server.js';
import {
  killed,
  startNocturne,
  startShortLockWorker,
  startWorker,
  streetTree,
  type NocturneProcess,
} from './worker-process.js';

/** Units of 16 images. */
const IMAGES = 64;
const UNITS = 4;
/** Exit codes of docs/errors.md. */
const [NETWORK, INTERRUPTED] = [5, 130];
const ARGS = ['--generator', 'grade', '--rejects', 'keep', '--recipe', 'varied', '--no-report'];

describe.skipIf(!hasRedis())('a data set rendered by workers', () => {
  const folder = temporaryFolder();
  const input = join(folder, 'days');
  const processes: NocturneProcess[] = [];
  let redis: RedisServer;
  let undisturbed: Record<string, string>;

  const start = (output: string, ...more: string[]): NocturneProcess => {
    const planner = startNocturne(['augment', input, join(folder, output), ...ARGS, '--queue', redis.address, ...more]);
    processes.push(planner);
    return planner;
  };
  /** Starts a planner; resolves when its units are in the queue and it waits for workers. */
  const startWaiting = async (output: string): Promise<NocturneProcess> => {
    const planner = start(output);
    await planner.until('Waits for workers: none takes units from');
    return planner;
  };
  const work = async (...args: string[]): Promise<NocturneProcess> => {
    const worker = await startWorker(redis.address, folder, args);
    processes.push(worker);
    return worker;
  };
  /** Starts a worker whose units are taken over within seconds of its death. */
  const workShortly = async (): Promise<NocturneProcess> => {
    const worker = await startShortLockWorker(redis.address, folder);
    processes.push(worker);
    return worker;
  };
  const states = async (): Promise<{ run: string; states: Record<string, number> }[]> =>
    (JSON.parse(await jobs('--json')) as { runs: { run: string; states: Record<string, number> }[] }).runs;
  /** Nothing is missing, nothing double, and every byte is as in the run that nobody disturbed. */
  const expectWhole = (output: string): void => {
    expect(hashesOf(join(folder, output))).toEqual(undisturbed);
    const rows = manifestOf(join(folder, output));
    expect(rows).toHaveLength(IMAGES);
    expect(new Set(rows.map(({ item }) => item)).size).toBe(IMAGES);
  };
  const jobs = async (...args: string[]): Promise<string> =>
    (await nocturne(['jobs', '--queue', redis.address, ...args])).stdout;

  beforeAll(async () => {
    await streetTree(input, IMAGES);
    redis = await RedisServer.start(join(folder, 'redis'));
    const { exitCode, stderr } = await nocturne(['augment', input, join(folder, 'plain'), ...ARGS, '--jobs', '1']);
    expect(exitCode, stderr).toBe(0);
    undisturbed = hashesOf(join(folder, 'plain'));
    expect(Object.keys(undisturbed).length).toBeGreaterThanOrEqual(IMAGES);
  });

  afterEach(async () => {
    await Promise.all(processes.splice(0).map(killed));
  });

  afterAll(() => redis.kill());

  it('gives the bytes of a single process with three workers, and adds nothing when it runs again', async () => {
    const workers = [await work('--metrics-port', '0'), await work(), await work()];
    const planner = start('three');
    expect(await planner.exited, planner.output()).toBe(0);
    expectWhole('three');
    expect(await jobs()).toContain('no runs, 3 workers');
    const url = /metrics on (\S+)/.exec(workers[0]?.output() ?? '')?.[1] ?? '';
    const metrics = await (await fetch(url)).text();
    expect(metrics).toContain('nocturne_augment_jobs{state="waiting"} 0');
    expect(metrics).toMatch(/nocturne_augment_items_total\{verdict="failed"\} 0/);
    expect((await fetch(url.replace('/metrics', '/'))).status).toBe(404);
    const again = start('three');
    expect(await again.exited, again.output()).toBe(0);
    expect(again.output()).toMatch(/0 nights made, 64 were there/);
    for (const worker of workers) worker.process.kill('SIGTERM');
    expect(await Promise.all(workers.map(({ exited }) => exited))).toEqual([0, 0, 0]);
  });

  it('takes over what a killed worker had, again and again', async () => {
    const planner = await startWaiting('killed');
    for (let kills = 0; kills < 3; kills++) {
      const worker = await workShortly();
      await pause(700 + 400 * kills); // it opens its generator, then it renders
      await killed(worker);
    }
    await workShortly();
    expect(await planner.exited, planner.output()).toBe(0);
    expectWhole('killed');
  });

  it('hands its unit back within seconds on SIGTERM, without a try lost', async () => {
    const planner = await startWaiting('stopped');
    const worker = await work();
    await pause(1500);
    const startMs = performance.now();
    worker.process.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(20_000); // ten on a machine that is not busy
    expect((await states())[0]?.states).toMatchObject({ active: 0, failed: 0, delayed: 0 });
    await work();
    expect(await planner.exited, planner.output()).toBe(0);
    expectWhole('stopped');
  });

  it('goes on when Redis is killed and is back', async () => {
    const planner = await startWaiting('reconnected');
    await workShortly();
    await pause(1500);
    await redis.kill();
    await pause(2500);
    await redis.restart();
    expect(await planner.exited, planner.output()).toBe(0);
    expect(planner.output()).toMatch(/Lost redis:\/\/127\.0\.0\.1:\d+: reconnecting\./);
    expect(planner.output()).toMatch(/Reconnected to redis:/);
    expectWhole('reconnected');
  });

  it('puts its units into a Redis again that forgot them', async () => {
    const planner = await startWaiting('forgotten');
    await workShortly();
    await pause(1200);
    await redis.kill();
    rmSync(join(folder, 'redis', 'appendonlydir'), { recursive: true });
    await redis.restart();
    expect(await planner.exited, planner.output()).toBe(0);
    expectWhole('forgotten');
  });

  it('returns at once with --detach; the same command later waits for the rest and assembles the manifest', async () => {
    const detached = start('detached', '--detach');
    expect(await detached.exited, detached.output()).toBe(0);
    expect(detached.output()).toMatch(/64 nights are in the queue/);
    expect(await jobs()).toMatch(/0 done, 0 active, 4 waiting, 0 delayed, 0 failed/);
    const worker = await workShortly();
    const journal = join(folder, 'detached', 'nocturne', 'journal');
    await expect
      .poll(() => readdirSync(journal).filter((name) => name.includes('-unit-')).length, { timeout: 60_000 })
      .toBeGreaterThan(0);
    await killed(worker);
    const planner = await startWaiting('detached');
    await workShortly();
    expect(await planner.exited, planner.output()).toBe(0);
    expectWhole('detached');
  });

  it('ends in one line when its run is removed, and goes on when the command runs again', async () => {
    const planner = await startWaiting('removed');
    const [run] = await states();
    expect(await jobs('--remove', run?.run ?? '')).toContain('removed');
    expect(await planner.exited, planner.output()).toBe(NETWORK);
    expect(planner.output()).toMatch(/nocturne: run r\w+ was removed from the queue, and 64 nights are missing\./);
    await workShortly();
    const again = start('removed');
    expect(await again.exited, again.output()).toBe(0);
    expectWhole('removed');
  });

  it('ends within seconds of Ctrl-C, also while Redis is gone', async () => {
    const planner = await startWaiting('interrupted');
    await redis.kill();
    await planner.until('Lost redis:');
    const startMs = performance.now();
    planner.process.kill('SIGINT');
    expect(await planner.exited, planner.output()).toBe(INTERRUPTED);
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(planner.output()).toMatch(/nocturne: stopped before .* 0 of 64 nights are done\./);
    await redis.restart();
  });

  it('tries a unit again that could not be written', async () => {
    const detached = start('blocked', '--detach');
    expect(await detached.exited, detached.output()).toBe(0);
    const journal = join(folder, 'blocked', 'nocturne', 'journal');
    renameSync(journal, `${journal}-aside`);
    writeFileSync(journal, ''); // where a folder must be
    const worker = await work();
    await worker.until('failed and is tried again (1): Cannot write');
    rmSync(journal);
    renameSync(`${journal}-aside`, journal);
    const planner = start('blocked');
    expect(await planner.exited, planner.output()).toBe(0);
    expectWhole('blocked');
    const parts = readdirSync(join(folder, 'blocked', 'nocturne', 'journal'));
    expect(parts.filter((name) => /^\d{17}-unit-\d{6}\.jsonl$/.test(name))).toHaveLength(UNITS);
  });
});
