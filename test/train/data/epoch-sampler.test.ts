import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EpochSampler } from '../../../src/train/data/epoch-sampler.js';

function draw(sampler: EpochSampler, count: number): number[] {
  return Array.from({ length: count }, () => sampler.next());
}

describe('EpochOrder', () => {
  it('draws each index once per epoch, in a different order each time', () => {
    const sampler = new EpochSampler({ count: 30, seed: 5 });
    const [first, second] = [draw(sampler, 30), draw(sampler, 30)];
    const all = Array.from({ length: 30 }, (_, i) => i);
    expect([...first].sort((a, b) => a - b)).toEqual(all);
    expect([...second].sort((a, b) => a - b)).toEqual(all);
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(all);
  });

  it('depends on the seed alone', () => {
    expect(draw(new EpochSampler({ count: 40, seed: 5 }), 90)).toEqual(
      draw(new EpochSampler({ count: 40, seed: 5 }), 90),
    );
    expect(draw(new EpochSampler({ count: 40, seed: 5 }), 40)).not.toEqual(
      draw(new EpochSampler({ count: 40, seed: 6 }), 40),
    );
  });

  it('continues from a saved state', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(70), (count, drawn) => {
        const sampler = new EpochSampler({ count, seed: 11 });
        draw(sampler, drawn);
        const saved: unknown = JSON.parse(JSON.stringify(sampler.state()));
        const later = new EpochSampler({ count, seed: 99 });
        later.restore(saved as ReturnType<EpochSampler['state']>);
        expect(later.epoch).toBe(sampler.epoch);
        expect(draw(later, 60)).toEqual(draw(sampler, 60));
      }),
    );
  });

  it('rejects an empty range and a position outside the epoch', () => {
    expect(() => new EpochSampler({ count: 0, seed: 1 })).toThrow(RangeError);
    const sampler = new EpochSampler({ count: 2, seed: 1 });
    expect(() => {
      sampler.restore({ ...sampler.state(), position: 3 });
    }).toThrow(RangeError);
  });
});
