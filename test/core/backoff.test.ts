import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/core/backoff.js';

describe('Backoff', () => {
  it('doubles, is capped, and starts from the first pause after a reset', () => {
    const backoff = new Backoff({ firstMs: 250, maxMs: 2000 });
    expect([1, 2, 3, 4, 5].map(() => backoff.nextMs())).toEqual([250, 500, 1000, 2000, 2000]);
    expect(backoff.attempts).toBe(5);
    backoff.reset();
    expect(backoff.nextMs()).toBe(250);
  });

  it('stays capped for ever', () => {
    const backoff = new Backoff({ firstMs: 250, maxMs: 2000 });
    for (let i = 0; i < 2000; i++) backoff.nextMs();
    expect(backoff.nextMs()).toBe(2000);
  });

  it('keeps jitter within its share of the pause', () => {
    const at = (random: number) => new Backoff({ firstMs: 400, maxMs: 2000, jitter: 0.25, random: () => random });
    expect(at(0).nextMs()).toBe(400);
    expect(at(0.5).nextMs()).toBe(350);
    expect(at(0.999).nextMs()).toBeGreaterThan(300);
  });
});
