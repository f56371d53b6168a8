import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitNightRange } from '../../../src/augment/proof/fit-night-range.js';
import { NightJudge } from '../../../src/augment/proof/night-judge.js';
import { rangeOf, readNightRange } from '../../../src/augment/proof/night-range.js';
import { NightStatisticsMeter, STATISTICS } from '../../../src/augment/proof/night-statistics.js';
import { ALREADY_NIGHT, verdictOf } from '../../../src/augment/proof/verdict.js';
import { openReference } from '../../../src/evaluate/evaluation-input.js';
import { translateImages } from '../../../src/evaluate/translate-images.js';
import { EdgeMask } from '../../../src/evaluate/edge-mask.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { writeImage } from '../../../src/image/image-file.js';
import { imageToYuv, yuvToImage } from '../../../src/image/rgb-image.js';
import { LAMP_KINDS, emptyLook } from '../../../src/look/look.js';
import { footage } from '../../support/footage.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const WIDTH = 256;
const HEIGHT = 144;
const PIXELS = WIDTH * HEIGHT;

/** A day: a bright sky over a road with edges. */
function paintDay(): Float32Array {
  const day = new Float32Array(3 * PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    day[i] = y < 60 ? 0.85 : 0.35 + 0.2 * ((x >> 4) % 2) + 0.05 * ((y >> 3) % 2);
  }
  return day;
}

function darken(image: Float32Array, gain: number, gamma: number): Float32Array {
  const rgb = yuvToImage(image, WIDTH, HEIGHT);
  return imageToYuv({ ...rgb, data: rgb.data.map((value) => Math.round(255 * gain * (value / 255) ** gamma)) });
}

/** A look with one signal lamp. */
function lookWithSignal(u: number, v: number): ReturnType<typeof emptyLook> {
  const look = emptyLook();
  look.lamps.set([0.5, 0.3, 0.01, 0.01, 1, u, v, 2, 0, 0, LAMP_KINDS.indexOf('signal'), 1, 0]);
  return look;
}

/** Paints a disc of a chroma at the signal's place. */
function withLens(image: Float32Array, u: number, v: number): Float32Array {
  const out = image.slice();
  for (let y = 40; y < 47; y++) {
    for (let x = 125; x < 132; x++) {
      out[PIXELS + y * WIDTH + x] = u;
      out[2 * PIXELS + y * WIDTH + x] = v;
    }
  }
  return out;
}

const RED = [-0.08, 0.3] as const;
const GREEN = [-0.2, -0.22] as const;

let judge: NightJudge;
beforeAll(async () => {
  judge = await NightJudge.open();
});

describe('NightJudge', () => {
  it('rejects a day that is left as it is, and says that it is as bright as a day', () => {
    const day = paintDay();
    const scores = judge.score({ day, night: day });
    expect(scores).toMatchObject({ structure: expect.closeTo(1) as number });
    expect(judge.verdict(scores, day)).toMatchObject({ verdict: 'rejected' });
    expect(judge.verdict(scores, day).reason).toMatch(
      /^more like a day than a night, as bright as a day \(0\.\d\d below 0\.5\)/,
    );
  });

  it('rejects a day that is darkened: it has no lamps', () => {
    const day = paintDay();
    const night = darken(day, 0.25, 1.2);
    const { verdict, reason } = judge.verdict(judge.score({ day, night }), night);
    expect(verdict).toBe('rejected');
    expect(reason).toContain('more like a day than a night');
  });

  it('finds edges that are gone', () => {
    const day = paintDay();
    const flat = new Float32Array(3 * PIXELS).fill(0.05, 0, PIXELS);
    expect(judge.score({ day, night: flat }).structure).toBe(0);
  });

  it('takes neither a day, an underexposed day, a black frame nor a padded day for a night', () => {
    const day = paintDay();
    const padded = day.map((value, i) => (i % WIDTH < 60 || i % WIDTH >= 196 ? 0 : value));
    for (const image of [day, darken(day, 0.5, 1.2), new Float32Array(3 * PIXELS), padded]) {
      expect(judge.alreadyNight(image)).toBeLessThan(ALREADY_NIGHT);
    }
    expect(judge.alreadyNight(padded)).toBeLessThan(0.5);
  });

  it('counts signals that keep their colour, change it or go out', () => {
    const day = withLens(paintDay(), ...RED);
    const look = lookWithSignal(...RED);
    const kept = judge.score({ day, night: withLens(darken(day, 0.2, 1), ...RED), look });
    expect(kept).toMatchObject({ signals: 1, signalsChanged: 0, unfoundedLamps: 0 });
    const changed = judge.score({ day, night: withLens(day, ...GREEN), look });
    expect(changed).toMatchObject({ signals: 1, signalsChanged: 1 });
    expect(judge.score({ day, night: paintDay(), look })).toMatchObject({ signals: 1, signalsChanged: 1 });
    expect(judge.score({ day: paintDay(), night: paintDay(), look })).toMatchObject({ signals: 0, unfoundedLamps: 1 });
  });

  it('has no lamp scores without a look', () => {
    expect(Object.keys(judge.score({ day: paintDay(), night: paintDay() }))).not.toContain('signals');
  });

  it('judges by the range that it is given', async () => {
    const range = await readNightRange();
    const day = paintDay();
    const night = darken(day, 0.25, 1.2);
    const narrow = { ...range.statistics, texture: { ...range.statistics.texture, fine: [9, 10], coarse: [9, 10] } };
    const strict = await NightJudge.open(JSON.stringify({ ...range, statistics: narrow }));
    expect(strict.score({ day, night }).texture).toBeGreaterThan(5);
    expect(judge.score({ day, night }).texture).toBeLessThan(2);
  });

  it.each([
    ['{', 'the range of real nights is not valid'],
    ['{"format":2}', 'format'],
    ['{"format":1,"name":"x","images":30,"statistics":{"layout":{},"texture":{},"lights":{}}}', 'it lacks brightness'],
  ])('refuses %s as a range', async (json, clause) => {
    await expect(NightJudge.open(json)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(clause) as string,
    });
  });
});

describe('verdictOf', () => {
  it('accepts what no score rejects, and what could not be scored', () => {
    expect(verdictOf({ night: 0.9, structure: 0.6, layout: 0.2, signalsChanged: 0 })).toEqual({
      verdict: 'accepted',
      reason: '',
    });
    expect(verdictOf({})).toEqual({ verdict: 'accepted', reason: '' });
  });

  it('has one clause for each reason', () => {
    const { verdict, reason } = verdictOf(
      { structure: 0.11, lights: 0.5, signalsChanged: 3 },
      { lights: 'too few lamps' },
    );
    expect(verdict).toBe('rejected');
    expect(reason).toBe(
      'structure 0.11 below 0.25; lights unlike real nights, too few lamps (0.50 above 0.25); 3 signals changed colour or went out',
    );
  });
});

describe('rangeOf', () => {
  const nightOf = (value: number): Record<keyof typeof STATISTICS, number[]> => ({
    layout: STATISTICS.layout.map(() => value),
    texture: STATISTICS.texture.map(() => value),
    lights: STATISTICS.lights.map((name) => (name === 'height' && value % 2 === 0 ? Number.NaN : value)),
  });

  it('leaves out a hundredth at either end', () => {
    const { statistics, images } = rangeOf(
      Array.from({ length: 101 }, (_, i) => nightOf(i)),
      'x',
    );
    expect(images).toBe(101);
    expect(statistics.layout['brightness']).toEqual([1, 99]);
    expect(statistics.lights['height']).toEqual([1.98, 98.02]); // of those that have one
  });

  it('needs twenty nights', () => {
    expect(() =>
      rangeOf(
        Array.from({ length: 19 }, (_, i) => nightOf(i)),
        'x',
      ),
    ).toThrow(RangeError);
  });
});

describe('fitNightRange', () => {
  it('fits a folder of images, which are then inside', async () => {
    const folder = join(temporaryFolder(), 'nights');
    mkdirSync(folder);
    const nights = Array.from({ length: 24 }, (_, i) => darken(withLens(paintDay(), ...RED), 0.1 + 0.01 * i, 1.5));
    for (const [i, night] of nights.entries())
      await writeImage(join(folder, `${i}.png`), yuvToImage(night, WIDTH, HEIGHT));
    const range = await fitNightRange(folder);
    expect(range).toMatchObject({ format: 1, name: 'nights', images: 24 });
    const own = await NightJudge.open(JSON.stringify(range));
    const day = paintDay();
    expect(own.score({ day, night: nights[12]! })).toMatchObject({ layout: 0, texture: 0, lights: 0 });
    expect(own.score({ day, night: day }).layout).toBeGreaterThan(0.25);
  });
});

/** Images of a folder of the footage, evenly spread. */
async function load(
  folder: string,
  maxImages: number,
  wantsDetails = false,
): ReturnType<Awaited<ReturnType<typeof openReference>>['read']> {
  const input = await openReference(folder);
  return input.read({ maxImages, wantsDetails, signal: new AbortController().signal, onImage: () => undefined });
}

const days = footage('frames/testA');
const nights = footage('frames/testB');
const bddNights = footage('frames/bddB');

describe.skipIf(!days || !nights || !bddNights)('on real footage that nothing was fitted to', () => {
  it('takes hardly any day for a night, and most nights for one', async () => {
    const share = async (folder: string): Promise<number> => {
      const { images } = await load(folder, 60);
      return images.filter((image) => judge.alreadyNight(image) >= ALREADY_NIGHT).length / images.length;
    };
    expect(await share(days!)).toBe(0);
    expect(await share(nights!)).toBeGreaterThan(0.7);
    expect(await share(bddNights!)).toBeGreaterThan(0.9);
  });

  it('accepts real nights, rejects days as they are and darkened days', async () => {
    const accepted = async (folder: string, change: (image: Float32Array) => Float32Array): Promise<number> => {
      const { images } = await load(folder, 60);
      const judged = images.map((day) => judge.verdict(judge.score({ day, night: change(day) })));
      return judged.filter(({ verdict }) => verdict === 'accepted').length / images.length;
    };
    expect(await accepted(bddNights!, (image) => image)).toBeGreaterThan(0.9);
    expect(await accepted(days!, (image) => image)).toBeLessThan(0.1);
    expect(await accepted(days!, (image) => darken(image, 0.35, 2.2))).toBeLessThan(0.1);
  });

  it('accepts most nights of the default generator', async () => {
    const { images, details } = await load(days!, 24, true);
    await using generator = await openGenerator({ generator: 'auto' });
    const signal = new AbortController().signal;
    const tools = { generator, details, mask: await EdgeMask.open(), signal, onImage: () => undefined };
    const made = await translateImages(images, tools);
    const judged = images.map((day, i) => judge.verdict(judge.score({ day, night: made.images[i]! })));
    expect(judged.filter(({ verdict }) => verdict === 'accepted').length / images.length).toBeGreaterThan(0.8);
  }, 120_000);
});

it('measures finite statistics of a black frame and of a white one', () => {
  const meter = new NightStatisticsMeter();
  for (const luma of [0, 1]) {
    const measured = meter.measure(new Float32Array(3 * PIXELS).fill(luma, 0, PIXELS));
    const values = [...measured.layout, ...measured.texture, ...measured.lights];
    expect(values.filter((value) => !Number.isFinite(value))).toEqual([Number.NaN]); // the height of no spot
  }
});
