import { describe, expect, it } from 'vitest';
import type { LossRecord } from '../../../src/train/report/loss-log.js';
import { MAX_POINTS, type LossSeries } from '../../../src/train/report/loss-page-data.js';
import { lossSeries } from '../../../src/train/report/loss-series.js';

function records(count: number, loss: (step: number) => number): LossRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    step: i + 1,
    seconds: i,
    epoch: 0,
    losses: { cycle: loss(i + 1) },
    learningRates: { G: 1e-4 },
  }));
}

function cycle(all: readonly LossRecord[]): LossSeries {
  return lossSeries(all)[0]!.series[0]!;
}

describe('lossSeries', () => {
  it('keeps every value of a short log', () => {
    const series = cycle(records(20, (step) => step));
    expect(series.steps).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(series.low).toEqual(series.steps);
    expect(series.high).toEqual(series.steps);
  });

  it('downsamples a long log and keeps every extreme', () => {
    const series = cycle(records(12_345, (step) => (step === 777 ? 50 : step === 9000 ? -50 : Math.sin(step))));
    expect(series.steps).toHaveLength(MAX_POINTS);
    expect(series.steps.at(-1)).toBe(12_345);
    expect([Math.max(...series.high), Math.min(...series.low)]).toEqual([50, -50]);
  });

  it('corrects the bias at the start of the moving average', () => {
    const flat = cycle(records(4000, () => 0.7));
    for (const value of flat.smooth) expect(value).toBeCloseTo(0.7, 9);
    const noisy = cycle(records(4000, (step) => (step % 2 === 0 ? 0 : 1)));
    for (const value of noisy.smooth.slice(20)) expect(Math.abs(value - 0.5)).toBeLessThan(0.03);
  });

  it('counts values that are not finite and leaves them out', () => {
    const series = cycle(records(10, (step) => (step === 4 ? NaN : 1)));
    expect([series.nonFinite, series.steps.length]).toEqual([1, 9]);
    expect(series.smooth.every((value) => value === 1)).toBe(true);
  });

  it('returns a group for each kind that has values', () => {
    const all = records(4, () => 1);
    expect(lossSeries(all).map(({ kind }) => kind)).toEqual(['losses', 'learningRates']);
    const measured = [...all.slice(0, 3), { ...all[3]!, metrics: { layout: 0.1 } }];
    const metrics = lossSeries(measured).find(({ kind }) => kind === 'metrics')!.series[0]!;
    expect([metrics.steps, metrics.smooth]).toEqual([[4], [0.1]]);
    expect(lossSeries([])).toEqual([]);
  });
});
