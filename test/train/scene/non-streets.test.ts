import { describe, expect, it } from 'vitest';
import { nonStreets } from '../../../src/train/scene/non-streets.js';

describe('nonStreets', () => {
  it('are the same for the same seed, others for another, and show no vehicle', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => nonStreets({ count: 7, seed }));
    expect(again).toEqual(first);
    for (const [i, scene] of first!.entries()) {
      expect(scene.rgb).not.toEqual(other![i]!.rgb);
      expect(scene.vehicles).toEqual([]);
      expect(new Set(scene.surfaces).size).toBe(1);
    }
  });

  it('are varied: none is of one colour', () => {
    for (const { rgb } of nonStreets({ count: 28, seed: 3 })) {
      const isPlain = rgb.every((value, i) => value === rgb[i % 3]);
      expect(isPlain).toBe(false);
    }
  });
});
