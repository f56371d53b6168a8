import { describe, expect, it } from 'vitest';
import { fromSeconds, micros, type Micros } from '../../src/core/time.js';
import { Pacer } from '../../src/ingest/pacer.js';

const ms = (value: number): Micros => micros(value * 1000);

describe('Pacer', () => {
  it('waits until a frame is due and catches up after small delays', () => {
    const pacer = new Pacer();
    expect(pacer.delayUntilDue(ms(0), ms(1000))).toBe(0);
    expect(pacer.delayUntilDue(ms(40), ms(1010))).toBe(30_000);
    expect(pacer.delayUntilDue(ms(80), ms(1100))).toBe(0);
    expect(pacer.delayUntilDue(ms(120), ms(1100))).toBe(20_000);
  });

  it('reports whether a frame is due', () => {
    const pacer = new Pacer();
    expect(pacer.isDue(ms(0), ms(1000))).toBe(false); // nothing is due before the first frame
    pacer.delayUntilDue(ms(0), ms(1000));
    expect(pacer.isDue(ms(40), ms(1039))).toBe(false);
    expect(pacer.isDue(ms(40), ms(1040))).toBe(true);
  });

  it('does not play a burst after a long pause', () => {
    const pacer = new Pacer();
    pacer.delayUntilDue(ms(0), ms(0));
    expect(pacer.delayUntilDue(ms(40), ms(5000))).toBe(0);
    expect(pacer.delayUntilDue(ms(80), ms(5000))).toBe(40_000);
  });

  it('counts by how much playback falls behind, without the delays that it catches up', () => {
    const pacer = new Pacer();
    pacer.delayUntilDue(ms(0), ms(0));
    pacer.delayUntilDue(ms(40), ms(150));
    expect(pacer.behind).toBe(0);
    pacer.delayUntilDue(ms(80), ms(580));
    pacer.delayUntilDue(ms(120), ms(920));
    expect(pacer.behind).toBe(ms(500 + 300));
  });

  it('limits the wait at a gap of hours', () => {
    const pacer = new Pacer();
    pacer.delayUntilDue(ms(0), ms(0));
    expect(pacer.delayUntilDue(fromSeconds(7200), ms(0))).toBe(10_000_000);
    expect(pacer.delayUntilDue(micros(fromSeconds(7200) + 40_000), ms(10_000))).toBe(40_000);
  });
});
