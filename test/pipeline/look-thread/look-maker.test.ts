import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { fromSeconds } from '../../../src/core/time.js';
import type { Thumbnail } from '../../../src/image/thumbnail.js';
import type { Motion } from '../../../src/temporal/motion.js';
import type { Generator } from '../../../src/infer/generator.js';
import { applyLookInto } from '../../../src/look/apply-look.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { Flicker } from '../../../src/temporal/flicker.js';
import { createGrade } from '../../../src/infer/grade/grade.js';
import { GRID_SIZE, LIGHTS_HEIGHT, LIGHTS_WIDTH, emptyLook, identityLook, type Look } from '../../../src/look/look.js';
import { LookMaker } from '../../../src/pipeline/look-thread/look-maker.js';
import { SteadinessMeter } from '../../../src/evaluate/steadiness.js';
import { createSteadier } from '../../../src/temporal/motion-steadier.js';
import { asThumbnail, paint } from '../../infer/synthetic-thumbnails.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';

const card = (await createGrade()).card;

/** A generator whose looks the test decides. Counts its calls. */
class ScriptedGenerator implements Generator {
  readonly card = card;
  readonly device = 'cpu';
  readonly wantsDetail: boolean;
  calls = 0;
  /** Whether the frame continues the video, and the seconds since the one before, of every frame. */
  readonly frames: (readonly [isContinued: boolean, seconds: number])[] = [];
  readonly #lookAt: (thumbnail: Thumbnail) => Look;

  constructor(lookAt: (thumbnail: Thumbnail) => Look, wantsDetail = false) {
    this.#lookAt = lookAt;
    this.wantsDetail = wantsDetail;
  }

  advance(_: Thumbnail, motion: Motion | undefined, seconds: number): void {
    this.frames.push([motion !== undefined, Math.round(1000 * seconds) / 1000]);
  }

  translate(thumbnail: Thumbnail): Promise<Look> {
    this.calls++;
    return Promise.resolve(this.#lookAt(thumbnail));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const day = streetThumbnail();
const at = (seconds: number, data = day, discontinuity = false): Thumbnail =>
  asThumbnail(data, fromSeconds(seconds), discontinuity);

/** A grid that multiplies luma and tints it. */
function gridOf(gain: number, tint: number): Look {
  const look = identityLook();
  for (let i = 0; i < GRID_SIZE; i += 12) {
    look.grid[i] = gain;
    look.grid[i + 4] = tint;
  }
  return look;
}

describe('a look maker', () => {
  let maker: LookMaker;
  const make = async (lookAt: (thumbnail: Thumbnail) => Look): Promise<ScriptedGenerator> => {
    const generator = new ScriptedGenerator(lookAt);
    maker = new LookMaker(generator, await createSteadier());
    return generator;
  };
  beforeEach(() => make(() => emptyLook()).then(() => undefined));

  it.each([
    [24, 12],
    [25, 13],
    [30, 15],
    [60, 20],
    [20, 20],
    [5, 5],
  ])('generates a look as often as it becomes stale: at %d frames a second, %d', async (rate, wanted) => {
    const generator = await make(() => emptyLook());
    for (let frame = 0; frame < rate; frame++) await maker.make(at(frame / rate), 0.6);
    expect(generator.calls).toBe(wanted);
  });

  it('generates for every frame without smoothing, and at once after a cut, a jump and a pause', async () => {
    const generator = await make(() => emptyLook());
    await maker.make(at(0), 0);
    await maker.make(at(0.03), 0);
    expect(generator.calls).toBe(2);
    const elsewhere = paint((x, y) => [0.15 + 0.5 * (y / 144) + (x % 64 < 32 ? 0.2 : 0), 0, 0]);
    await maker.make(at(0.06, elsewhere), 0.6);
    await maker.make(at(0.09, elsewhere, true), 0.6);
    await maker.make(at(0.02, elsewhere), 0.6);
    await maker.make(at(4, elsewhere), 0.6);
    expect(generator.calls).toBe(6);
    expect((await maker.make(at(4.03, elsewhere), 0.6)).lookMs).toBeUndefined();
  });

  it('runs a generator that reads details when one comes, and where there is no look to propagate', async () => {
    const withDetail: boolean[] = [];
    const generator = new ScriptedGenerator(({ detail }) => {
      withDetail.push(detail !== undefined);
      return emptyLook();
    }, true);
    maker = new LookMaker(generator, await createSteadier());
    const detailed = (seconds: number): Thumbnail => ({ ...at(seconds), detail: new Float32Array(1) });
    for (const thumbnail of [
      detailed(0),
      at(0.04),
      at(0.08),
      detailed(0.12),
      at(0.16),
      at(0.9),
      at(0.94, day, true),
      at(0.98),
    ]) {
      await maker.make(thumbnail, 0.6);
    }
    expect(withDetail).toEqual([true, true, false]);
  });

  it('announces every frame to the generator, with its motion and the seconds since the one before', async () => {
    const generator = await make(() => emptyLook());
    await maker.make(at(2), 0.6);
    await maker.make(at(2.04), 0.6);
    await maker.make(at(2.1), 0.6);
    const elsewhere = paint((x, y) => [0.15 + 0.5 * (y / 144) + (x % 64 < 32 ? 0.2 : 0), 0, 0]);
    await maker.make(at(2.14, elsewhere), 0.6); // a cut
    await maker.make(at(2.18, elsewhere), 0.6);
    await maker.make(at(2.22, elsewhere, true), 0.6);
    expect(generator.frames).toEqual([
      [false, 0],
      [true, 0.04],
      [true, 0.06],
      [false, 0],
      [true, 0.04],
      [false, 0],
    ]);
  });

  it('reduces the flicker of a generator whose exposure and tint jump at random by a factor of ten', async () => {
    const random = new Random(5);
    const jumping = (): Look => gridOf(0.4 * Math.exp(0.25 * random.normal()), 0.1 * random.normal());
    const meter = await SteadinessMeter.open();
    const generator = await make(jumping);
    for (let frame = 0; frame < 120; frame++) {
      const thumbnail = at(frame / 30);
      const { look } = await maker.make(thumbnail, 0.6);
      if (frame > 20) meter.add(thumbnail, { unsmoothed: jumping(), result: look });
    }
    const { unsmoothed, result } = meter.report();
    expect(unsmoothed.flicker).toBeGreaterThan(0.25);
    expect(unsmoothed.flicker / result.flicker).toBeGreaterThan(10);
    expect(unsmoothed.warpingError / result.warpingError).toBeGreaterThan(30);
    expect(generator.calls).toBe(60);
  });

  it('adapts to a change of light within a second', async () => {
    let gain = 0.2;
    await make(() => gridOf(gain, 0));
    const gains: number[] = [];
    for (let frame = 0; frame < 60; frame++) {
      if (frame === 15) gain = 0.6;
      gains.push((await maker.make(at(frame / 30), 0.6)).look.grid[0] ?? 0);
    }
    const share = (frame: number): number => ((gains[frame] ?? 0) - 0.2) / 0.4;
    expect(share(14)).toBeCloseTo(0, 5);
    expect(share(15 + 13)).toBeGreaterThan(0.6); // 0.43 s
    expect(share(15 + 30)).toBeGreaterThan(0.89);
    for (let frame = 16; frame < 60; frame++) expect(gains[frame]).toBeGreaterThanOrEqual(gains[frame - 1] ?? 1);
  });

  it.each([2, 6, 11])('keeps a lamp on its moving vehicle at %d pixels a frame', async (speed) => {
    const noise = new Random(11);
    const grains = Float32Array.from({ length: 64 * 64 }, () => noise.next());
    const grain = (x: number, y: number): number => grains[(y & 63) * 64 + (x & 63)] ?? 0;
    const soft = (x: number, y: number): number =>
      (grain(x >> 2, y >> 2) + grain((x + 2) >> 2, y >> 2) + grain(x >> 2, (y + 2) >> 2)) / 3;
    const centerAt = (frame: number): number => 40 + speed * frame;
    const truck = (frame: number): Float32Array =>
      paint((x, y) => {
        const inside = Math.abs(x - centerAt(frame)) < 30 && Math.abs(y - 72) < 24;
        return [inside ? 0.15 + 0.5 * soft(x - centerAt(frame) + 1000, y) : 0.35 + 0.3 * soft(x + 300, y + 30), 0, 0];
      });
    let frame = 0;
    await make(() => {
      const look = emptyLook();
      const center = centerAt(frame) / 2;
      for (let y = 0; y < LIGHTS_HEIGHT; y++) {
        for (let x = 0; x < LIGHTS_WIDTH; x++) {
          look.lights[y * LIGHTS_WIDTH + x] = Math.exp(-((x + 0.5 - center) ** 2 + (y - 36) ** 2) / 8);
        }
      }
      return look;
    });
    for (; frame < 14; frame++) {
      const { look } = await maker.make(at(frame / 30, truck(frame)), 0.6);
      let [sum, moment] = [0, 0];
      for (let i = 0; i < LIGHTS_WIDTH * LIGHTS_HEIGHT; i++) {
        const value = look.lights[i] ?? 0;
        sum += value;
        moment += value * ((i % LIGHTS_WIDTH) + 0.5) * 2;
      }
      expect(Math.abs(moment / sum - centerAt(frame))).toBeLessThan(2);
    }
  });

  it('neither amplifies nor latches a blinking signal', async () => {
    // A red LED on a dark board, on for two frames and off for two, then off for good.
    const isOn = (frame: number): boolean => frame < 60 && frame % 4 < 2;
    const signal = (frame: number): Float32Array =>
      paint((x, y) => {
        const i = y * 256 + x;
        const board = Math.max(Math.abs(x - 128), Math.abs(y - 60));
        if (board < 4 && isOn(frame)) return [0.6, -0.1, 0.32];
        return board < 12 ? [0.1, 0, 0] : [day[i] ?? 0, day[36864 + i] ?? 0, day[2 * 36864 + i] ?? 0];
      });
    await using generator = await openGenerator({ generator: 'nightgrid' });
    const blink = async (smoothing: number): Promise<number[]> => {
      maker = new LookMaker(generator, await createSteadier());
      const night = new Float32Array(day.length);
      const lumas: number[] = [];
      for (let frame = 0; frame < 100; frame++) {
        const data = signal(frame);
        const { look } = await maker.make(at(frame / 30, data), smoothing);
        applyLookInto(look, data, night);
        lumas.push(night[60 * 256 + 128] ?? 0);
      }
      return lumas;
    };
    const [plain, steady] = [await blink(0), await blink(0.6)];
    const mean = (lumas: number[], lit: boolean): number => {
      const chosen = lumas.filter((_, frame) => frame >= 20 && frame < 60 && isOn(frame) === lit);
      return chosen.reduce((sum, luma) => sum + luma, 0) / chosen.length;
    };
    const swing = (lumas: number[]): number => mean(lumas, true) - mean(lumas, false);
    expect(swing(plain)).toBeGreaterThan(0.1);
    expect(swing(steady)).toBeLessThan(1.05 * swing(plain));
    expect(swing(steady)).toBeGreaterThan(0.5 * swing(plain)); // it blinks as in the day
    expect((steady[99] ?? 1) - (plain[99] ?? 0)).toBeLessThan(0.01);
  });

  it('passes the flicker of the mains on and adds little to it', async () => {
    await using generator = await openGenerator({ generator: 'nightgrid' });
    maker = new LookMaker(generator, await createSteadier());
    const flicker = new Flicker();
    const night = new Float32Array(day.length);
    const mean = (night: Float32Array): number =>
      night.subarray(0, 36864).reduce((sum, value) => sum + value, 0) / 36864;
    for (let frame = 0; frame < 60; frame++) {
      const gain = 1 + 0.05 * Math.sin((2 * Math.PI * 100 * frame) / 30); // 100 Hz seen 30 times a second
      const data = day.map((value, i) => (i < 36864 ? Math.min(1, value * gain) : value));
      const { look } = await maker.make(at(frame / 30, data), 0.6);
      applyLookInto(look, data, night);
      if (frame > 10) flicker.add(mean(data), mean(night));
    }
    expect(flicker.day).toBeGreaterThan(0.04);
    expect(flicker.night).toBeLessThan(0.5 * flicker.day);
  });

  it('makes the same looks from the same frames, twice', async () => {
    const grade = await createGrade();
    const run = async (): Promise<Float32Array[]> => {
      maker = new LookMaker(grade, await createSteadier());
      const looks: Float32Array[] = [];
      for (let frame = 0; frame < 6; frame++) {
        const data = day.map((value, i) => value * (1 - 0.02 * frame) + 0.001 * (i % 7));
        looks.push((await maker.make(at(frame / 25, data), 0.6)).look.lights.slice());
      }
      return looks;
    };
    expect(await run()).toEqual(await run());
  });
});
