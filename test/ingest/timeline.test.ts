import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSeconds, micros, type Micros } from '../../src/core/time.js';
import { Timeline } from '../../src/ingest/timeline.js';
import { isIncreasing } from './media.js';

const ms = (value: number): Micros => micros(value * 1000);

describe('Timeline', () => {
  const tick = micros(11);
  const nominalDuration = fromSeconds(0.04);

  it('keeps healthy timestamps unchanged', () => {
    const timeline = new Timeline(nominalDuration);
    for (const pts of [1_400_000, 1_440_000, 1_520_001, 1_520_002]) {
      expect(timeline.place({ pts: micros(pts), duration: micros(0), tick })).toEqual({ pts, discontinuity: false });
    }
  });

  it('makes strictly increasing pts from any timestamps', () => {
    const time = fc.option(fc.integer({ min: -1e9, max: 1e9 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(time, { minLength: 2 }), (times) => {
        const timeline = new Timeline(nominalDuration);
        const placed = times.map((pts) => {
          if (pts !== undefined && pts % 7 === 0) timeline.resume();
          return timeline.place({ pts: pts === undefined ? undefined : micros(pts), duration: micros(0), tick }).pts;
        });
        expect(isIncreasing(placed)).toBe(true);
      }),
    );
  });

  it('continues from the last frame when the clock restarts, and keeps its spacing', () => {
    const timeline = new Timeline(nominalDuration);
    const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(40), tick }).pts / 1000;
    expect([place(5000), place(5040), place(0), place(40), place(80)]).toEqual([5000, 5040, 5080, 5120, 5160]);
  });

  it('does not move the frames after a stale timestamp', () => {
    const timeline = new Timeline(nominalDuration);
    const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(40), tick }).pts / 1000;
    expect([5920, 5960, 5320, 6040, 6080].map(place)).toEqual([5920, 5960, 6000, 6040, 6080]);
    // The stale frame is extra: the next one is a tick late, later ones are on time.
    expect([5320, 6120, 6160].map(place)).toEqual([6120, 6120.011, 6160]);
  });

  it('returns to the old clock after a few stale timestamps, and moves no healthy frame by more than their duration', () => {
    const healthy = fc.record({ steps: fc.integer({ min: 1, max: 10 }), stale: fc.constant(undefined) });
    const back = fc.integer({ min: 201, max: 90_000 });
    const stale = fc.record({ steps: fc.constant(1), stale: back });
    const cluster = fc.tuple(fc.array(healthy, { minLength: 1 }), fc.array(stale, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(cluster, { minLength: 1 }), (clusters) => {
        const timeline = new Timeline(nominalDuration);
        let truth = 100_000;
        for (const { steps, stale: by } of clusters.flat(2)) {
          truth += steps * 40;
          const place = timeline.place({ pts: ms(truth - (by ?? 0)), duration: ms(40), tick }).pts / 1000;
          if (by === undefined) expect(Math.abs(place - truth)).toBeLessThanOrEqual(200);
        }
        for (let count = 0; count < 12; count++) {
          truth += 40;
          const place = timeline.place({ pts: ms(truth), duration: ms(40), tick }).pts / 1000;
          if (count > 6) expect(place).toBe(truth);
        }
      }),
    );
  });

  it('is not moved by single stale timestamps, wherever they are', () => {
    const frame = fc.record({ steps: fc.integer({ min: 1, max: 10 }), back: fc.integer({ min: 400, max: 90_000 }) });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1 }), (frames) => {
        const timeline = new Timeline(nominalDuration);
        const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(40), tick }).pts / 1000;
        let truth = 100_000;
        place(truth);
        for (const { steps, back } of frames) {
          const last = truth;
          place(truth + 40 - back);
          truth += 40 + steps * 40;
          expect(place(truth), `after ${last}`).toBe(truth);
        }
      }),
    );
  });

  it('continues with every new clock, however often it restarts, and keeps its spacing', () => {
    const restart = fc.record({ back: fc.integer({ min: 201, max: 1e6 }), frames: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.array(restart, { minLength: 1 }), (restarts) => {
        const timeline = new Timeline(nominalDuration);
        let source = 1e9;
        const placed: number[] = [];
        for (const { back, frames } of restarts) {
          source -= back + 40;
          for (let frame = 0; frame < frames; frame++) {
            source += 40;
            placed.push(timeline.place({ pts: ms(source), duration: ms(40), tick }).pts / 1000);
          }
        }
        const first = placed[0] ?? 0;
        expect(placed).toEqual(placed.map((_, index) => first + index * 40));
      }),
    );
  });

  it('keeps gaps of a new clock once it is confirmed', () => {
    const timeline = new Timeline(nominalDuration);
    const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(40), tick }).pts / 1000;
    place(1000);
    for (let pts = 0; pts < 800; pts += 40) place(pts);
    expect(place(5000)).toBe(1040 + 5000);
  });

  it('closes leaps of a live input, and is not moved by single timestamps far ahead', () => {
    const timeline = new Timeline(nominalDuration, { closesLeaps: true });
    const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(40), tick }).pts / 1000;
    expect([0, 40, 9_800_080, 120, 160].map(place)).toEqual([0, 40, 80, 120, 160]);
    expect([9_800_200, 9_800_240, 280, 320].map(place)).toEqual([200, 240, 280, 320]);
    const ahead = Array.from({ length: 20 }, (_, index) => 3_600_000 + index * 40);
    expect(ahead.map(place)).toEqual(ahead.map((_, index) => 360 + index * 40));
  });

  it('keeps lost frames and a low frame rate of a live input as they are', () => {
    const timeline = new Timeline(nominalDuration, { closesLeaps: true });
    const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(0), tick }).pts / 1000;
    const times = [0, 40, 80, 900, 940];
    expect(times.map(place)).toEqual(times);
    const slow = new Timeline(nominalDuration, { closesLeaps: true });
    const slowTimes = [0, 5000, 10_000, 15_000];
    expect(slowTimes.map((pts) => slow.place({ pts: ms(pts), duration: ms(0), tick }).pts / 1000)).toEqual(slowTimes);
  });

  it('leaves a gap as long as the input was lost', () => {
    const timeline = new Timeline(nominalDuration);
    const place = (pts: number): number => timeline.place({ pts: ms(pts), duration: ms(40), tick }).pts / 1000;
    place(1000);
    timeline.resume(ms(3000));
    expect([place(7), place(47)]).toEqual([4000, 4040]);
  });
});
