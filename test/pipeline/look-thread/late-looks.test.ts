import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fromSeconds } from '../../../src/core/time.js';
import type { Thumbnail } from '../../../src/image/thumbnail.js';
import type { Generator } from '../../../src/infer/generator.js';
import { createGrade } from '../../../src/infer/grade/grade.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { applyLookInto } from '../../../src/look/apply-look.js';
import type { Look } from '../../../src/look/look.js';
import { LookMaker } from '../../../src/pipeline/look-thread/look-maker.js';
import { createSteadier } from '../../../src/temporal/motion-steadier.js';
import { asThumbnail } from '../../infer/synthetic-thumbnails.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';

const day = streetThumbnail();
const at = (frame: number, data = day): Thumbnail => asThumbnail(data, fromSeconds(frame / 25), false);
const grade = await createGrade();

/** A generator elsewhere that answers when the test says so. */
class HeldGenerator implements Generator {
  readonly card = grade.card;
  readonly device = 'cpu';
  readonly isElsewhere = true;
  /** Times of the frames it was asked for. */
  readonly asked: number[] = [];
  readonly advanced: number[] = [];
  readonly #network: Generator;
  #release: (() => void) | undefined;

  constructor(network: Generator) {
    this.#network = network;
  }

  advance({ pts }: Thumbnail): void {
    this.advanced.push(pts / 40_000);
  }

  async translate(thumbnail: Thumbnail): Promise<Look> {
    this.asked.push(thumbnail.pts / 40_000);
    await new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    return this.#network.translate(thumbnail);
  }

  /** Lets the look in the making come. */
  async release(): Promise<void> {
    this.#release?.();
    await sleep(60); // the network runs
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Mean absolute difference of the nights' lumas. */
function difference(a: Look, b: Look): number {
  const [nightA, nightB] = [new Float32Array(day.length), new Float32Array(day.length)];
  applyLookInto(a, day, nightA);
  applyLookInto(b, day, nightB);
  let sum = 0;
  for (let i = 0; i < 36864; i++) sum += Math.abs((nightA[i] ?? 0) - (nightB[i] ?? 0));
  return sum / 36864;
}

describe('a live stream whose generator is slow', () => {
  it('renders every frame with the looks that there are, and takes those that come', async () => {
    await using network = await openGenerator({ generator: 'nightgrid' });
    const slow = new HeldGenerator(network);
    const maker = new LookMaker(slow, await createSteadier(), { fallback: grade });
    const first = maker.make(at(0), 0.6); // waits for the first look
    await slow.release();
    const { look } = await first;
    const own = structuredClone(await network.translate(at(0)));
    expect(difference(look, own)).toBeLessThan(1e-4);
    for (let frame = 1; frame <= 9; frame++) await maker.make(at(frame), 0.6);
    expect(slow.asked).toEqual([0, 2]); // frame 1 is fresh; one look at a time
    await slow.release();
    const late = await maker.make(at(10), 0.6);
    expect(late.lookMs).toBeGreaterThan(0);
    expect(slow.asked).toEqual([0, 2, 10]);
    expect(maker.lookAgeMs).toBeGreaterThanOrEqual(320);
    await slow.release();
  });

  it('shows the same night as one whose looks are awaited, on a steady clip', async () => {
    await using network = await openGenerator({ generator: 'nightgrid' });
    const slow = new HeldGenerator(network);
    const maker = new LookMaker(slow, await createSteadier(), { fallback: grade });
    const awaited = new LookMaker(network, await createSteadier());
    let worst = 0;
    for (let frame = 0; frame < 40; frame++) {
      const brighter = day.map((value, i) => (i < 36864 ? value * (1 + 0.002 * frame) : value)); // the sun comes out
      const making = maker.make(at(frame, brighter), 0.6);
      if (frame % 9 === 0) await slow.release(); // 360 ms a look
      const late = structuredClone((await making).look);
      const { look } = await awaited.make(at(frame, brighter), 0.6);
      if (frame > 9) worst = Math.max(worst, difference(late, look));
    }
    expect(worst).toBeLessThan(0.006);
    await slow.release();
  });

  it('asks again at a cut, and shows the fallback rather than the look of the old scene', async () => {
    await using network = await openGenerator({ generator: 'nightgrid' });
    const slow = new HeldGenerator(network);
    const maker = new LookMaker(slow, await createSteadier(), { fallback: grade });
    const first = maker.make(at(0), 0.6);
    await slow.release();
    await first;
    for (let frame = 1; frame <= 3; frame++) await maker.make(at(frame), 0.6);
    const other = day.map((_, i) => (i < 36864 ? ((i * 7919) % 251) / 251 : 0));
    const { look } = await maker.make(at(4, other), 0.6);
    expect(difference(look, structuredClone(await grade.translate(at(4, other))))).toBeLessThan(1e-4);
    await slow.release(); // the old scene's look
    const next = await maker.make(at(5, other), 0.6);
    expect(next.lookMs).toBeUndefined();
    expect(slow.asked).toEqual([0, 2, 5]);
    await slow.release();
    expect((await maker.make(at(6, other), 0.6)).lookMs).toBeGreaterThan(0);
    await slow.release();
  });

  it('shows a generator that tracks what it sees every frame, in order, once its look is made', async () => {
    const slow = new HeldGenerator(grade);
    const maker = new LookMaker(slow, await createSteadier(), { fallback: grade });
    const first = maker.make(at(0), 0.6);
    await slow.release();
    await first;
    for (let frame = 1; frame <= 5; frame++) await maker.make(at(frame), 0.6);
    expect(slow.advanced).toEqual([0, 1, 2]);
    await slow.release();
    await maker.make(at(6), 0.6);
    expect(slow.advanced).toEqual([0, 1, 2, 3, 4, 5, 6]);
    await slow.release();
  });

  it('shows the fallback until the first look comes, if that takes over a second', async () => {
    const slow = new HeldGenerator(grade);
    const maker = new LookMaker(slow, await createSteadier(), { fallback: grade });
    const started = performance.now();
    const { look } = await maker.make(at(0), 0.6);
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(difference(look, structuredClone(await grade.translate(at(0))))).toBeLessThan(1e-4);
    await slow.release();
  });

  it('awaits a generator of this thread as before, and lends it the frame without a copy', async () => {
    const seen: Float32Array[] = [];
    const local: Generator = {
      card: grade.card,
      device: 'cpu',
      translate: (thumbnail) => {
        seen.push(thumbnail.data);
        return grade.translate(thumbnail);
      },
      close: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    const maker = new LookMaker(local, await createSteadier(), { fallback: grade });
    const frames = [0, 2, 4].map((frame) => at(frame));
    for (const frame of frames) expect((await maker.make(frame, 0.6)).lookMs).toBeGreaterThan(0);
    expect(seen.map((data, i) => data === frames[i]?.data)).toEqual([true, true, true]);
  });
});
