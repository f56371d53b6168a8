import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NocturneError } from '../../src/core/errors.js';
import { Frame } from '../../src/core/frame.js';
import { silentLogger } from '../../src/core/logger.js';
import { wallClock } from '../../src/core/time.js';
import type { SourceOptions } from '../../src/ingest/source-options.js';
import { openStreetSource } from '../../src/ingest/street-source.js';
import { isStreetUrl, parseStreetUrl } from '../../src/ingest/street-url.js';
import { readTimeCode, TIME_CODE_MODULUS_MS } from '../../src/synth/time-code.js';

const SMALL = 'size=128x72';

function options(change: Partial<SourceOptions> = {}): SourceOptions {
  return {
    pace: 'none',
    loop: false,
    listen: false,
    reconnect: true,
    stallTimeoutMs: 10_000,
    openTimeoutMs: 10_000,
    awaitsSender: false,
    startS: 0,
    rtspTransport: 'tcp',
    decoderThreads: 0,
    logger: silentLogger,
    ...change,
  };
}

describe('a street address', () => {
  it('means 1280x720 at 30 frames per second by default', () => {
    expect(parseStreetUrl('street')).toEqual(parseStreetUrl('street:'));
    expect(parseStreetUrl('street')).toMatchObject({ width: 1280, height: 720, frameRate: 30, hasTimeCode: false });
    expect(parseStreetUrl('street:size=640x360,rate=29.97,seed=9,timecode=1,duration=2.5')).toEqual({
      width: 640,
      height: 360,
      frameRate: 29.97,
      seed: 9,
      hasTimeCode: true,
      durationS: 2.5,
    });
    expect(isStreetUrl('street:rate=5')).toBe(true);
    expect(isStreetUrl('street.mp4')).toBe(false);
  });

  it.each([
    ['street:colour=red', /size, rate, seed, timecode, duration, got "colour=red"/],
    ['street:size=641x360', /size must be .* got "641x360"/],
    ['street:size=20x20', /size must be .* got "20x20"/],
    ['street:size', /size must be .* got ""/],
    ['street:rate=0', /rate must be .* got "0"/],
    ['street:rate=1e9', /rate must be .* got "1e9"/],
    ['street:seed=-1', /seed must be .* got "-1"/],
    ['street:seed=1.5', /seed must be .* got "1.5"/],
    ['street:timecode=yes', /timecode must be 0 or 1, got "yes"/],
    ['street:duration=0', /duration must be .* got "0"/],
    ['street:seed=1,seed=2', /seed must be given once/],
    ['street:toString=1', /got "toString=1"/],
    ['street:seed=1,', /got ""/],
  ])('rejects %s', async (url, message) => {
    const failure = openStreetSource(url, options({ durationS: 1 }));
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ code: 'CONFIG_INVALID', stage: 'ingest' });
    await expect(failure).rejects.toBeInstanceOf(NocturneError);
  });
});

describe('the street source, unpaced', () => {
  it('is ready until its last frame', async () => {
    await using source = await openStreetSource(`street:${SMALL},rate=10,duration=0.2`, options());
    const ready: boolean[] = [];
    for await (const frame of source.frames()) {
      ready.push(source.isReady);
      frame.close();
    }
    expect(ready).toEqual([true, false]);
    expect(source.isReady).toBe(false);
  });

  it('yields every frame once, in order with pts from 0, and ends', async () => {
    await using source = await openStreetSource(`street:${SMALL},rate=25,duration=2`, options());
    expect(source.info).toMatchObject({ width: 128, height: 72, frameRate: 25, duration: 2_000_000, isLive: false });
    expect(source.info.color).toEqual({ matrix: 'bt709', range: 'limited' });
    const times: number[] = [];
    for await (const frame of source.frames()) {
      frame.close();
      expect([frame.width, frame.height, frame.duration]).toEqual([128, 72, 40_000]);
      expect(frame.color).toEqual(source.info.color);
      expect(frame.discontinuity).toBe(times.length === 0);
      times.push(frame.pts);
    }
    expect(times).toEqual(Array.from({ length: 50 }, (_, i) => i * 40_000));
    expect(source.stats).toEqual({
      decoded: 50,
      dropped: 0,
      behind: 0,
      corrupt: 0,
      skipped: [],
      faults: [],
      reconnects: 0,
    });
  });

  it('yields the same pixels every time, also while earlier frames are open', async () => {
    const read = async (): Promise<Buffer[]> => {
      await using source = await openStreetSource(`street:${SMALL},seed=7,rate=10`, options({ durationS: 0.8 }));
      const frames: Frame[] = [];
      for await (const frame of source.frames()) frames.push(frame);
      const copies = frames.map((frame) => Buffer.concat([frame.y, frame.u, frame.v]));
      for (const frame of frames) frame.close();
      return copies;
    };
    const first = await read();
    expect(first).toHaveLength(8);
    expect(new Set(first.map((bytes) => bytes.toString('base64'))).size).toBe(8);
    expect(await read()).toEqual(first);
  });

  it('starts at the given time and stops at the shorter duration', async () => {
    const pixels = async (url: string, change: Partial<SourceOptions>): Promise<Buffer[]> => {
      await using source = await openStreetSource(url, options(change));
      const copies: Buffer[] = [];
      for await (const frame of source.frames()) {
        frame.close();
        copies.push(Buffer.from(frame.y));
      }
      return copies;
    };
    const all = await pixels(`street:${SMALL},rate=10,duration=1`, {});
    const tail = await pixels(`street:${SMALL},rate=10,duration=9`, { startS: 0.5, durationS: 0.3 });
    expect(all).toHaveLength(10);
    expect(tail).toEqual(all.slice(5, 8));
  });

  it('needs a duration', async () => {
    await expect(openStreetSource('street', options())).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('loops with increasing pts; each loop starts with a discontinuity and the same frame', async () => {
    await using source = await openStreetSource(`street:${SMALL},rate=10,duration=0.3`, options({ loop: true }));
    const seen: { pts: number; cut: boolean; pixels: string }[] = [];
    for await (const frame of source.frames()) {
      seen.push({ pts: frame.pts, cut: frame.discontinuity, pixels: Buffer.from(frame.y).toString('base64') });
      frame.close();
      if (seen.length === 7) break;
    }
    expect(seen.map((frame) => frame.pts)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => n * 100_000));
    expect(seen.map((frame) => frame.cut)).toEqual([true, false, false, true, false, false, true]);
    expect(seen[3]?.pixels).toBe(seen[0]?.pixels);
    expect(seen[1]?.pixels).not.toBe(seen[0]?.pixels);
  });

  it('can be read once only', async () => {
    await using source = await openStreetSource(`street:${SMALL},duration=1`, options());
    for await (const frame of source.frames()) {
      frame.close();
      break;
    }
    const again = source.frames()[Symbol.asyncIterator]();
    await expect(again.next()).rejects.toThrow(/once/);
  });
});

describe('the street source, live', () => {
  it('is never ready, since each frame is rendered when it is pulled', async () => {
    await using source = await openStreetSource(`street:${SMALL},rate=50`, options({ pace: 'realtime' }));
    for await (const frame of source.frames()) {
      frame.close();
      await pause(100);
      expect(source.isReady).toBe(false);
      break;
    }
  });

  it('yields frames no earlier than they are due', async () => {
    await using source = await openStreetSource(`street:${SMALL},rate=20`, options({ pace: 'realtime' }));
    expect(source.info).toMatchObject({ isLive: true, duration: undefined });
    const startedAt = performance.now();
    let last = -1;
    for await (const frame of source.frames()) {
      frame.close();
      // Timers may fire up to a millisecond early.
      expect(performance.now() - startedAt).toBeGreaterThan(frame.pts / 1000 - 2);
      expect(Math.abs(wallClock() - frame.capturedAt)).toBeLessThan(5_000_000);
      expect(frame.pts).toBeGreaterThan(last);
      last = frame.pts;
      if (frame.pts >= 400_000) break;
    }
  });

  it('drops the frames a slow consumer missed, counts them, and yields the newest', async () => {
    await using source = await openStreetSource(`street:${SMALL},rate=50`, options({ pace: 'realtime' }));
    const startedAt = performance.now();
    let last = 0;
    let count = 0;
    for await (const frame of source.frames()) {
      const lateMs = performance.now() - startedAt - frame.pts / 1000;
      last = frame.pts / 20_000;
      frame.close();
      count++;
      // The newest due frame is at most one frame duration old when it is rendered.
      if (count > 1) expect(lateMs).toBeGreaterThan(-2);
      if (count === 4) break;
      await pause(110);
    }
    expect(source.stats.decoded).toBe(4);
    expect(source.stats.dropped).toBeGreaterThanOrEqual(3 * 4);
    expect(source.stats.dropped).toBe(last + 1 - count);
  });

  it('drops nothing when live is false', async () => {
    const paced = options({ pace: 'realtime', live: false });
    await using source = await openStreetSource(`street:${SMALL},rate=100,duration=0.1`, paced);
    const times: number[] = [];
    for await (const frame of source.frames()) {
      frame.close();
      times.push(frame.pts);
      await pause(25);
    }
    expect(times).toEqual(Array.from({ length: 10 }, (_, i) => i * 10_000));
    expect(source.stats.dropped).toBe(0);
  });

  it('ends at its duration', async () => {
    await using source = await openStreetSource(`street:${SMALL},rate=20,duration=0.25`, options({ pace: 'realtime' }));
    let last = -1;
    for await (const frame of source.frames()) {
      frame.close();
      last = frame.pts;
    }
    expect(last).toBe(200_000);
    expect(source.stats.decoded + source.stats.dropped).toBe(5);
  });

  it.each(['abort', 'close'] as const)('stops at once on %s, while it waits for the next frame', async (how) => {
    // At one frame per second the wait lasts 1 s; a source that does not stop would yield a second frame.
    const source = await openStreetSource(`street:${SMALL},rate=1`, options({ pace: 'realtime' }));
    const controller = new AbortController();
    const frames = source.frames(controller.signal)[Symbol.asyncIterator]();
    const first = await frames.next();
    if (!first.done) first.value.close();
    const second = frames.next();
    if (how === 'abort') controller.abort();
    else await source.close();
    expect((await second).done).toBe(true);
    expect(source.stats.decoded).toBe(1);
    await source.close();
    await source.close();
  });

  it('yields nothing when aborted or closed before', async () => {
    const source = await openStreetSource(`street:${SMALL}`, options({ pace: 'realtime' }));
    for await (const frame of source.frames(AbortSignal.abort())) {
      frame.close();
      expect.unreachable('a frame was yielded');
    }
    await source.close();
    const closed = await openStreetSource(`street:${SMALL}`, options({ pace: 'realtime' }));
    await closed.close();
    for await (const frame of closed.frames()) {
      frame.close();
      expect.unreachable('a frame was yielded');
    }
    expect(Frame.liveCount).toBe(0);
  });

  it('draws the time of capture into the frame with timecode=1', async () => {
    const url = 'street:size=640x360,rate=30,timecode=1';
    await using source = await openStreetSource(url, options({ pace: 'realtime' }));
    for await (const frame of source.frames()) {
      const lumaAt = (x: number, y: number): number => frame.y[y * frame.strides[0] + x] ?? 0;
      const expected = Math.floor(frame.capturedAt / 1000) % TIME_CODE_MODULUS_MS;
      expect(readTimeCode({ width: 640, height: 360, lumaAt })).toBe(expected);
      frame.close();
      if (frame.pts > 100_000) break;
    }
  });
});
