import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../../src/core/time.js';
import { ClockOffset } from '../../web-viewer/clock-offset.js';

describe('ClockOffset', () => {
  it('has no estimate before the first round trip', () => {
    const clock = new ClockOffset();
    expect(clock.offset).toBeUndefined();
    expect(clock.roundTrip).toBeUndefined();
  });

  it('is off by at most half of the fastest round trip, however the two directions share it', () => {
    const trip = fc.record({ out: fc.integer({ min: 0, max: 500_000 }), back: fc.integer({ min: 0, max: 500_000 }) });
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.array(trip, { minLength: 1, maxLength: 16 }),
        (truth, trips) => {
          const clock = new ClockOffset();
          let now = 1.7e15;
          for (const { out, back } of trips) {
            clock.add(micros(now), micros(now + out + truth), micros(now + out + back));
            now += 2e6;
          }
          const fastest = Math.min(...trips.map(({ out, back }) => out + back));
          expect(clock.roundTrip).toBe(fastest);
          expect(Math.abs(clock.offset! - truth)).toBeLessThanOrEqual(fastest / 2 + 1);
        },
      ),
    );
  });

  it('drops a round trip after 16 more, to follow a drifting clock', () => {
    const clock = new ClockOffset();
    clock.add(micros(0), micros(1000), micros(2));
    for (let i = 0; i < 16; i++) clock.add(micros(0), micros(5050), micros(100));
    expect(clock.offset).toBe(5000);
  });

  it('ignores a round trip that ended before it began', () => {
    const clock = new ClockOffset();
    clock.add(micros(1000), micros(7), micros(900));
    expect(clock.offset).toBeUndefined();
  });
});
