import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkerWatch } from '../../../src/pipeline/main/worker-watch.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A watch that records what it reports. */
function watch(): { events: string[]; worker: WorkerWatch } {
  const events: string[] = [];
  const worker = new WorkerWatch({
    onStalled: (what) => events.push(`stalled: ${what}`),
    onRecovered: () => events.push('recovered'),
    onHung: (what) => events.push(`hung: ${what}`),
  });
  return { events, worker };
}

/** Lets seconds pass in which the worker reports once a second. */
function report(worker: WorkerWatch, seconds: number, frameMs = 0): void {
  worker.onOpened();
  for (let second = 0; second < seconds; second++) {
    vi.advanceTimersByTime(1000);
    worker.onMessage(frameMs);
  }
}

it('finds nothing in a worker that reports, however long it waits for its input', () => {
  const { events, worker } = watch();
  report(worker, 600);
  expect(events).toEqual([]);
});

it('reports a silent worker once as stalled and once as hung', () => {
  const { events, worker } = watch();
  report(worker, 5);
  vi.advanceTimersByTime(60_000);
  expect(events).toEqual(['stalled: sent nothing for 4 s', 'hung: sent nothing for 12 s']);
});

it('reports a worker that continues after a pause', () => {
  const { events, worker } = watch();
  report(worker, 5);
  vi.advanceTimersByTime(8000);
  report(worker, 60);
  expect(events).toEqual(['stalled: sent nothing for 4 s', 'recovered']);
});

it('reports a frame that no stage finishes, though the worker reports', () => {
  const { events, worker } = watch();
  for (let second = 1; second <= 20; second++) report(worker, 1, second * 1000);
  expect(events).toEqual(['stalled: has worked on one frame for 4 s', 'hung: has worked on one frame for 12 s']);
});

it('gives a worker a minute to load, though it has sent a line of its log', () => {
  const { events, worker } = watch();
  worker.onMessage();
  vi.advanceTimersByTime(50_000);
  expect(events).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(events).toEqual(['stalled: sent nothing for 52 s', 'hung: sent nothing for 60 s']);
  worker[Symbol.dispose]();
});

it('is silent after its end', () => {
  const { events, worker } = watch();
  worker[Symbol.dispose]();
  vi.advanceTimersByTime(600_000);
  worker.onMessage(60_000);
  expect(events).toEqual([]);
});
