import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSeconds, micros, type Micros } from '../../src/core/time.js';
import { Timeline } from '../../src/ingest/timeline.js';
import { grows } from './media.js';

const ms = (value: number): Micros => micros(value * 1000);

describe('Timeline', () => {
  const tick = micros(11);
  const step = fromSeconds(0.04);

  it('leaves healthy times as they are', () => {
    const timeline = new Timeline(step);
    for (const pts of [1_400_000, 1_440_000, 1_520_001, 1_520_002]) {
      expect(timeline.place({ pts: micros(pts), duration: micros(0), tick })).toEqual({ pts, broken: false });
    }
  });

  it('never gives two equal times nor a step back, whatever comes', () => {
    const time = fc.option(fc.integer({ min: -1e9, max: 1e9 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(time, { minLength: 2 }), (times) => {
        const timeline = new Timeline(step);
        const placed = times.map((pts) => {
          if (pts !== undefined && pts % 7 === 0) timeline.resume();
          return timeline.place({ pts: pts === undefined ? undefined : micros(pts), duration: micros(0), tick }).pts;
        });
        expect(grows(placed)).toBe(true);
      }),
    );
  });

  it('goes on from the last frame where the count starts again, and keeps its spacing', () => {
    const timeline = new Timeline(step);
    const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(40), tick }).pts / 1000;
    expect([place(5000), place(5040), place(0), place(40), place(80)]).toEqual([5000, 5040, 5080, 5120, 5160]);
  });

  it('leaves a gap as long as the input was away', () => {
    const timeline = new Timeline(step);
    const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(40), tick }).pts / 1000;
    place(1000);
    timeline.resume(ms(3000));
    expect([place(7), place(47)]).toEqual([4000, 4040]);
  });
});
