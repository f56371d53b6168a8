import { describe, expect, it } from 'vitest';
import { ByteRate } from '../../web-viewer/byte-rate.js';

describe('ByteRate', () => {
  it('counts the last two seconds', () => {
    const rate = new ByteRate();
    for (let ms = 0; ms < 10_000; ms += 50) rate.add(500, ms);
    expect(rate.perSecond(9999)).toBe(10_000);
    expect(rate.total).toBe(100_000);
  });

  it('falls to 0 when no bytes arrive', () => {
    const rate = new ByteRate();
    rate.add(1e6, 0);
    expect(rate.perSecond(1000)).toBe(5e5);
    expect(rate.perSecond(2100)).toBe(0);
    expect(rate.perSecond(1e7)).toBe(0);
  });
});
