import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/core/backoff.js';

describe('Backoff', () => {
  it('doubles the pause up to its maximum, and starts again after a reset', () => {
    const backoff = new Backoff({ firstMs: 250, maxMs: 2000 });
    expect([1, 2, 3, 4, 5].map(() => backoff.nextMs())).toEqual([250, 500, 1000, 2000, 2000]);
    expect(backoff.attempts).toBe(5);
    backoff.reset();
    expect(backoff.nextMs()).toBe(250);
  });

  it('stays at its maximum', () => {
    const backoff = new Backoff({ firstMs: 250, maxMs: 2000 });
    for (let i = 0; i < 2000; i++) backoff.nextMs();
    expect(backoff.nextMs()).toBe(2000);
  });

  it('keeps jitter within its share of the pause', () => {
    const backoffWith = (random: number) =>
      new Backoff({ firstMs: 400, maxMs: 2000, jitter: 0.25, random: () => random });
    expect(backoffWith(0).nextMs()).toBe(400);
    expect(backoffWith(0.5).nextMs()).toBe(350);
    expect(backoffWith(0.999).nextMs()).toBeGreaterThan(300);
  });
});
