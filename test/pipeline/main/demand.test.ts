import { expect, it, vi } from 'vitest';
import { Demand } from '../../../src/pipeline/main/demand.js';

it('sleeps when nobody has watched for a while, and does nothing once it is disposed of', () => {
  vi.useFakeTimers();
  try {
    const calls: string[] = [];
    const demand = new Demand({ idleMs: 100, wake: () => calls.push('wake'), sleep: () => calls.push('sleep') });
    demand.update(1);
    demand.update(0);
    vi.advanceTimersByTime(100);
    expect(calls).toEqual(['wake', 'sleep']);
    demand[Symbol.dispose]();
    demand.update(0);
    demand.update(1);
    vi.advanceTimersByTime(1000);
    expect(calls).toEqual(['wake', 'sleep']);
  } finally {
    vi.useRealTimers();
  }
});
