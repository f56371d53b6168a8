import { describe, expect, it } from 'vitest';
import { micros, type Micros } from '../../src/core/time.js';
import { LagMeter } from '../../src/ingest/lag-meter.js';

const ms = (value: number): Micros => micros(value * 1000);

describe('LagMeter', () => {
  it('detects that a backlog builds up and disappears', () => {
    const meter = new LagMeter();
    const isLate = (pts: number, now: number): boolean => meter.isLate({ pts: ms(pts), duration: ms(40) }, ms(now));
    expect([isLate(0, 100), isLate(40, 145), isLate(80, 160)]).toEqual([false, false, false]);
    expect([isLate(120, 400), isLate(400, 480)]).toEqual([true, false]);
  });
});
