import { expect, test } from 'vitest';
import { fromSeconds, micros, type Micros } from '../../src/core/time.js';
import { CopyTimeline } from '../../src/output/copy-timeline.js';

const AUDIO = 1;
const at = (seconds: number): { time: ReturnType<typeof fromSeconds>; duration: ReturnType<typeof fromSeconds> } => ({
  time: fromSeconds(seconds),
  duration: fromSeconds(0.02),
});

/** A timeline after a second of video and `seconds` of audio, each from 0. */
function timelineWith(seconds: number): CopyTimeline {
  const timeline = new CopyTimeline();
  video(timeline, 0, 25);
  for (let n = 0; n < Math.round(seconds * 50); n++) expect(timeline.offsetOf(AUDIO, at(n / 50))).toBe(0);
  return timeline;
}

function video(timeline: CopyTimeline, start: number, frames: number): void {
  for (let n = 0; n < frames; n++) {
    const time = fromSeconds(start + n / 25);
    timeline.observeVideo({ time, pts: time, duration: fromSeconds(0.04), isKeyframe: n === 0 });
  }
}

test('offsets audio by as much as the video, also when it is longer or shorter', () => {
  for (const length of [0.9, 1, 1.1]) {
    const timeline = timelineWith(length);
    video(timeline, 0, 1);
    const offsets = Array.from({ length: 20 }, (_, n) => timeline.offsetOf(AUDIO, at(n / 50)));
    const dropped = offsets.filter((offset) => offset === undefined).length;
    expect(dropped).toBe(Math.round(Math.max(0, length - 1) * 50)); // those that overlap written audio
    expect(offsets.slice(dropped)).toEqual(Array<number>(20 - dropped).fill(1e6));
  }
});

test('does not offset late packets from before the discontinuity', () => {
  const timeline = timelineWith(0.96);
  video(timeline, 0, 1);
  expect(timeline.offsetOf(AUDIO, at(0.96))).toBe(0);
  expect(timeline.offsetOf(AUDIO, at(0.98))).toBe(0);
  expect(timeline.offsetOf(AUDIO, at(0))).toBe(1e6);
});

test('continues audio that jumps back first, then applies the offset of the video', () => {
  const timeline = timelineWith(0.9);
  expect(timeline.offsetOf(AUDIO, at(0))).toBe(0.9e6);
  video(timeline, 0, 1);
  expect(timeline.offsetOf(AUDIO, at(0.02))).toBe(1e6);
});

test('offsets subtitles whose own times do not jump back', () => {
  const timeline = timelineWith(1);
  expect(timeline.offsetOf(2, { time: fromSeconds(0.1), duration: micros(0) })).toBe(0);
  video(timeline, 0, 10);
  expect(timeline.offsetOf(2, { time: fromSeconds(0.4), duration: micros(0) })).toBe(1e6);
});

test('computes the offset at the first keyframe after the discontinuity', () => {
  const timeline = timelineWith(1);
  const undecodable = { time: fromSeconds(0), pts: fromSeconds(0), duration: fromSeconds(0.04), isKeyframe: false };
  timeline.observeVideo(undecodable);
  video(timeline, 0.2, 1);
  expect(timeline.offsetOf(AUDIO, at(0.2))).toBe(0.8e6);
});

test('is not moved by a single video timestamp far ahead or behind, whether a keyframe or not', () => {
  for (const time of [9801, -300]) {
    for (const isKeyframe of [true, false]) {
      const timeline = timelineWith(1);
      const wrong = fromSeconds(time);
      timeline.observeVideo({ time: wrong, pts: wrong, duration: fromSeconds(0.04), isKeyframe });
      expect(timeline.offsetOf(AUDIO, at(1))).toBe(0);
      video(timeline, 1.04, 25);
      expect(timeline.offsetOf(AUDIO, at(1.02))).toBe(0);
      expect(timeline.offsetOf(AUDIO, at(2))).toBe(0);
    }
  }
});

test('places audio whose time is wrong after the audio before it, and no other', () => {
  const timeline = timelineWith(1);
  expect(timeline.leaps(AUDIO, at(1.5))).toBe(false);
  expect(timeline.leaps(AUDIO, at(9801))).toBe(true);
  expect(timeline.offsetOf(AUDIO, at(9801), true)).toBe(-9800e6);
  expect(timeline.leaps(AUDIO, at(500))).toBe(true);
  expect(timeline.offsetOf(AUDIO, at(500), true)).toBeCloseTo(-498.98e6, 0);
  expect(timeline.leaps(AUDIO, at(1.04))).toBe(false);
  expect(timeline.offsetOf(AUDIO, at(1.04))).toBe(0);
  expect(timeline.offsetOf(AUDIO, at(1.06))).toBe(0);
});

test('keeps a gap after which video and audio stay ahead', () => {
  const timeline = timelineWith(1);
  video(timeline, 3600, 25);
  const offsets = Array.from({ length: 10 }, (_, n) => timeline.offsetOf(AUDIO, at(3600 + n / 50)));
  expect(offsets).toEqual(Array<number>(10).fill(0));
});

test('takes a leap of sound for wrong where the sound after it comes back, and for a gap where it stays ahead', () => {
  const times = (...seconds: number[]): Micros[] => seconds.map(fromSeconds);
  const isWrong = (...following: number[]): boolean =>
    CopyTimeline.isWrong(fromSeconds(100), times(...following), fromSeconds(60));
  expect(isWrong(1.02, 1.04, 1.06)).toBe(true);
  expect(isWrong(100.02, 1.04, 1.06)).toBe(true);
  expect(isWrong(100.02, 100.04, 100.06)).toBe(false);
  expect(isWrong(100.02, 105)).toBe(false); // sparse sound
  expect(isWrong()).toBe(true); // after the input's end
  expect(CopyTimeline.isWrong(fromSeconds(100), [], fromSeconds(100))).toBe(false);
});
