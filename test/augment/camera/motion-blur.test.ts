import { describe, expect, it } from 'vitest';
import { MotionBlur } from '../../../src/augment/camera/motion-blur.js';
import type { Frame } from '../../../src/core/frame.js';
import { makeFrame } from '../../render/frames.js';
import { colorOf, evenFrame, paddingBytes, samplesOf } from './measures.js';

const [WIDTH, HEIGHT] = [320, 180];

/** A dark frame with a white square of 4 pixels in the middle of `(x, y)`, its chroma red. The caller closes it. */
function spotFrame(x: number, y: number): Frame {
  return makeFrame({ width: WIDTH, height: HEIGHT, color: colorOf('limited'), padding: [6, 3, 5] }, (plane, px, py) => {
    const [cx, cy] = plane === 0 ? [x, y] : [x / 2, y / 2];
    const reach = plane === 0 ? 2 : 1;
    const isSpot = px >= cx - reach && px < cx + reach && py >= cy - reach && py < cy + reach;
    return plane === 0 ? (isSpot ? 235 : 20) : plane === 1 ? 128 : isSpot ? 190 : 128;
  });
}

/** Pixels brighter than a code: count, extent and centre. */
function brightPart(frame: Frame, above: number): { width: number; height: number; x: number; y: number } {
  const codes = samplesOf(frame, 0);
  const at = [...codes.keys()].filter((i) => codes[i]! > above);
  const [xs, ys] = [at.map((i) => i % WIDTH), at.map((i) => Math.floor(i / WIDTH))];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { width: right - left + 1, height: bottom - top + 1, x: (left + right + 1) / 2, y: (top + bottom + 1) / 2 };
}

describe('motion blur', () => {
  it('draws a streak of a lamp along the angle, as long as exposure times speed, the lamp in its middle', () => {
    using frame = spotFrame(160, 90);
    new MotionBlur().apply(frame, { exposureS: 0.05, speed: 1, angle: 0 }); // 16 pixels
    const streak = brightPart(frame, 60);
    expect(streak.width).toBeGreaterThanOrEqual(18);
    expect(streak.width).toBeLessThanOrEqual(21);
    expect(streak.height).toBeLessThanOrEqual(4);
    expect([streak.x, streak.y]).toEqual([expect.closeTo(160, -0.2), expect.closeTo(90, -0.2)]);
    using upright = spotFrame(160, 90);
    new MotionBlur().apply(upright, { exposureS: 0.05, speed: 1, angle: 90 });
    expect(brightPart(upright, 60).height).toBeGreaterThanOrEqual(18);
  });

  it('mixes light, not codes: a streak stays far brighter than the mean of the codes, and keeps its colour', () => {
    using frame = spotFrame(160, 90);
    new MotionBlur().apply(frame, { exposureS: 0.05, speed: 1, angle: 0 });
    const middle = samplesOf(frame, 0)[90 * WIDTH + 160]!;
    expect(middle).toBeGreaterThan(180); // the codes' own mean over 16 pixels is 74
    expect(samplesOf(frame, 2)[45 * (WIDTH / 2) + 82]!).toBeGreaterThan(150);
  });

  it('moves away from where the camera drives towards: nothing there, more with the distance', () => {
    const widths = [160, 200, 280].map((x) => {
      using frame = spotFrame(x, 90);
      new MotionBlur().apply(frame, { exposureS: 0.05, speed: 1 }, { x: 0.5, y: 0.5 });
      return brightPart(frame, 60);
    });
    expect(widths[0]).toMatchObject({ width: 4, height: 4 });
    expect(widths[1]!.width).toBeGreaterThanOrEqual(6);
    expect(widths[2]!.width).toBeGreaterThan(widths[1]!.width + 4); // 12 pixels of way at 120 from the point
    expect(widths[2]!.x).toBeCloseTo(280, -0.5);
    expect(widths[2]!.height).toBeLessThanOrEqual(5);
  });

  it('pans sideways where the camera stands', () => {
    using frame = spotFrame(160, 90);
    new MotionBlur().apply(frame, { exposureS: 0.05, speed: 1 });
    expect(brightPart(frame, 60)).toMatchObject({ height: 4 });
    expect(brightPart(frame, 60).width).toBeGreaterThanOrEqual(18);
  });

  it.each([0.02, 0.1, 0.5])('leaves an even frame as it is, up to its edges: luma %d', (luma) => {
    using frame = evenFrame(luma, colorOf('full'), [WIDTH, HEIGHT], [110, 150]);
    using before = frame.clone();
    new MotionBlur().apply(frame, { exposureS: 0.3, speed: 1 }, { x: 0.3, y: 0.6 });
    for (const plane of [0, 1, 2] as const) expect(samplesOf(frame, plane)).toEqual(samplesOf(before, plane));
    expect(new Set(paddingBytes(frame))).toEqual(new Set([77]));
  });

  it('shorter than half a pixel is none', () => {
    using frame = spotFrame(160, 90);
    using before = frame.clone();
    new MotionBlur().apply(frame, { exposureS: 0.0005, speed: 1, angle: 30 });
    expect(frame.y).toEqual(before.y);
  });

  it('gives the same bytes after frames of other sizes and blurs', () => {
    const blur = new MotionBlur();
    const once = spotFrame(200, 60);
    blur.apply(once, { exposureS: 0.02, speed: 1, angle: 20 });
    using other = evenFrame(0.5, colorOf('full'), [64, 64]);
    blur.apply(other, { exposureS: 0.3, speed: 1, angle: 0 });
    using wide = spotFrame(20, 20);
    blur.apply(wide, { exposureS: 0.3, speed: 1, angle: 70 });
    using again = spotFrame(200, 60);
    blur.apply(again, { exposureS: 0.02, speed: 1, angle: 20 });
    expect(again.y).toEqual(once.y);
    expect(again.v).toEqual(once.v);
    once.close();
  });
});
