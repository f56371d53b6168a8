import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/ingest/backoff.js';

describe('Backoff', () => {
  it('doubles, is capped, keeps its jitter, and starts anew after a success', () => {
    const backoff = new Backoff(() => 0);
    expect([1, 2, 3, 4, 5].map(() => backoff.nextMs())).toEqual([250, 500, 1000, 2000, 2000]);
    backoff.succeeded();
    expect(backoff.nextMs()).toBe(250);
    const jittered = new Backoff(() => 0.999);
    expect(jittered.nextMs()).toBeLessThan(250);
    expect(jittered.nextMs()).toBeGreaterThan(500 * 0.74);
  });
});
