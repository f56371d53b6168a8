import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../src/train/data/image-folder.js';
import { splitTraining } from '../../../src/train/data/train-split.js';

function pictures(names: readonly string[]): { name: string; source: string }[] {
  return names.map((name) => ({ name, source: sourceOf(name) }));
}

const many = pictures(
  Array.from({ length: 1000 }, (_, i) => `${['one', 'two', 'three', 'four', 'five'][i % 5] ?? ''}__${i}.jpg`),
);

describe('splitTraining', () => {
  it('keeps about the fraction, and each picture on one side', () => {
    const { train, validation } = splitTraining(many, { fraction: 0.1 });
    expect(validation.length).toBeGreaterThan(70);
    expect(validation.length).toBeLessThan(130);
    expect(new Set([...train, ...validation])).toEqual(new Set(many));
    expect(train.length + validation.length).toBe(1000);
  });

  it('does not move pictures when others come', () => {
    const few = splitTraining(many.slice(0, 500), { fraction: 0.1 }).validation;
    const all = new Set(splitTraining(many, { fraction: 0.1 }).validation);
    for (const picture of few) expect(all.has(picture)).toBe(true);
  });

  it('sends both of a pair one way, whatever their endings', () => {
    const nights = many.map(({ name, source }) => ({ name: name.replace('.jpg', '.png'), source }));
    const stems = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name.slice(0, -4));
    expect(stems(splitTraining(nights).validation)).toEqual(stems(splitTraining(many).validation));
  });

  it('keeps whole sources and leaves training one', () => {
    const { train, validation } = splitTraining(many, { fraction: 0.2, by: 'source' });
    const [left, kept] = [new Set(train.map((p) => p.source)), new Set(validation.map((p) => p.source))];
    expect(kept.size).toBe(1);
    for (const source of kept) expect(left.has(source)).toBe(false);
    expect(splitTraining(pictures(['a__1.jpg', 'a__2.jpg']), { fraction: 0.5, by: 'source' }).validation).toEqual([]);
  });

  it('divides otherwise under another seed, and alike under the same', () => {
    const by = (seed: number): unknown => splitTraining(many, { seed }).validation;
    expect(by(1)).toEqual(by(1));
    expect(by(1)).not.toEqual(by(2));
    expect(splitTraining(many, { fraction: 0 }).validation).toEqual([]);
    expect(() => splitTraining(many, { fraction: 0.9 })).toThrow(RangeError);
  });
});
