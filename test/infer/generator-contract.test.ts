import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Generator } from '../../src/infer/generator.js';
import { GRID_SIZE, LIGHTS_SIZE, copyLookInto, emptyLook, isFiniteLook } from '../../src/look/look.js';
import { openGenerator } from '../../src/infer/open-generator.js';
import { enlargeThumbnailInto } from '../../src/image/enlarge-thumbnail.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, type Thumbnail } from '../../src/image/thumbnail.js';
import { writeSceneModel } from '../support/scene-model.js';
import { streetThumbnail } from './grade/street-thumbnail.js';
import { asThumbnail, noiseThumbnail, paint, rampThumbnail } from './synthetic-thumbnails.js';
import { writeTinyModel } from './tiny-model.js';

const folder = mkdtempSync(join(tmpdir(), 'nocturne-contract-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const generators: readonly (readonly [string, () => Promise<Generator>])[] = [
  ['grade', () => openGenerator({ generator: 'grade' })],
  ['grade:deep', () => openGenerator({ generator: 'grade:deep' })],
  ['nightgrid', () => openGenerator({ generator: 'nightgrid' })],
  ['an ONNX model', () => openGenerator({ generator: writeTinyModel(folder) })],
  ['lit', async () => openGenerator({ generator: await writeSceneModel(folder) })],
];

/** A thumbnail with a detail. */
function withDetail(data: Float32Array): Thumbnail {
  const detail = new Float32Array(3 * DETAIL_WIDTH * DETAIL_HEIGHT);
  enlargeThumbnailInto(data, detail);
  return { ...asThumbnail(data), detail };
}

describe.each(generators)('%s as a generator', (_, open) => {
  it('returns a finite look of the right size for any thumbnail', async () => {
    await using generator = await open();
    const extremes = [paint(() => [0, 0, 0]), paint(() => [1, 0, 0]), paint(() => [1, 0.5, -0.5])];
    for (const data of [...extremes, noiseThumbnail(), rampThumbnail(), streetThumbnail()]) {
      const look = await generator.translate(asThumbnail(data));
      expect([look.grid.length, look.lights.length]).toEqual([GRID_SIZE, LIGHTS_SIZE]);
      expect(isFiniteLook(look)).toBe(true);
    }
  });

  it('is stateless: a thumbnail gives the same look after any other', async () => {
    await using generator = await open();
    const first = emptyLook();
    copyLookInto(await generator.translate(asThumbnail(streetThumbnail())), first);
    await generator.translate(asThumbnail(noiseThumbnail()));
    const again = await generator.translate(asThumbnail(streetThumbnail()));
    expect(again.grid).toEqual(first.grid);
    expect(again.lights).toEqual(first.lights);
    expect(again.lamps).toEqual(first.lamps);
  });

  it('does not change the thumbnail', async () => {
    await using generator = await open();
    const data = streetThumbnail();
    const thumbnail = withDetail(data);
    const detail = thumbnail.detail?.slice() ?? data;
    await generator.translate(thumbnail);
    expect(Buffer.from(data.buffer).equals(Buffer.from(streetThumbnail().buffer))).toBe(true);
    expect(thumbnail.detail?.every((value, i) => value === detail[i])).toBe(true);
  });

  it('gives the same look with and without a detail that shows no more', async () => {
    await using generator = await open();
    const first = emptyLook();
    copyLookInto(await generator.translate(asThumbnail(streetThumbnail())), first);
    const again = await generator.translate(withDetail(streetThumbnail()));
    expect([again.grid, again.lights, again.lamps]).toEqual([first.grid, first.lights, first.lamps]);
  });

  it('has a complete card, and closes twice', async () => {
    const generator = await open();
    for (const text of [
      generator.card.name,
      generator.card.version,
      generator.card.description,
      generator.card.licence,
    ]) {
      expect(text).not.toBe('');
    }
    expect(generator.device).toBe('cpu');
    await generator.close();
    await generator.close();
  });
});

describe('openGenerator', () => {
  it('opens the best generator of the package', async () => {
    await using generator = await openGenerator({ generator: 'auto' });
    expect(['grade', 'nightgrid', 'lit']).toContain(generator.card.name);
    expect(generator.fallbacks).toBe(0);
  });

  it('opens a scene network as lit, and refuses a style that is none', async () => {
    const model = await writeSceneModel(folder);
    for (const path of [model, join(model, 'scene.onnx'), join(model, 'scene.json')]) {
      await using generator = await openGenerator({ generator: path, style: 'village' });
      expect(generator.card).toMatchObject({ name: 'lit', description: expect.stringContaining('village') as string }); // vitest types matchers as any
      expect(generator.wantsDetail).toBe(true);
    }
    await expect(openGenerator({ generator: model, style: 'moonlight' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('moonlight') as string, // as above
    });
  });

  it('reports an unknown generator in one line', async () => {
    await expect(openGenerator({ generator: 'moonlight' })).rejects.toMatchObject({
      name: 'NocturneError',
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('moonlight') as string, // vitest types matchers as any
    });
  });
});
