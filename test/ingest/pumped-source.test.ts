import { describe, expect, it } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { AvFramePool } from '../../src/ingest/av-frame-pool.js';
import { FileSource } from '../../src/ingest/file-source.js';
import { LiveSource } from '../../src/ingest/live-source.js';
import { grows, options, pull, remember, type Seen } from './media.js';
import { ScriptedRun, type Step } from './scripted-session.js';
import { describeSourceContract } from './source-contract.js';

const pictures = (count: number, from = 0): Step[] =>
  Array.from({ length: count }, (_, index) => ({ pts: from + index * 40 }));
const broken = new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message: 'broke in the middle.' });

function file(steps: readonly Step[], silenceMs?: number): { source: FileSource; pool: AvFramePool; run: ScriptedRun } {
  const pool = new AvFramePool();
  const run = new ScriptedRun(pool, steps);
  const silence = silenceMs === undefined ? {} : { silenceMs };
  const setup = { run, options: options(), label: 'script', ...silence };
  return { source: new FileSource(setup, { pool, counts: { decoded: 20, corrupt: 0, skipped: [] } }), pool, run };
}

function live(
  rounds: readonly (readonly Step[])[],
  isSegmented = false,
): { source: LiveSource; pool: AvFramePool; runs: ScriptedRun[] } {
  const pool = new AvFramePool();
  const runs = rounds.map((steps) => new ScriptedRun(pool, steps));
  const [first, ...rest] = runs;
  const reopen = (): Promise<ScriptedRun> => {
    const run = rest.shift();
    return run ? Promise.resolve(run) : Promise.reject(new Error('not there'));
  };
  const setup = {
    run: first!,
    reopen,
    options: options({ stallTimeoutMs: 80 }),
    label: 'script',
    isListening: true,
    isSegmented,
  };
  return { source: new LiveSource(setup, { pool, counts: { decoded: 20, corrupt: 0, skipped: [] } }), pool, runs };
}

describeSourceContract('a script read as a file', {
  ends: true,
  open: () => Promise.resolve(file(pictures(12)).source),
});

describe('a file that fails', () => {
  it('gives what came before, then the error, also when nobody pulls meanwhile', async () => {
    const { source, pool, run } = file([...pictures(2), { fails: broken }]);
    const seen: Seen[] = [];
    const reading = (async () => {
      for await (const frame of source.frames()) {
        seen.push(remember(frame));
        frame.close();
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })();
    await expect(reading).rejects.toBe(broken);
    expect(seen).toHaveLength(2);
    expect(run.closed).toBe(true);
    expect(pool.taken).toBe(0);
  });

  it('reports a download that falls silent', async () => {
    const { source, pool } = file([...pictures(2), 'silence'], 80);
    await expect(pull(source)).rejects.toMatchObject({ code: 'INPUT_LOST' });
    expect(pool.taken).toBe(0);
  });

  it('does not take a slow consumer for silence', async () => {
    const { source } = file(pictures(8), 80);
    let count = 0;
    for await (const frame of source.frames()) {
      frame.close();
      count++;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(count).toBe(8);
  });
});

describe('a live input that is lost', () => {
  it('is called again after silence and after an end, with times that go on', async () => {
    const { source, pool, runs } = live([
      [...pictures(3, 5000), 'silence'],
      [...pictures(3, 0), 'end'],
      [...pictures(3, 90_000), 'silence'],
    ]);
    const seen: Seen[] = [];
    for await (const frame of source.frames()) {
      seen.push(remember(frame));
      frame.close();
      if (source.stats.reconnects === 2) break;
    }
    expect(grows(seen.map(({ pts }) => pts))).toBe(true);
    expect(seen.filter(({ discontinuity }) => discontinuity)).toHaveLength(2);
    expect(runs.every(({ closed }) => closed)).toBe(true);
    expect(pool.taken).toBe(0);
  });

  it('spreads the pictures of a segment over its time', async () => {
    const { source } = live([[...pictures(10), 'silence']], true);
    const started = performance.now();
    expect(await pull(source, 10)).toHaveLength(10);
    expect(source.stats.dropped).toBe(0);
    // No picture may come before its time; how late a busy machine is says nothing.
    expect(performance.now() - started).toBeGreaterThan(9 * 40 - 5);
  });

  it('can be closed while it waits to come back', async () => {
    const { source, pool } = live([[...pictures(2), 'end']]);
    let count = 0;
    const reading = (async () => {
      for await (const frame of source.frames()) {
        frame.close();
        if (++count === 1) setTimeout(() => void source.close(), 60);
      }
    })();
    await reading;
    expect(pool.taken).toBe(0);
  });

  it('passes on that pictures broke off, though the first after the break was dropped', async () => {
    const { source } = live([
      [...pictures(3, 5000), 'end'],
      [...pictures(30, 0), 'silence'],
    ]);
    const seen: Seen[] = [];
    for await (const frame of source.frames()) {
      seen.push(remember(frame));
      frame.close();
      // While this consumer is away, the input breaks off, comes back, and most of its pictures are dropped.
      if (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 60));
      if (source.stats.reconnects === 1 && seen.length >= 2) break;
    }
    expect(source.stats.dropped).toBeGreaterThan(0);
    expect(seen.some(({ discontinuity }) => discontinuity)).toBe(true);
  });
});
