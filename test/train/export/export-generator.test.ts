import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { openGenerator } from '../../../src/infer/open-generator.js';
import { exportGenerator } from '../../../src/train/export/export-generator.js';
import { nightgrid } from '../../../src/train/networks/nightgrid.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';
import { asThumbnail } from '../../infer/synthetic-thumbnails.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { ReferenceOps, type NhwcArray } from '../../support/reference-ops.js';
import { randomWeights, image } from './run-model.js';

const INPUT = [144, 256, 3] as const;
const weights = randomWeights(nightgrid, INPUT, new Random(11));
const day = streetThumbnail();
const folder = temporaryFolder();
const CARD = { name: 'night', version: '1.0.0', description: 'for tests', weights };

describe('exportGenerator', () => {
  let expected: { readonly grid: NhwcArray; readonly lights: NhwcArray };
  beforeAll(() => {
    const input = image(144, 256, 3, (y, x, c) => day[(c * 144 + y) * 256 + x]!);
    expected = nightgrid(new ReferenceOps(weights), input);
  });

  it('writes a generator that gives the looks of the network', async () => {
    const out = join(folder, 'night');
    const written = await exportGenerator({ ...CARD, out, training: { seed: 11, steps: 0 } });
    await using generator = await openGenerator({ generator: out });
    expect(generator.card).toEqual(written.card);
    expect(generator.card.licence).toBe('not stated');

    const { grid, lights } = await generator.translate(asThumbnail(day));
    expect(largestDistance(grid, expected.grid.data)).toBeLessThan(1e-3); // both in the order row, column, bin, matrix row, matrix column
    const planes = Float64Array.from(
      lights,
      (_, i) => expected.lights.data[(i % (72 * 128)) * 4 + Math.floor(i / (72 * 128))]!,
    );
    expect(Math.max(...planes)).toBeGreaterThan(0.05);
    expect(largestDistance(lights, planes)).toBeLessThan(1e-4);
  });

  it('rejects a network whose outputs are not a look', async () => {
    const failed = exportGenerator({
      ...CARD,
      weights: new Map(),
      network: (ops, x) => ({ grid: ops.averagePool(x, 16), lights: x }),
      out: join(folder, 'wrong'),
    });
    await expect(failed).rejects.toThrow('outputs.grid.shape must be [1,96,9,16], got [1,3,9,16]');
  });
});

function largestDistance(a: Float32Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
}
