import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../../src/train/report/format-duration.js';
import { TrainingMeter } from '../../../src/train/report/training-progress.js';

describe('TrainingMeter', () => {
  it('knows rate and time left, of a resumed run too', () => {
    const meter = new TrainingMeter({ totalSteps: 1000, startStep: 500, nowMs: 1000 });
    expect(meter.now(1000)).toMatchObject({ step: 500, stepsPerSecond: 0, secondsLeft: undefined });
    meter.finish(501, {}, 1500);
    const progress = meter.finish(510, {}, 6000);
    expect(progress.stepsPerSecond).toBeCloseTo(2, 9);
    expect(progress.secondsLeft).toBeCloseTo(245, 9);
  });

  it('forgets how fast it was long ago', () => {
    const meter = new TrainingMeter({ totalSteps: 10_000, nowMs: 0 });
    for (let step = 1; step <= 1000; step++) meter.finish(step, {}, step * 10);
    let progress = meter.now(10_000);
    for (let i = 1; i <= 60; i++) progress = meter.finish(1000 + i, {}, 10_000 + i * 1000);
    expect(progress.stepsPerSecond).toBeGreaterThan(0.9);
    expect(progress.stepsPerSecond).toBeLessThan(1.2);
  });

  it('says that nothing moves when steps stop', () => {
    const meter = new TrainingMeter({ totalSteps: 100, nowMs: 0 });
    meter.finish(10, {}, 1000);
    expect(meter.now(100_000).stepsPerSecond).toBeCloseTo(0.1, 9);
  });

  it('averages losses, and lets a broken one be seen and mended', () => {
    const meter = new TrainingMeter({ totalSteps: 100, nowMs: 0 });
    expect(meter.finish(1, { G: 1 }, 1).losses).toEqual({ G: 1 });
    for (let step = 2; step < 200; step++) meter.finish(step, { G: step % 2 }, step);
    expect(Math.abs(meter.now(300).losses['G']! - 0.5)).toBeLessThan(0.05);
    expect(meter.finish(200, { G: NaN }, 300).losses['G']).toBeNaN();
    expect(meter.finish(201, { G: 0.25 }, 301).losses['G']).toBe(0.25);
  });
});

it('says a duration in the two units that matter', () => {
  expect([0, 8.2, 200, 18_720, -3].map(formatDuration)).toEqual(['0 s', '9 s', '3 min 20 s', '5 h 12 min', '0 s']);
});
