import { describe, expect, it } from 'vitest';
import { AlignedDataset } from '../../../src/train/data/aligned-dataset.js';
import { NO_AUGMENT } from '../../../src/train/data/augment.js';
import type { Dataset, DatasetState } from '../../../src/train/data/dataset.js';
import { ImageStore } from '../../../src/train/data/image-store.js';
import { UnalignedDataset } from '../../../src/train/data/unaligned-dataset.js';
import { greyStore, storedImage } from './stored-images.js';

const SIZE = { width: 16, height: 10 };
const kinds: readonly [string, (seed: number) => Dataset][] = [
  ['UnalignedDataset', (seed) => new UnalignedDataset({ a: greyStore(7), b: greyStore(5, 'dark'), seed, ...SIZE })],
  ['AlignedDataset', (seed) => new AlignedDataset({ a: greyStore(7), b: greyStore(9), seed, ...SIZE })],
];

describe.each(kinds)('%s', (_name, make) => {
  it('returns batches of the given size, each in its own memory', () => {
    const dataset = make(1);
    const first = dataset.next(3);
    const copy = Float32Array.from(first.a);
    expect(first.a).toHaveLength(3 * 3 * 160);
    expect(first.pathsA).toHaveLength(3);
    expect(first.b).toHaveLength(3 * 160 * first.pathsB.length);
    dataset.next(3);
    expect(first.a).toEqual(copy);
  });

  it('returns the same batches for the same seed', () => {
    const [one, two, other] = [make(4), make(4), make(5)];
    for (let i = 0; i < 6; i++) expect(two.next(2)).toEqual(one.next(2));
    expect(other.next(2).a).not.toEqual(make(4).next(2).a);
  });

  it('continues bit for bit from a state restored from JSON', () => {
    const dataset = make(4);
    for (let i = 0; i < 9; i++) dataset.next(2);
    const state = JSON.parse(JSON.stringify(dataset.state())) as DatasetState; // what was just written
    const later = make(77);
    later.restore(state);
    expect(later.epoch).toBe(dataset.epoch);
    for (let i = 0; i < 12; i++) expect(later.next(2)).toEqual(dataset.next(2));
    expect(later.state()).toEqual(dataset.state());
  });

  it('returns each image of A once per epoch and counts epochs', () => {
    const dataset = make(6);
    expect(dataset.size).toBe(7);
    const paths = Array.from({ length: 7 }, () => dataset.next(1).pathsA[0]);
    expect(new Set(paths).size).toBe(7);
    expect(dataset.epoch).toBe(1);
    dataset.next(20);
    expect(dataset.epoch).toBe(3);
  });

  it('rejects the state of other images', () => {
    const other = new UnalignedDataset({ a: greyStore(6), b: greyStore(5), seed: 1, ...SIZE });
    expect(() => make(1).restore({ ...make(1).state(), fingerprints: other.state().fingerprints })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('UnalignedDataset', () => {
  it('draws the domains independently', () => {
    const dataset = new UnalignedDataset({ a: greyStore(6), b: greyStore(6, 'dark'), seed: 3, ...SIZE });
    const partners = new Map<string, Set<string>>();
    for (let i = 0; i < 120; i++) {
      const { pathsA, pathsB } = dataset.next(1);
      const seen = partners.get(pathsA[0]!) ?? new Set();
      partners.set(pathsA[0]!, seen.add(pathsB[0]!));
    }
    for (const seen of partners.values()) expect(seen.size).toBeGreaterThan(3);
  });

  it('repeats the smaller domain evenly', () => {
    const dataset = new UnalignedDataset({ a: greyStore(9), b: greyStore(3, 'dark'), seed: 3, ...SIZE });
    const counts = new Map<string, number>();
    for (let i = 0; i < 9; i++) {
      const path = dataset.next(1).pathsB[0]!;
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual([3, 3, 3]);
  });

  it('rejects images smaller than the crop', () => {
    expect(() => new UnalignedDataset({ a: greyStore(6), b: greyStore(2), seed: 3 })).toThrow(/256x144 or more/);
  });
});

describe('AlignedDataset', () => {
  const day = ImageStore.of([1, 2, 3].map((i) => storedImage(`${i}.jpg`, [40, 30], (x, y) => x + 2 * y + i)));
  const night = ImageStore.of([2, 3, 4].map((i) => storedImage(`${i}.png`, [40, 30], (x, y) => x + 2 * y + i)));

  it('returns pairs by name with the same crop and flip', () => {
    const augment = { ...NO_AUGMENT, crop: 'random', flip: 0.5 } as const;
    const dataset = new AlignedDataset({ a: day, b: night, seed: 2, augment, ...SIZE });
    expect(dataset.size).toBe(2);
    expect([...dataset.unpaired]).toEqual(['1.jpg', '4.png']);
    for (let i = 0; i < 10; i++) {
      const { a, b, pathsA, pathsB } = dataset.next(1);
      expect(pathsB[0]?.replace('.png', '')).toBe(pathsA[0]?.replace('.jpg', ''));
      expect(b).toEqual(a);
    }
  });

  it('rejects folders without a pair, and pairs of different sizes', () => {
    expect(() => new AlignedDataset({ a: greyStore(3, 'a'), b: greyStore(3, 'b'), seed: 1, ...SIZE })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    const wide = ImageStore.of([storedImage('2.png', [44, 30], () => 0)]);
    expect(() => new AlignedDataset({ a: day, b: wide, seed: 1, ...SIZE })).toThrow(/same size/);
  });
});
