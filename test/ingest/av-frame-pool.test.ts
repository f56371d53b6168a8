import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromSeconds, micros } from '../../src/core/time.js';
import { emptyCounts } from '../../src/ingest/decode-session.js';
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
  it('reuses a released frame, but not while an encoder still refers to it', () => {
    const pool = new AvFramePool();
    const first = pool.acquire(format);
    pool.release(first);
    const second = pool.acquire(format);
    expect(second.avFrame).toBe(first.avFrame);
    const encoderReference = second.avFrame.clone();
    pool.release(second);
    const third = pool.acquire(format);
    expect(third.avFrame).not.toBe(first.avFrame);
    pool.release(third);
    encoderReference?.free();
    pool.close();
    expect(pool.acquiredCount).toBe(0);
  });

  it('makes frames that lend their AVFrame and release it once', () => {
    const pool = new AvFramePool();
    const decoded = pool.acquire(format);
    const frame = pool.toFrame(decoded, times);
    expect(frame.native).toBe(decoded.avFrame);
    const copy = frame.clone();
    expect(copy.native).not.toBe(decoded.avFrame);
    expect(pool.acquiredCount).toBe(2);
    frame.close();
    frame.close();
    copy.close();
    expect(pool.acquiredCount).toBe(0);
    pool.close();
  });

  it('accepts frames that are closed after the pool', () => {
    const pool = new AvFramePool();
    const frame = pool.toFrame(pool.acquire(format), times);
    pool.close();
    frame.y[0] = 1;
    frame.close();
    expect(pool.acquiredCount).toBe(0);
  });

  it.runIf(hasFfmpeg)('has no frame acquired after a source ends, whichever way it ends', async () => {
    const file = join(folder, 'clip.mp4');
    await ffmpeg(...pattern('64x48', 25, 1), '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-bf', '2', file);
    for (const count of [0, 1, 7, Infinity]) {
      const pool = new AvFramePool();
      const context = { options: options(), pool, counts: emptyCounts() };
      const session = await AvDecodeSession.open(planFile(file, context.options, 'clip', true), context);
      const source = new FileSource({ session, sourceOptions: context.options, label: 'clip' }, context);
      if (count > 0) await pull(source, count);
      await source.close();
      expect(pool.acquiredCount, `after ${count} frames`).toBe(0);
    }
  });
});
