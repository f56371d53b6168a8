import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Generator } from '../../src/infer/generator.js';
import { GRID_SIZE, LIGHTS_SIZE, copyLookInto, emptyLook, isFiniteLook } from '../../src/look/look.js';
import { openGenerator } from '../../src/infer/open-generator.js';
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
  ['an ONNX model', () => openGenerator({ generator: writeTinyModel(folder) })],
];

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
  });

  it('does not change the thumbnail', async () => {
    await using generator = await open();
    const data = streetThumbnail();
    await generator.translate(asThumbnail(data));
    expect(data).toEqual(streetThumbnail());
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
  it('opens the trained network, or the grade without one', async () => {
    await using generator = await openGenerator({ generator: 'auto' });
    expect(['grade', 'nightgrid']).toContain(generator.card.name);
    expect(generator.fallbacks).toBe(0);
  });

  it('reports an unknown generator in one line', async () => {
    await expect(openGenerator({ generator: 'moonlight' })).rejects.toMatchObject({
      name: 'NocturneError',
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('moonlight') as string, // vitest types matchers as any
    });
  });
});
