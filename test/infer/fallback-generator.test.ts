import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS, lightingOf } from '../../src/core/controls.js';
import { silentLogger, type Logger } from '../../src/core/logger.js';
import { fromSeconds } from '../../src/core/time.js';
import { withFallback, type FallbackGenerator } from '../../src/infer/fallback-generator.js';
import { createGrade } from '../../src/infer/grade/grade.js';
import { openLookGenerator } from '../../src/infer/look-generator.js';
import { asThumbnail, paint } from './synthetic-thumbnails.js';
import { writeTinyModel } from './tiny-model.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nocturne-fallback-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The look of the tiny network is NaN where the day is dark: the network fails on `bad`. */
const good = paint(() => [0.5, 0, 0]);
const bad = paint(() => [0.1, 0, 0]);

async function open(lines: string[] = [], errors: string[] = []): Promise<FallbackGenerator> {
  const network = await openLookGenerator({ model: writeTinyModel(folder, 'root', { hasSqrtLights: true }) });
  const logger: Logger = { ...silentLogger, warn: (_, message) => lines.push(message) };
  return withFallback(network, {
    fallback: await createGrade(),
    logger,
    onFallback: (error) => errors.push(error.code),
  });
}

describe('withFallback', () => {
  it('passes the lighting and the frames of a video on to the network, and wants what it wants', async () => {
    const network = await createGrade();
    const calls: unknown[] = [];
    const watched = {
      ...{ card: network.card, device: 'cpu', wantsDetail: true, close: () => network.close() },
      translate: network.translate.bind(network),
      setLighting: (...args: unknown[]) => calls.push(args),
      advance: (...args: unknown[]) => calls.push(args),
      [Symbol.asyncDispose]: () => network.close(),
    };
    await using generator = withFallback(watched, { fallback: await createGrade() });
    const lighting = lightingOf(DEFAULT_CONTROLS);
    const thumbnail = asThumbnail(good);
    generator.setLighting?.(lighting);
    generator.advance?.(thumbnail, undefined, 0.04);
    expect(calls).toEqual([[lighting], [thumbnail, undefined, 0.04]]);
    expect(generator.wantsDetail).toBe(true);
    await using plain = await open();
    expect(plain.wantsDetail).toBe(false);
    plain.setLighting?.(lighting);
    plain.advance?.(thumbnail, undefined, 0);
  });

  it('returns the last good look while the network fails, and counts the frames', async () => {
    const errors: string[] = [];
    await using generator = await open([], errors);
    const wanted = (await generator.translate(asThumbnail(good, fromSeconds(1)))).lights.slice();
    const look = await generator.translate(asThumbnail(bad, fromSeconds(1.04)));
    expect(look.lights).toEqual(wanted);
    expect(generator.fallbacks).toBe(1);
    expect(errors).toEqual(['MODEL_FAILED']);
    expect(generator.card.name).toBe('root');
  });

  it('returns the look of the fallback generator when the last good look is old, of another scene or missing', async () => {
    await using generator = await open();
    await using grade = await createGrade();
    const wanted = (await grade.translate(asThumbnail(bad))).grid.slice();
    expect((await generator.translate(asThumbnail(bad))).grid).toEqual(wanted);
    await generator.translate(asThumbnail(good, fromSeconds(5)));
    expect((await generator.translate(asThumbnail(bad, fromSeconds(7)))).grid).toEqual(wanted);
    await generator.translate(asThumbnail(good, fromSeconds(8)));
    expect((await generator.translate(asThumbnail(bad, fromSeconds(8.04), true))).grid).toEqual(wanted);
    expect(generator.fallbacks).toBe(3);
  });

  it('logs once for many frames, and uses the network again when it works', async () => {
    const lines: string[] = [];
    await using generator = await open(lines);
    for (let i = 0; i < 5; i++) await generator.translate(asThumbnail(bad));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('MODEL_FAILED');
    const look = await generator.translate(asThumbnail(good));
    expect(look.lights[0]).toBeCloseTo(Math.sqrt(0.05), 5);
    expect(generator.fallbacks).toBe(5);
  });

  it('calls a network that keeps failing less often', async () => {
    const errors: string[] = [];
    await using generator = await open([], errors);
    for (let i = 0; i < 40; i++) await generator.translate(asThumbnail(bad));
    expect(generator.fallbacks).toBe(40);
    expect(errors.length).toBeLessThan(40);
  });
});
