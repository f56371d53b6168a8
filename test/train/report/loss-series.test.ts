import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatStep, formatValue, renderChart, scaleOf, ticks } from '../../../src/train/report/chart.js';
import type { LossRecord } from '../../../src/train/report/loss-log.js';
import { lossSeries, MOST_POINTS, type LossSeries } from '../../../src/train/report/loss-series.js';

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

  it('condenses a long log and loses no extreme', () => {
    const series = cycle(records(12_345, (step) => (step === 777 ? 50 : step === 9000 ? -50 : Math.sin(step))));
    expect(series.steps).toHaveLength(MOST_POINTS);
    expect(series.steps.at(-1)).toBe(12_345);
    expect([Math.max(...series.high), Math.min(...series.low)]).toEqual([50, -50]);
  });

  it('averages without the bias of the start', () => {
    const flat = cycle(records(4000, () => 0.7));
    for (const value of flat.smooth) expect(value).toBeCloseTo(0.7, 9);
    const noisy = cycle(records(4000, (step) => (step % 2 === 0 ? 0 : 1)));
    for (const value of noisy.smooth.slice(20)) expect(Math.abs(value - 0.5)).toBeLessThan(0.03);
  });

  it('counts what is no number and goes on', () => {
    const series = cycle(records(10, (step) => (step === 4 ? NaN : 1)));
    expect([series.broken, series.steps.length]).toEqual([1, 9]);
    expect(series.smooth.every((value) => value === 1)).toBe(true);
  });

  it('has a group for each kind that has values', () => {
    const all = records(4, () => 1);
    expect(lossSeries(all).map(({ kind }) => kind)).toEqual(['losses', 'learningRates']);
    const measured = [...all.slice(0, 3), { ...all[3]!, metrics: { layout: 0.1 } }];
    const metrics = lossSeries(measured).find(({ kind }) => kind === 'metrics')!.series[0]!;
    expect([metrics.steps, metrics.smooth]).toEqual([[4], [0.1]]);
    expect(lossSeries([])).toEqual([]);
  });
});

describe('charts', () => {
  it('have a scale that a single spike does not flatten', () => {
    const scale = scaleOf([cycle(records(6000, (step) => (step === 3000 ? 900 : 1 + (step % 2))))], 6000);
    expect(scale.max).toBeLessThan(3);
    expect(scale.min).toBeLessThanOrEqual(1);
  });

  it('have a scale for a constant and for nothing', () => {
    for (const series of [[cycle(records(3, () => 0))], [cycle(records(3, () => -4))], []]) {
      const scale = scaleOf(series, 3);
      expect(scale.max).toBeGreaterThan(scale.min);
      expect(renderChart(series, 3)).not.toMatch(/NaN|Infinity/);
    }
  });

  it('have round ticks within their range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (min, size) => {
          const found = ticks(min, min + size, 4);
          expect(found.length).toBeGreaterThanOrEqual(1);
          expect(found.length).toBeLessThanOrEqual(6);
          for (const tick of found) expect(tick >= min - size * 1e-6 && tick <= min + size * (1 + 1e-6)).toBe(true);
        },
      ),
    );
    expect(ticks(0, 1, 5).map((tick) => Number(tick.toFixed(6)))).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(Object.is(ticks(0, 9, 5)[0], 0)).toBe(true);
  });

  it('write numbers short', () => {
    expect([0, 0.12345, 123.4, 0.0002, 1e6, -0.5].map(formatValue)).toEqual([
      '0',
      '0.123',
      '123',
      '2e-4',
      '1e6',
      '-0.5',
    ]);
    expect([5, 2500, 20_000, 12_500].map(formatStep)).toEqual(['5', '2,500', '20k', '12,500']);
  });
});
