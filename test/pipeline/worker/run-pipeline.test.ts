import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/core/controls.js';
import { Frame } from '../../../src/core/frame.js';
import { fromSeconds } from '../../../src/core/time.js';
import { createGrade } from '../../../src/infer/grade/grade.js';
import type { FrameSource } from '../../../src/ingest/frame-source.js';
import type { Look } from '../../../src/look/look.js';
import { LookMaker } from '../../../src/pipeline/look-thread/look-maker.js';
import { openLookThread, type LookThread } from '../../../src/pipeline/worker/look-thread-client.js';
import { StageTimes } from '../../../src/pipeline/stage-times.js';
import type { FrameSink } from '../../../src/core/frame-sink.js';
import { runPipeline } from '../../../src/pipeline/worker/run-pipeline.js';
import { openRenderer } from '../../../src/render/wasm-renderer.js';
import { createSteadier } from '../../../src/temporal/motion-steadier.js';
import { paintedFrame } from '../../encode/painted-frame.js';

/** Frames a second: every second look is propagated. */
const RATE = 25;

/** A source of painted frames whose properties the test decides. */
function scripted(script: {
  readonly frames: number;
  readonly isLive?: boolean;
  readonly isReady?: boolean;
  readonly fails?: Error;
  readonly onPull?: (index: number) => void;
}): FrameSource {
  return {
    info: { isLive: script.isLive ?? false },
    isReady: script.isReady ?? false,
    async *frames(signal?: AbortSignal) {
      for (let i = 0; i < script.frames && signal?.aborted !== true; i++) {
        script.onPull?.(i);
        await Promise.resolve();
        yield paintedFrame({ pts: fromSeconds(i / RATE) });
      }
      if (script.fails) throw script.fails;
    },
  } as unknown as FrameSource; // the part that runPipeline uses
}

/** Collects the night frames. */
class Collector implements FrameSink {
  readonly nights: { pts: number; y: Uint8Array; u: Uint8Array; v: Uint8Array }[] = [];

  async write(frame: Frame): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { pts, y, u, v } = frame;
    this.nights.push({ pts, y: y.slice(), u: u.slice(), v: v.slice() });
    frame.close();
  }
}

interface Scenario {
  readonly source: FrameSource;
  readonly sink: FrameSink;
  readonly looks: LookThread;
  readonly signal?: AbortSignal;
}

async function run({ source, sink, looks, signal }: Scenario): Promise<StageTimes> {
  using renderer = await openRenderer();
  const times = new StageTimes();
  const stages = { source, sink, looks, renderer, times, controls: () => DEFAULT_CONTROLS };
  await runPipeline(stages, signal ?? new AbortController().signal);
  return times;
}

/** The expected result, computed step by step in one thread. */
async function stepByStep(count: number): Promise<Collector> {
  await using generator = await createGrade();
  using renderer = await openRenderer();
  using steadier = await createSteadier();
  const maker = new LookMaker(generator, steadier);
  const collector = new Collector();
  for (let i = 0; i < count; i++) {
    const frame = paintedFrame({ pts: fromSeconds(i / RATE) });
    const thumbnail = renderer.thumbnail(frame);
    const { look } = await maker.make(thumbnail, DEFAULT_CONTROLS.smoothing);
    renderer.apply(look, DEFAULT_CONTROLS, frame);
    await collector.write(frame);
  }
  return collector;
}

describe('runPipeline', () => {
  let looks: LookThread;
  let before = 0;
  beforeEach(async () => {
    before = Frame.liveCount;
    looks = await openLookThread({ generator: 'grade' });
  });
  afterEach(async () => {
    await looks.close();
    expect(Frame.liveCount).toBe(before);
  });

  it.each([
    ['a file with frames ready', { isLive: false, isReady: true }],
    ['a slow file', { isLive: false, isReady: false }],
    ['a live stream with frames ready', { isLive: true, isReady: true }],
    ['a live stream', { isLive: true, isReady: false }],
  ])('applies every frame’s own look, in order: %s', async (_, kind) => {
    const sink = new Collector();
    const times = await run({ source: scripted({ frames: 7, ...kind }), sink, looks });
    expect(sink.nights).toEqual((await stepByStep(7)).nights);
    const { look, apply, thumbnail, steady, encode } = times.report();
    for (const stage of [look, apply, thumbnail, steady, encode]) expect(stage.p50).toBeGreaterThan(0);
  });

  it('passes each frame on with its look before the sink takes it, and stops at a failure there', async () => {
    using renderer = await openRenderer();
    const sink = new Collector();
    const seen: number[] = [];
    const stages = { looks, renderer, sink, times: new StageTimes(), controls: () => DEFAULT_CONTROLS };
    const { signal } = new AbortController();
    const onApplied = async (frame: Frame, look: Look): Promise<void> => {
      expect(frame.y[0]).toBeLessThan(256); // still open
      expect(look.grid.some((value) => value !== 0)).toBe(true);
      seen.push(frame.pts);
      await Promise.resolve();
      if (seen.length === 3) throw new Error('no space');
    };
    const running = runPipeline({ ...stages, source: scripted({ frames: 6 }), onApplied }, signal);
    await expect(running).rejects.toThrow('no space');
    expect(seen).toEqual([0, 1, 2].map((i) => fromSeconds(i / RATE)));
    expect(sink.nights.map(({ pts }) => pts)).toEqual(seen.slice(0, 2));
  });

  it('prefetches at most two frames of a file, and one of a live stream once the current frame has its look', async () => {
    for (const [isLive, looksBefore, most] of [
      [false, 0, 3],
      [true, 1, 2],
    ] as const) {
      let made = 0;
      const counting: LookThread = {
        ...looks,
        make: async (thumbnail, smoothing) => {
          const look = await looks.make(thumbnail, smoothing);
          made++;
          return look;
        },
      };
      const written = new Collector();
      const seen: { made: number; open: number }[] = [];
      const onPull = (): void => void seen.push({ made, open: Frame.liveCount - before });
      const source = scripted({ frames: 6, isLive, isReady: true, onPull });
      await run({ source, sink: written, looks: counting });
      // The second pull comes before the first look in a file, after it in a live stream.
      expect(seen[1]?.made).toBe(looksBefore);
      // One being rendered and one at the sink; for a file another one whose look is pending.
      expect(Math.max(...seen.map(({ open }) => open))).toBeLessThanOrEqual(most);
    }
  });

  it.each([false, true])('passes the frames before a source’s failure to the sink (prefetch: %s)', async (isReady) => {
    const sink = new Collector();
    const source = scripted({ frames: 3, isReady, fails: new Error('the source broke') });
    await expect(run({ source, sink, looks })).rejects.toThrow('the source broke');
    expect(sink.nights.map(({ pts }) => pts)).toEqual([0, 1, 2].map((i) => fromSeconds(i / RATE)));
  });

  it.each([false, true])('closes the frames in flight when the sink fails (prefetch: %s)', async (isReady) => {
    const sink: FrameSink = {
      write: (frame) => {
        frame.close();
        return Promise.reject(new Error('the disk is full'));
      },
    };
    const source = scripted({ frames: 9, isReady });
    await expect(run({ source, sink, looks })).rejects.toThrow('the disk is full');
  });

  it.each([false, true])('ends soon when aborted while a look is pending (live: %s)', async (isLive) => {
    const stop = new AbortController();
    const stopping: LookThread = {
      ...looks,
      make: (thumbnail, smoothing) => {
        const look = looks.make(thumbnail, smoothing);
        if (thumbnail.pts === fromSeconds(2 / RATE)) stop.abort();
        return look;
      },
    };
    const sink = new Collector();
    const source = scripted({ frames: 1000, isLive, isReady: true });
    await run({ source, sink, looks: stopping, signal: stop.signal });
    expect(sink.nights).toHaveLength(3);
  });

  it('rejects when the look thread is closed', async () => {
    await looks.close();
    const source = scripted({ frames: 3, isReady: true });
    await expect(run({ source, sink: new Collector(), looks })).rejects.toThrow('closed');
  });
});
