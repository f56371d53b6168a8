import { describe, expect, it } from 'vitest';
import { Street } from '../../../src/synth/street.js';
import { synthDomains } from '../../../src/train/data/synth-domains.js';
import { UnalignedDataset } from '../../../src/train/data/unaligned-dataset.js';

describe('synthDomains', () => {
  it('renders streets of different seeds by day and by night, reproducibly', () => {
    const [one, two] = [synthDomains({ count: 3, seed: 5 }), synthDomains({ count: 3, seed: 5 })];
    expect(two.a.images).toEqual(one.a.images);
    expect(two.b.images).toEqual(one.b.images);
    expect(one.a.size).toBe(3);
    const sources = one.a.images.map(({ source }) => source);
    for (const { source } of one.b.images) expect(sources).not.toContain(source);
    expect(one.a.at(1).data).not.toEqual(one.a.at(2).data);
  });

  it('renders pairs with isPaired', () => {
    const { a, b } = synthDomains({ count: 3, seed: 5, isPaired: true });
    expect(b.images.map(({ name }) => name)).toEqual(a.images.map(({ name }) => name));
    expect(b.at(0).data).not.toEqual(a.at(0).data);
  });

  it('converts the limited range of the street to full-range codes', () => {
    const { a } = synthDomains({ count: 1, seed: 5, width: 64, height: 36 });
    const planes = new Street({ seed: 5, width: 128, height: 72 }).day(0);
    const [column, row] = [30, 20];
    const at = 2 * row * 128 + 2 * column;
    const luma = (planes.y[at]! + planes.y[at + 1]! + planes.y[at + 128]! + planes.y[at + 129]!) / 4;
    const pixel = a.at(0).data.subarray(3 * (row * 64 + column));
    expect(pixel[0]! / 255).toBeCloseTo((luma - 16) / 219, 2);
    expect((pixel[1]! - 128) / 255).toBeCloseTo((planes.u[row * 64 + column]! - 128) / 224, 2);
    expect((pixel[2]! - 128) / 255).toBeCloseTo((planes.v[row * 64 + column]! - 128) / 224, 2);
  });

  it('fits a dataset at the default size', () => {
    const { a, b } = synthDomains({ count: 2, seed: 1 });
    const batch = new UnalignedDataset({ a, b, seed: 1 }).next(2);
    expect(batch.a).toHaveLength(2 * 144 * 256 * 3);
    const mean = (data: Float32Array): number => {
      let sum = 0;
      for (let i = 0; i < data.length; i += 3) sum += data[i]!;
      return (3 * sum) / data.length;
    };
    expect(mean(batch.a)).toBeGreaterThan(1.5 * mean(batch.b));
  });
});
