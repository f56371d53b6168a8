import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { fitStyle, scoreOf, type FitProgress } from '../../src/evaluate/fit-style.js';
import { paintedDays } from '../../src/evaluate/painted-days.js';
import { writeImage } from '../../src/image/image-file.js';
import { yuvToImage } from '../../src/image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../src/image/thumbnail.js';
import { DEFAULT_LIGHTING_DIALS, Lighting } from '../../src/lighting/lighting.js';
import { readNightStyle, type NightStyle } from '../../src/lighting/night-style.js';
import { applyLookInto } from '../../src/look/apply-look.js';
import { SURFACE_SIZE } from '../../src/scene/scene.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeSceneModel } from '../support/scene-model.js';

const folder = temporaryFolder();
const NIGHTS = 10;
/** A bright, bluish night that no style of the package is. */
const CITY = readNightStyle('city-led');
const KNOWN: NightStyle = {
  ...CITY,
  sky: { zenith: [0.008, 0.02, 0.06], glow: 0.15, glowHeight: 0.35 },
  town: { ...CITY.town, unseenLamps: 2.5 },
  exposure: { ...CITY.exposure, meanLuma: 0.34, black: 0.02 },
};

beforeAll(async () => {
  mkdirSync(join(folder, 'nights'));
  const lighting = await Lighting.open(KNOWN, 7);
  let count = 0;
  for (const { day, scene } of paintedDays(NIGHTS, 50)) {
    const night = new Float32Array(day.length);
    applyLookInto(lighting.light(scene, day, { hour: -18, dials: DEFAULT_LIGHTING_DIALS }), day, night);
    const image = yuvToImage(night, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT);
    await writeImage(join(folder, `nights/${count++}.png`), image);
  }
});

function fit(options: Partial<Parameters<typeof fitStyle>[0]> = {}): ReturnType<typeof fitStyle> {
  return fitStyle({
    nights: join(folder, 'nights'),
    from: 'motorway',
    steps: 40,
    seed: 1,
    maxDays: 6,
    maxNights: NIGHTS,
    signal: new AbortController().signal,
    ...options,
  });
}

it('comes nearer by a third to nights of a known style within few styles', async () => {
  const { style, start, best, steps, nights, days } = await fit();
  expect(scoreOf(start, start)).toBeCloseTo(3, 9);
  expect(scoreOf(best, start)).toBeLessThan(2);
  expect(style.exposure.meanLuma).toBeGreaterThan(readNightStyle('motorway').exposure.meanLuma);
  expect({ steps, nights, days }).toEqual({ steps: 40, nights: NIGHTS, days: 6 });
});

it('gives the same style for the same seed', async () => {
  const short = { steps: 6, maxDays: 3 };
  expect(await fit(short)).toEqual(await fit(short));
});

it('reads days with a scene network', async () => {
  const model = await writeSceneModel(folder);
  const phases: string[] = [];
  const { days } = await fit({
    days: join(folder, 'nights'),
    model,
    steps: 2,
    maxDays: 3,
    onProgress: ({ step }) => phases.push(step),
  });
  expect(days).toBe(3);
  expect([...new Set(phases)]).toEqual(['reading nights', 'reading days', 'finding what stands where', 'fitting']);
});

it('ends with the best style so far when it is aborted, and rejects when there is none', async () => {
  const stopping = new AbortController();
  const onProgress = (progress: FitProgress): void => {
    if (progress.step === 'fitting' && progress.done === 3) stopping.abort();
  };
  const { steps, style } = await fit({ maxDays: 2, signal: stopping.signal, onProgress });
  expect(steps).toBe(3);
  expect(style.version).toBe(1);
  await expect(fit({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
});

it('refuses a folder without enough nights, one without days, and an unknown style', async () => {
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'one'));
  const [day] = paintedDays(1, 1);
  await writeImage(join(folder, 'one/a.png'), yuvToImage(day!.day, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT));
  mkdirSync(join(folder, 'texts'));
  writeFileSync(join(folder, 'texts/a.txt'), 'no image');
  await expect(fit({ nights: join(folder, 'empty') })).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  await expect(fit({ nights: join(folder, 'one') })).rejects.toThrow('one night');
  await expect(fit({ nights: join(folder, 'missing') })).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
  await expect(fit({ days: join(folder, 'texts') })).rejects.toThrow('without images');
  await expect(fit({ from: 'moonlight' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

it('paints days with scenes that fit them', () => {
  const days = [...paintedDays(6, 3)];
  for (const { scene, day } of days) {
    for (const i of [0, 500, SURFACE_SIZE - 1]) {
      let sum = 0;
      for (let at = i; at < scene.surfaces.length; at += SURFACE_SIZE) sum += scene.surfaces[at]!;
      expect(sum).toBeCloseTo(1, 5);
    }
    expect(day).toHaveLength(3 * THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT);
    expect(Math.max(...day.subarray(0, 1000))).toBeLessThanOrEqual(1);
  }
  const scenes = days.map(({ scene }) => scene);
  expect(scenes.some(({ vehicles }) => vehicles.length > 0)).toBe(true);
  expect(scenes.some(({ panes }) => panes.length > 10)).toBe(true);
  expect([...paintedDays(1, 3)][0]).toEqual(days[0]);
});
