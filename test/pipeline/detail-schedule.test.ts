import { describe, expect, it } from 'vitest';
import { fromSeconds } from '../../src/core/time.js';
import { DetailSchedule } from '../../src/pipeline/detail-schedule.js';

/** The numbers of the frames that are due, of a video at a frame rate. */
function dueFrames(rate: number, count: number, smoothing = 0.9): number[] {
  const schedule = new DetailSchedule();
  return Array.from({ length: count }, (_, i) => i).filter((i) =>
    schedule.isDue({ pts: fromSeconds(7 + i / rate), discontinuity: false }, smoothing),
  );
}

describe('a detail schedule', () => {
  it.each([
    [30, [0, 4, 8]],
    [25, [0, 3, 6, 9]],
    [24, [0, 3, 6, 9]],
    [60, [0, 7]],
    [10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('asks for the first frame and then for one in an eighth of a second: at %i frames a second', (rate, due) => {
    expect(dueFrames(rate, 10)).toEqual(due);
  });

  it('asks for every frame without smoothing', () => {
    expect(dueFrames(30, 4, 0)).toEqual([0, 1, 2, 3]);
  });

  it('asks for a frame that does not continue the video, and counts from it', () => {
    const schedule = new DetailSchedule();
    const isDue = (seconds: number, discontinuity = false): boolean =>
      schedule.isDue({ pts: fromSeconds(seconds), discontinuity }, 0.6);
    expect([isDue(1), isDue(1.04), isDue(1.08, true), isDue(1.12), isDue(1.16)]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect([isDue(0.2), isDue(0.24)]).toEqual([true, false]); // back in time
  });
});
