import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONTROLS, lightingOf, type LightingControls } from '../../src/core/controls.js';
import { fromSeconds } from '../../src/core/time.js';
import type { Thumbnail } from '../../src/image/thumbnail.js';
import type { Generator } from '../../src/infer/generator.js';
import { openLitGenerator } from '../../src/infer/lit-generator.js';
import { identityLook, type Look } from '../../src/look/look.js';
import { LookMaker } from '../../src/pipeline/look-thread/look-maker.js';
import { createSteadier } from '../../src/temporal/motion-steadier.js';
import { writeSceneModel } from '../support/scene-model.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { streetThumbnail } from './grade/street-thumbnail.js';
import { asThumbnail, noiseThumbnail } from './synthetic-thumbnails.js';

const model = await writeSceneModel(temporaryFolder());
const open = (style = 'city-led', seed = 3): Promise<Generator> => openLitGenerator({ model, style, seed });
const street = asThumbnail(streetThumbnail());

function hashOf({ grid, lights, lamps }: Look): string {
  return createHash('sha256').update(grid).update(lights).update(lamps).digest('hex');
}

async function lookOf(generator: Generator, lighting: Partial<LightingControls> = {}): Promise<string> {
  generator.setLighting?.({ ...lightingOf(DEFAULT_CONTROLS), ...lighting });
  return hashOf(await generator.translate(street));
}

describe('the lit generator', () => {
  it('leaves the day as it is when the sun is up', async () => {
    await using generator = await open();
    expect(await lookOf(generator, { sunElevation: 10 })).toBe(hashOf(identityLook()));
  });

  it('follows the lighting dials at once, and the default ones without any', async () => {
    await using generator = await open();
    const night = hashOf(await generator.translate(street));
    expect(await lookOf(generator)).toEqual(night);
    expect(await lookOf(generator, { sunElevation: -3 })).not.toEqual(night);
    expect(await lookOf(generator, { streetLamps: 0 })).not.toEqual(night);
    expect(await lookOf(generator)).toEqual(night);
  });

  it('depends on the style', async () => {
    await using city = await open();
    await using village = await open('village');
    expect(await lookOf(village)).not.toEqual(await lookOf(city));
  });

  it('makes a still of a frame that was not announced, whatever was tracked before', async () => {
    await using generator = await open();
    const still = await lookOf(generator);
    for (let i = 0; i < 3; i++) {
      const frame = asThumbnail(noiseThumbnail(), fromSeconds(1 + i / 25));
      generator.advance?.(frame, undefined, 0);
      await generator.translate(frame);
    }
    expect(await lookOf(generator)).toEqual(still);
  });

  it('makes the same looks of the same video, twice', async () => {
    const run = async (): Promise<string[]> => {
      await using generator = await open();
      const maker = new LookMaker(generator, await createSteadier());
      const looks: string[] = [];
      for (let i = 0; i < 9; i++) {
        const data = street.data.map((value, k) => value * (1 - 0.01 * i) + 0.001 * (k % 7));
        const frame: Thumbnail = asThumbnail(data, fromSeconds(i / 25), i === 0);
        looks.push(hashOf((await maker.make(frame, 0.6)).look));
      }
      return looks;
    };
    expect(await run()).toEqual(await run());
  });

  it('refuses threads that are no count', async () => {
    await expect(openLitGenerator({ model, style: 'city-led', seed: 1, threads: 0 })).rejects.toThrow(RangeError);
  });
});
