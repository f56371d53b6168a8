import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Throttle } from '../../src/stream/throttle.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('runs at once, then once at the end of the interval for all requests in it', () => {
  let runs = 0;
  const throttle = new Throttle(30, () => runs++);
  throttle.request();
  expect(runs).toBe(1);
  for (let n = 0; n < 100; n++) throttle.request();
  vi.advanceTimersByTime(29);
  expect(runs).toBe(1);
  vi.advanceTimersByTime(1);
  expect(runs).toBe(2);
  vi.advanceTimersByTime(1000);
  expect(runs).toBe(2);
  throttle.request();
  expect(runs).toBe(3);
});

test('drops a cancelled request, and runs later ones', () => {
  let runs = 0;
  const throttle = new Throttle(30, () => runs++);
  throttle.request();
  throttle.request();
  throttle.cancel();
  vi.advanceTimersByTime(1000);
  expect(runs).toBe(1);
  throttle.request();
  expect(runs).toBe(2);
});
