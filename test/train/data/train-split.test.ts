import { describe, expect, it } from 'vitest';
import { splitTraining } from '../../../src/train/data/train-split.js';

interface Named {
  readonly name: string;
}

const many: readonly Named[] = Array.from({ length: 1000 }, (_, i) => ({
  name: `${['one', 'two', 'three', 'four', 'five'][i % 5] ?? ''}__${i}.jpg`,
}));

describe('splitTraining', () => {
  it('holds back about the fraction, and puts each image into one part', () => {
    const { train, validation } = splitTraining(many, { fraction: 0.1, seed: 0 });
    expect(validation.length).toBeGreaterThan(70);
    expect(validation.length).toBeLessThan(130);
    expect(new Set([...train, ...validation])).toEqual(new Set(many));
    expect(train.length + validation.length).toBe(1000);
  });

  it('moves no images when others are added', () => {
    const few = splitTraining(many.slice(0, 500), { fraction: 0.1, seed: 0 }).validation;
    const all = new Set(splitTraining(many, { fraction: 0.1, seed: 0 }).validation);
    for (const image of few) expect(all.has(image)).toBe(true);
  });

  it('puts both images of a pair into the same part, whatever their extensions', () => {
    const nights = many.map(({ name }) => ({ name: name.replace('.jpg', '.png') }));
    const stems = (list: readonly Named[]): string[] => list.map(({ name }) => name.slice(0, -4));
    const options = { fraction: 0.05, seed: 0 };
    expect(stems(splitTraining(nights, options).validation)).toEqual(stems(splitTraining(many, options).validation));
  });

  it('depends on the seed, and rejects a fraction out of range', () => {
    const heldBack = (seed: number): readonly Named[] => splitTraining(many, { fraction: 0.05, seed }).validation;
    expect(heldBack(1)).toEqual(heldBack(1));
    expect(heldBack(1)).not.toEqual(heldBack(2));
    expect(splitTraining(many, { fraction: 0, seed: 0 }).validation).toEqual([]);
    expect(() => splitTraining(many, { fraction: 0.9, seed: 0 })).toThrow(RangeError);
  });
});
