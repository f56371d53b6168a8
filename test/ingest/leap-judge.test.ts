import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSeconds, micros } from '../../src/core/time.js';
import { LeapJudge, type JudgedTime } from '../../src/ingest/leap-judge.js';

/** A frame of 40 ms. @param time milliseconds; undefined: no timestamp. */
const frame = (time: number | undefined, duration = 40): JudgedTime => ({
  sourcePts: time === undefined ? undefined : micros(time * 1000),
  duration: micros(duration * 1000),
});

/** Timestamps after the judgement, milliseconds. @param statedMs stated duration of the input. */
function judge(times: readonly (number | undefined)[], statedMs?: number, duration = 40): (number | undefined)[] {
  const leaps = new LeapJudge<JudgedTime>(fromSeconds(0.04));
  const stated = statedMs === undefined ? undefined : micros(statedMs * 1000);
  const frames = [...times.flatMap((time) => leaps.push(frame(time, duration))), ...leaps.flush(stated)];
  return frames.map(({ sourcePts }) => (sourcePts === undefined ? undefined : sourcePts / 1000));
}

const steady = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index * 40);

describe('LeapJudge', () => {
  it('refuses the timestamps of one to eight frames far ahead, and no others', () => {
    for (let wrong = 1; wrong <= 8; wrong++) {
      const times = steady(30).map((time, index) => (index >= 5 && index < 5 + wrong ? time + 9_800_000 : time));
      const expected = steady(30).map((time, index) => (index >= 5 && index < 5 + wrong ? undefined : time));
      expect(judge(times)).toEqual(expected);
    }
  });

  it('refuses leaps to different places in a row', () => {
    expect(judge([0, 40, 9_800_000, 500_000, 160, 200])).toEqual([0, 40, undefined, undefined, 160, 200]);
    expect(judge([0, 40, 500_000, 9_800_000, 160, 200])).toEqual([0, 40, undefined, undefined, 160, 200]);
  });

  it('keeps a pause before the last frames where no duration is stated, and refuses a lone last frame far ahead', () => {
    const paused = [...steady(30), ...steady(5, 5200)];
    expect(judge(paused)).toEqual(paused);
    expect(judge([...steady(30), 9_800_000]).at(-1)).toBeUndefined();
  });

  it('refuses a first timestamp far ahead of the second', () => {
    expect(judge([9_801_000, 1480, 1520])).toEqual([1440, 1480, 1520]);
  });

  it('keeps a gap after which everything stays ahead', () => {
    const joined = [...steady(10), ...steady(20, 3_600_000)];
    expect(judge(joined)).toEqual(joined);
  });

  it('keeps a gap that a restart of the clock follows', () => {
    const restarted = [...steady(10), ...steady(9, 3_600_000), ...steady(9)];
    expect(judge(restarted)).toEqual(restarted);
  });

  it('holds no frame of a steady input, whatever its rate', () => {
    for (const step of [40, 1000, 30_000]) {
      const leaps = new LeapJudge<JudgedTime>(fromSeconds(0.04));
      const counts = [0, 1, 2, 3, 4, 5].map((index) => leaps.push(frame(index * step, step)).length);
      expect(counts).toEqual([0, 2, 1, 1, 1, 1]);
    }
  });

  it('keeps slides whose durations the container lacks', () => {
    const slides = [0, 5000, 10_000, 15_000, 20_000];
    expect(judge(slides)).toEqual(slides);
    expect(judge([0, 40, 80, ...slides.map((time) => 5000 + time)])).toEqual([
      0,
      40,
      80,
      ...slides.map((time) => 5000 + time),
    ]);
  });

  it('keeps a last frame after a pause when the stated duration covers it, and refuses it otherwise', () => {
    expect(judge([0, 40, 80, 9000], 9040)).toEqual([0, 40, 80, 9000]);
    expect(judge([0, 40, 80, 9_000_000], 120)).toEqual([0, 40, 80, undefined]);
    expect(judge([0, 40, 80, 9000])).toEqual([0, 40, 80, undefined]);
  });

  it('takes frames without timestamps as continuing', () => {
    const keyframesOnly = Array.from({ length: 60 }, (_, index) => (index % 25 === 0 ? index * 40 : undefined));
    expect(judge(keyframesOnly)).toEqual(keyframesOnly);
  });

  it('keeps the order and number of frames, whatever the timestamps', () => {
    const time = fc.option(fc.integer({ min: -1e7, max: 1e7 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 60 }), (times) => {
        const leaps = new LeapJudge<JudgedTime & { readonly index: number }>(fromSeconds(0.04));
        const frames = times.flatMap((each, index) => leaps.push({ ...frame(each), index }));
        frames.push(...leaps.flush(undefined));
        expect(frames.map(({ index }) => index)).toEqual(times.map((_, index) => index));
      }),
    );
  });
});
