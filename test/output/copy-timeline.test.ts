import { expect, test } from 'vitest';
import { fromSeconds, micros } from '../../src/core/time.js';
import { CopyTimeline } from '../../src/output/copy-timeline.js';

const SOUND = 1;
const at = (seconds: number): { time: ReturnType<typeof fromSeconds>; duration: ReturnType<typeof fromSeconds> } => ({
  time: fromSeconds(seconds),
  duration: fromSeconds(0.02),
});

/** A timeline that has seen a second of video and `sound` seconds of sound, each from 0. */
function secondOf(sound: number): CopyTimeline {
  const timeline = new CopyTimeline();
  video(timeline, 0, 25);
  for (let n = 0; n < Math.round(sound * 50); n++) expect(timeline.offsetOf(SOUND, at(n / 50))).toBe(0);
  return timeline;
}

function video(timeline: CopyTimeline, start: number, frames: number): void {
  for (let n = 0; n < frames; n++) {
    const time = fromSeconds(start + n / 25);
    timeline.observeVideo({ time, pts: time, duration: fromSeconds(0.04), isKeyframe: n === 0 });
  }
}

test('moves sound by as much as the video, also when it is longer or shorter', () => {
  for (const length of [0.9, 1, 1.1]) {
    const timeline = secondOf(length);
    video(timeline, 0, 1);
    const placed = Array.from({ length: 20 }, (_, n) => timeline.offsetOf(SOUND, at(n / 50)));
    const left = placed.filter((offset) => offset === undefined).length;
    expect(left).toBe(Math.round(Math.max(0, length - 1) * 50)); // what lies over sound that was written
    expect(placed.slice(left)).toEqual(Array<number>(20 - left).fill(1e6));
  }
});

test('does not move what comes late from before the jump', () => {
  const timeline = secondOf(0.96);
  video(timeline, 0, 1);
  expect(timeline.offsetOf(SOUND, at(0.96))).toBe(0);
  expect(timeline.offsetOf(SOUND, at(0.98))).toBe(0);
  expect(timeline.offsetOf(SOUND, at(0))).toBe(1e6);
});

test('sound that jumps first goes on where it was, and follows the video once that has jumped', () => {
  const timeline = secondOf(0.9);
  expect(timeline.offsetOf(SOUND, at(0))).toBe(0.9e6);
  video(timeline, 0, 1);
  expect(timeline.offsetOf(SOUND, at(0.02))).toBe(1e6);
});

test('moves a subtitle whose own times never ran backwards', () => {
  const timeline = secondOf(1);
  expect(timeline.offsetOf(2, { time: fromSeconds(0.1), duration: micros(0) })).toBe(0);
  video(timeline, 0, 10);
  expect(timeline.offsetOf(2, { time: fromSeconds(0.4), duration: micros(0) })).toBe(1e6);
});

test('counts the video from its first keyframe after the jump', () => {
  const timeline = secondOf(1);
  const lost = { time: fromSeconds(0), pts: fromSeconds(0), duration: fromSeconds(0.04), isKeyframe: false };
  timeline.observeVideo(lost);
  video(timeline, 0.2, 1);
  expect(timeline.offsetOf(SOUND, at(0.2))).toBe(0.8e6);
});
