import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EpochOrder } from '../../../src/train/data/epoch-order.js';

function draw(order: EpochOrder, count: number): number[] {
  return Array.from({ length: count }, () => order.next());
}

describe('EpochOrder', () => {
  it('gives every picture once an epoch, in another order each time', () => {
    const order = new EpochOrder({ count: 30, seed: 5 });
    const [first, second] = [draw(order, 30), draw(order, 30)];
    const all = Array.from({ length: 30 }, (_, i) => i);
    expect([...first].sort((a, b) => a - b)).toEqual(all);
    expect([...second].sort((a, b) => a - b)).toEqual(all);
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(all);
  });

  it('is the same for the same seed and another for another', () => {
    expect(draw(new EpochOrder({ count: 40, seed: 5 }), 90)).toEqual(draw(new EpochOrder({ count: 40, seed: 5 }), 90));
    expect(draw(new EpochOrder({ count: 40, seed: 5 }), 40)).not.toEqual(
      draw(new EpochOrder({ count: 40, seed: 6 }), 40),
    );
  });

  it('goes on from a saved state as it would have gone on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(70), fc.boolean(), (count, drawn, isWeighted) => {
        const weights = isWeighted ? { weights: Array.from({ length: count }, (_, i) => 1 + (i % 3)) } : {};
        const order = new EpochOrder({ count, seed: 11, ...weights });
        draw(order, drawn);
        const saved: unknown = JSON.parse(JSON.stringify(order.state()));
        const later = new EpochOrder({ count, seed: 99, ...weights });
        later.restore(saved as ReturnType<EpochOrder['state']>);
        expect(later.epoch).toBe(order.epoch);
        expect(draw(later, 60)).toEqual(draw(order, 60));
      }),
    );
  });

  it('draws by weight', () => {
    const order = new EpochOrder({ count: 8, seed: 2, weights: [0, 0, 0, 0, 1, 1, 1, 5] });
    const counts = new Array<number>(8).fill(0);
    for (const index of draw(order, 8)) counts[index]!++;
    expect(counts).toEqual([0, 0, 0, 0, 1, 1, 1, 5]);
  });

  it('keeps the order when it is not shuffled', () => {
    expect(draw(new EpochOrder({ count: 3, seed: 1, isShuffled: false }), 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it('refuses what is no order', () => {
    expect(() => new EpochOrder({ count: 0, seed: 1 })).toThrow(RangeError);
    expect(() => new EpochOrder({ count: 2, seed: 1, weights: [0, 0] })).toThrow(RangeError);
    expect(() => new EpochOrder({ count: 2, seed: 1, weights: [1] })).toThrow(RangeError);
    expect(() => new EpochOrder({ count: 2, seed: 1, weights: [1, Number.NaN] })).toThrow(RangeError);
  });
});
