import { describe, expect, it } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { AvFramePool } from '../../src/ingest/av-frame-pool.js';
import { emptyCounts } from '../../src/ingest/decode-session.js';
import { FileSource } from '../../src/ingest/file-source.js';
import { LiveSource } from '../../src/ingest/live-source.js';
import { isIncreasing, options, pull, recordFrame, type FrameRecord } from './media.js';
import { ScriptedSession, type Step } from './scripted-session.js';
import { describeSourceContract } from './source-contract.js';

const frames = (count: number, from = 0): Step[] =>
  Array.from({ length: count }, (_, index) => ({ pts: from + index * 40 }));
const failure = new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message: 'failed in the middle.' });

function fileSource(
  steps: readonly Step[],
  stallTimeoutMs?: number,
): { source: FileSource; pool: AvFramePool; session: ScriptedSession } {
  const pool = new AvFramePool();
  const session = new ScriptedSession(pool, steps);
  const timeout = stallTimeoutMs === undefined ? {} : { stallTimeoutMs };
  const source = new FileSource(
    { session, sourceOptions: options(), label: 'script', ...timeout },
    { pool, counts: { ...emptyCounts(), decoded: 20 } },
  );
  return { source, pool, session };
}

/** @param scripts one for each session: the first, and one for each reconnect. */
function liveSource(
  scripts: readonly (readonly Step[])[],
  isSegmented = false,
): { source: LiveSource; pool: AvFramePool; sessions: ScriptedSession[] } {
  const pool = new AvFramePool();
  const sessions = scripts.map((steps) => new ScriptedSession(pool, steps));
  const [first, ...rest] = sessions;
  const reopen = (): Promise<ScriptedSession> => {
    const session = rest.shift();
    return session ? Promise.resolve(session) : Promise.reject(new Error('no sender'));
  };
  const sourceOptions = options({ stallTimeoutMs: 80 });
  const source = new LiveSource(
    { session: first!, reopen, sourceOptions, label: 'script', isListening: true, isSegmented },
    { pool, counts: { ...emptyCounts(), decoded: 20 } },
  );
  return { source, pool, sessions };
}

describeSourceContract('a script read as a file', {
  ends: true,
  open: () => Promise.resolve(fileSource(frames(12)).source),
});

describe('a file that fails', () => {
  it('delivers the frames before the error, then the error, also with a slow consumer', async () => {
    const { source, pool, session } = fileSource([...frames(2), { fails: failure }]);
    const seen: FrameRecord[] = [];
    const reading = (async () => {
      for await (const frame of source.frames()) {
        seen.push(recordFrame(frame));
        frame.close();
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })();
    await expect(reading).rejects.toBe(failure);
    expect(seen).toHaveLength(2);
    expect(session.isClosed).toBe(true);
    expect(pool.acquiredCount).toBe(0);
  });

  it('reports a download that stalls', async () => {
    const { source, pool } = fileSource([...frames(2), 'stall'], 80);
    await expect(pull(source)).rejects.toMatchObject({ code: 'INPUT_LOST' });
    expect(pool.acquiredCount).toBe(0);
  });

  it('does not time out because of a slow consumer', async () => {
    const { source } = fileSource(frames(8), 80);
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
  it('reconnects after a stall and after an end, with pts that continue', async () => {
    const { source, pool, sessions } = liveSource([
      [...frames(3, 5000), 'stall'],
      [...frames(3, 0), 'end'],
      [...frames(3, 90_000), 'stall'],
    ]);
    const seen: FrameRecord[] = [];
    for await (const frame of source.frames()) {
      seen.push(recordFrame(frame));
      frame.close();
      if (source.stats.reconnects === 2) break;
    }
    expect(isIncreasing(seen.map(({ pts }) => pts))).toBe(true);
    expect(seen.filter(({ discontinuity }) => discontinuity)).toHaveLength(2);
    expect(sessions.every(({ isClosed }) => isClosed)).toBe(true);
    expect(pool.acquiredCount).toBe(0);
  });

  it('paces the frames of a segment by their pts', async () => {
    const { source } = liveSource([[...frames(10), 'stall']], true);
    const started = performance.now();
    expect(await pull(source, 10)).toHaveLength(10);
    expect(source.stats.dropped).toBe(0);
    // No frame may come early; lateness on a busy machine is not checked.
    expect(performance.now() - started).toBeGreaterThan(9 * 40 - 5);
  });

  it('can be closed while it reconnects', async () => {
    const { source, pool } = liveSource([[...frames(2), 'end']]);
    let count = 0;
    const reading = (async () => {
      for await (const frame of source.frames()) {
        frame.close();
        if (++count === 1) setTimeout(() => void source.close(), 60);
      }
    })();
    await reading;
    expect(pool.acquiredCount).toBe(0);
  });

  it('reports a discontinuity though the first frame after it was dropped', async () => {
    const { source } = liveSource([
      [...frames(3, 5000), 'end'],
      [...frames(30, 0), 'stall'],
    ]);
    const seen: FrameRecord[] = [];
    for await (const frame of source.frames()) {
      seen.push(recordFrame(frame));
      frame.close();
      // While this consumer pauses, the input is lost and reconnected, and most of its frames are dropped.
      if (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 60));
      if (source.stats.reconnects === 1 && seen.length >= 2) break;
    }
    expect(source.stats.dropped).toBeGreaterThan(0);
    expect(seen.some(({ discontinuity }) => discontinuity)).toBe(true);
  });
});
