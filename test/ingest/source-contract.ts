import { describe, expect, it } from 'vitest';
import { Frame } from '../../src/core/frame.js';
import type { FrameSource } from '../../src/ingest/frame-source.js';
import { isIncreasing, pull } from './media.js';

/** The source that a contract tests. */
export interface ContractSubject {
  /** Opens a new source with at least eight frames. */
  readonly open: () => Promise<FrameSource>;
  /** False for endless sources. */
  readonly ends: boolean;
}

/** Tests the contract of every {@link FrameSource}. */
export function describeSourceContract(name: string, { open, ends }: ContractSubject): void {
  describe(`${name} as a source`, () => {
    it('yields frames of its stated size with increasing pts', async () => {
      await using source = await open();
      const seen = await pull(source, 8);
      expect(seen).toHaveLength(8);
      expect(isIncreasing(seen.map((frame) => frame.pts))).toBe(true);
      for (const frame of seen) {
        expect([frame.width, frame.height]).toEqual([source.info.width, source.info.height]);
      }
      expect(source.stats.decoded).toBeGreaterThanOrEqual(8);
      expect(seen[0]?.discontinuity).toBe(false);
    });

    it('yields frames with complete, writable planes', async () => {
      await using source = await open();
      for await (const frame of source.frames()) {
        const { width, height, strides, y, u, v } = frame;
        expect(strides[0]).toBeGreaterThanOrEqual(width);
        expect(y.length).toBeGreaterThanOrEqual(strides[0] * (height - 1) + width);
        expect(u.length).toBeGreaterThanOrEqual(strides[1] * (height / 2 - 1) + width / 2);
        expect(v.length).toBeGreaterThanOrEqual(strides[2] * (height / 2 - 1) + width / 2);
        y[0] = 77;
        expect(frame.y[0]).toBe(77);
        frame.close();
        break;
      }
    });

    it('yields frames whose clones are independent', async () => {
      await using source = await open();
      for await (const frame of source.frames()) {
        const copy = frame.clone();
        const before = copy.y[0] ?? 0;
        frame.y[0] = before ^ 0xff;
        expect(copy.y[0]).toBe(before);
        expect([copy.pts, copy.width, copy.height]).toEqual([frame.pts, frame.width, frame.height]);
        frame.close();
        expect(copy.y[0]).toBe(before);
        copy.close();
        break;
      }
    });

    it('yields a frame at once while isReady is true, and is not ready once it is closed', async () => {
      await using source = await open();
      const frames = source.frames()[Symbol.asyncIterator]();
      const first = await frames.next();
      if (!first.done) first.value.close();
      while (!source.isReady) await new Promise((resolve) => setImmediate(resolve));
      let isYielded = false;
      const pulling = frames.next().then((pulled) => {
        isYielded = true;
        if (!pulled.done) pulled.value.close();
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(isYielded).toBe(true);
      await pulling;
      await source.close();
      expect(source.isReady).toBe(false);
    });

    it('leaves no frame open when the consumer stops early, and can be read once', async () => {
      await using source = await open();
      await pull(source, 2);
      expect(Frame.liveCount).toBe(0);
      await expect(pull(source, 1)).rejects.toThrow(TypeError);
    });

    it('ends without an error when it is closed while it is read, also twice', async () => {
      const source = await open();
      let count = 0;
      for await (const frame of source.frames()) {
        frame.close();
        if (++count === 3) await source.close();
        expect(count).toBeLessThan(4);
      }
      expect(count).toBe(3);
      await source.close();
      expect(Frame.liveCount).toBe(0);
    });

    it('ends without an error when the signal aborts, also before the first frame', async () => {
      const stop = new AbortController();
      await using source = await open();
      let count = 0;
      for await (const frame of source.frames(stop.signal)) {
        frame.close();
        if (++count === 3) stop.abort();
        expect(count).toBeLessThan(4);
      }
      expect(count).toBe(3);
      await using other = await open();
      expect(await pull(other, 1, AbortSignal.abort())).toHaveLength(0);
    });

    it('frees everything when it is closed without being read', async () => {
      const source = await open();
      await source.close();
      await source.close();
      expect(Frame.liveCount).toBe(0);
    });

    it('keeps the pixels of a frame valid after the source is closed', async () => {
      const source = await open();
      let kept: Frame | undefined;
      for await (const frame of source.frames()) {
        kept = frame;
        break;
      }
      await source.close();
      const sum = kept?.y.reduce((total, value) => total + value, 0) ?? 0;
      expect(sum).toBeGreaterThan(0);
      kept?.close();
    });

    if (!ends) return;

    it('ends by itself', async () => {
      await using source = await open();
      expect((await pull(source)).length).toBeGreaterThanOrEqual(8);
    });
  });
}
