import { describe, expect, it } from 'vitest';
import { fromSeconds, micros, type Micros } from '../../src/core/time.js';
import { Pacer } from '../../src/ingest/pacing.js';

const ms = (value: number): Micros => micros(value * 1000);

describe('Pacer', () => {
  it('waits until a frame is due and catches up small delays', () => {
    const pacer = new Pacer();
    expect(pacer.wait(ms(0), ms(1000))).toBe(0);
    expect(pacer.wait(ms(40), ms(1010))).toBe(30_000);
    expect(pacer.wait(ms(80), ms(1100))).toBe(0);
    expect(pacer.wait(ms(120), ms(1100))).toBe(20_000);
  });

  it('knows what is due without waiting for it', () => {
    const pacer = new Pacer();
    expect(pacer.isDue(ms(0), ms(1000))).toBe(false); // nothing is, before the clock is set
    pacer.wait(ms(0), ms(1000));
    expect(pacer.isDue(ms(40), ms(1039))).toBe(false);
    expect(pacer.isDue(ms(40), ms(1040))).toBe(true);
  });

  it('does not play a burst after a long pause', () => {
    const pacer = new Pacer();
    pacer.wait(ms(0), ms(0));
    expect(pacer.wait(ms(40), ms(5000))).toBe(0);
    expect(pacer.wait(ms(80), ms(5000))).toBe(40_000);
  });

  it('does not freeze at a gap of hours', () => {
    const pacer = new Pacer();
    pacer.wait(ms(0), ms(0));
    expect(pacer.wait(fromSeconds(7200), ms(0))).toBe(10_000_000);
    expect(pacer.wait(micros(fromSeconds(7200) + 40_000), ms(10_000))).toBe(40_000);
  });
});
