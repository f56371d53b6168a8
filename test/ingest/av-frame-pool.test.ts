import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromSeconds, micros } from '../../src/core/time.js';
import { AvFramePool } from '../../src/ingest/av-frame-pool.js';
import { AvDecodeSession } from '../../src/ingest/av-decode-session.js';
import { FileSource } from '../../src/ingest/file-source.js';
import { planFile } from '../../src/ingest/open-plan.js';
import { ffmpeg, hasFfmpeg, options, pattern, pull, temporaryFolder } from './media.js';

const folder = temporaryFolder();
const format = {
  ...{ width: 64, height: 48, notices: [] },
  color: { matrix: 'bt709', range: 'limited' } as const,
  sampleAspect: [1, 1] as const,
};
const times = { pts: micros(0), duration: fromSeconds(0.04), capturedAt: micros(0), discontinuity: false };

describe('AvFramePool', () => {
  it('hands a picture that was given back out again, but not while it is held elsewhere', () => {
    const pool = new AvFramePool();
    const first = pool.take(format);
    pool.give(first);
    const second = pool.take(format);
    expect(second).toBe(first);
    // An encoder at work refers to the picture's memory.
    const encoders = second.clone();
    pool.give(second);
    const third = pool.take(format);
    expect(third).not.toBe(first);
    pool.give(third);
    encoders?.free();
    pool.close();
    expect(pool.taken).toBe(0);
  });

  it('makes frames that lend their native picture and give it back once', () => {
    const pool = new AvFramePool();
    const native = pool.take(format);
    const frame = pool.toFrame({ native, format }, times);
    expect(frame.native).toBe(native);
    const copy = frame.clone();
    expect(copy.native).not.toBe(native);
    expect(pool.taken).toBe(2);
    frame.close();
    frame.close();
    copy.close();
    expect(pool.taken).toBe(0);
    pool.close();
  });

  it('takes back frames that outlive it', () => {
    const pool = new AvFramePool();
    const frame = pool.toFrame({ native: pool.take(format), format }, times);
    pool.close();
    frame.y[0] = 1;
    frame.close();
    expect(pool.taken).toBe(0);
  });

  it.runIf(hasFfmpeg)('has all pictures back however a source ends', async () => {
    const file = join(folder, 'clip.mp4');
    await ffmpeg(...pattern('64x48', 25, 1), '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-bf', '2', file);
    for (const count of [0, 1, 7, Infinity]) {
      const pool = new AvFramePool();
      const context = { options: options(), pool, counts: { decoded: 0, corrupt: 0, skipped: [] } };
      const run = await AvDecodeSession.open(planFile(file, context.options, 'clip', true), context);
      const source = new FileSource({ run, options: context.options, label: 'clip' }, context);
      if (count > 0) await pull(source, count);
      await source.close();
      expect(pool.taken, `after ${count} frames`).toBe(0);
    }
  });
});
