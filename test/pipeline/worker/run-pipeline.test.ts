import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS } from '../../../src/core/controls.js';
import { Frame } from '../../../src/core/frame.js';
import { fromSeconds } from '../../../src/core/time.js';
import { createGrade } from '../../../src/infer/grade/grade.js';
import type { FrameSource } from '../../../src/ingest/frame-source.js';
import { LookMaker } from '../../../src/pipeline/look-thread/look-maker.js';
import { openLookThread, type LookThread } from '../../../src/pipeline/look-thread/look-thread.js';
import { StageTimes } from '../../../src/pipeline/stage-times.js';
import type { FrameSink } from '../../../src/core/frame-sink.js';
import { translate } from '../../../src/pipeline/worker/run-pipeline.js';
import { openRenderer } from '../../../src/render/wasm-renderer.js';
import { createSteadier } from '../../../src/temporal/motion-steadier.js';
import { paintedFrame } from '../../encode/painted-frame.js';

/** Frames a second: every second look is carried along. */
const RATE = 25;

/** A source of painted frames that says of itself what a test wants. */
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
  } as unknown as FrameSource; // the part that translate uses
}

/** Keeps what it is given. */
class Album implements FrameSink {
  readonly nights: { pts: number; y: Uint8Array; u: Uint8Array; v: Uint8Array }[] = [];

  async write(frame: Frame): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { pts, y, u, v } = frame;
    this.nights.push({ pts, y: y.slice(), u: u.slice(), v: v.slice() });
    frame.close();
  }
}

interface Run {
  readonly source: FrameSource;
  readonly sink: FrameSink;
  readonly looks: LookThread;
  readonly signal?: AbortSignal;
}

async function journey({ source, sink, looks, signal }: Run): Promise<StageTimes> {
  using renderer = await openRenderer();
  const times = new StageTimes();
  const parts = { source, sink, looks, renderer, times, controls: () => DEFAULT_CONTROLS };
  await translate(parts, signal ?? new AbortController().signal);
  return times;
}

/** What a journey must come to, made one step after another in one thread. */
async function stepByStep(count: number): Promise<Album> {
  await using generator = await createGrade();
  using renderer = await openRenderer();
  using steadier = await createSteadier();
  const maker = new LookMaker(generator, steadier);
  const album = new Album();
  for (let i = 0; i < count; i++) {
    const frame = paintedFrame({ pts: fromSeconds(i / RATE) });
    const thumbnail = renderer.thumbnail(frame);
    const { look } = await maker.make(thumbnail, DEFAULT_CONTROLS.smoothing);
    renderer.apply(look, DEFAULT_CONTROLS, frame);
    await album.write(frame);
  }
  return album;
}

describe('translate', () => {
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
    ['a file that is read ahead', { isLive: false, isReady: true }],
    ['a file that is slow', { isLive: false, isReady: false }],
    ['a live stream with frames waiting', { isLive: true, isReady: true }],
    ['a live stream', { isLive: true, isReady: false }],
  ])('gives every frame its own look, in order: %s', async (_, kind) => {
    const sink = new Album();
    const times = await journey({ source: scripted({ frames: 7, ...kind }), sink, looks });
    expect(sink.nights).toEqual((await stepByStep(7)).nights);
    const { look, apply, thumbnail, steady, encode } = times.report();
    for (const stage of [look, apply, thumbnail, steady, encode]) expect(stage.p50).toBeGreaterThan(0);
  });

  it('reads two frames ahead of a file’s at most, and one of a live stream’s once that has its look', async () => {
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
      const written = new Album();
      const seen: { made: number; open: number }[] = [];
      const onPull = (): void => void seen.push({ made, open: Frame.liveCount - before });
      const source = scripted({ frames: 6, isLive, isReady: true, onPull });
      await journey({ source, sink: written, looks: counting });
      // The second pull comes before the first look in a file, after it in a live stream.
      expect(seen[1]?.made).toBe(looksBefore);
      // One in hand and one at the sink; of a file another one whose look is in the making.
      expect(Math.max(...seen.map(({ open }) => open))).toBeLessThanOrEqual(most);
    }
  });

  it.each([false, true])(
    'takes the frames before a failing source’s end to the sink (read ahead: %s)',
    async (isReady) => {
      const sink = new Album();
      const source = scripted({ frames: 3, isReady, fails: new Error('the source broke') });
      await expect(journey({ source, sink, looks })).rejects.toThrow('the source broke');
      expect(sink.nights.map(({ pts }) => pts)).toEqual([0, 1, 2].map((i) => fromSeconds(i / RATE)));
    },
  );

  it.each([false, true])('frees the frames on their way when the sink fails (read ahead: %s)', async (isReady) => {
    const sink: FrameSink = {
      write: (frame) => {
        frame.close();
        return Promise.reject(new Error('the disk is full'));
      },
    };
    const source = scripted({ frames: 9, isReady });
    await expect(journey({ source, sink, looks })).rejects.toThrow('the disk is full');
  });

  it.each([false, true])('ends soon when it is stopped in the middle of a look (live: %s)', async (isLive) => {
    const stop = new AbortController();
    const stopping: LookThread = {
      ...looks,
      make: (thumbnail, smoothing) => {
        const look = looks.make(thumbnail, smoothing);
        if (thumbnail.pts === fromSeconds(2 / RATE)) stop.abort();
        return look;
      },
    };
    const sink = new Album();
    const source = scripted({ frames: 1000, isLive, isReady: true });
    await journey({ source, sink, looks: stopping, signal: stop.signal });
    expect(sink.nights).toHaveLength(3);
  });

  it('fails when the generator’s thread is gone', async () => {
    await looks.close();
    const source = scripted({ frames: 3, isReady: true });
    await expect(journey({ source, sink: new Album(), looks })).rejects.toThrow('closed');
  });
});
