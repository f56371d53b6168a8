import { beforeAll, describe, expect, it } from 'vitest';
import { Glare } from '../../../src/augment/camera/glare.js';
import type { Frame } from '../../../src/core/frame.js';
import { emptyLook, type Look } from '../../../src/look/look.js';
import { colorOf, evenFrame, lampLook, meanOf, paddingBytes, samplesOf } from './measures.js';

let glare: Glare;
beforeAll(async () => {
  glare = await Glare.open();
});

const [WIDTH, HEIGHT] = [640, 360];

function glaring(look: Look, amount: number, { lights = 1, luma = 0.05 } = {}): Frame {
  const frame = evenFrame(luma, colorOf('limited'), [WIDTH, HEIGHT]);
  glare.apply(frame, look, { amount, lights });
  return frame;
}

/** Mean luma of a ring around a point, pixels. */
function ring(frame: Frame, [x, y]: readonly [number, number], radius: number): number {
  const codes = samplesOf(frame, 0);
  return meanOf(
    Array.from({ length: 360 }, (_, degree) => {
      const angle = (degree * Math.PI) / 180;
      return codes[Math.round(y + radius * Math.sin(angle)) * WIDTH + Math.round(x + radius * Math.cos(angle))]!;
    }),
  );
}

/** Number of rays that stand out of the veil along a ring. */
function raysAt(frame: Frame, [x, y]: readonly [number, number], radius: number): number {
  const codes = samplesOf(frame, 0);
  const along = Array.from({ length: 720 }, (_, i) => {
    const angle = (i * Math.PI) / 360;
    return codes[Math.round(y + radius * Math.sin(angle)) * WIDTH + Math.round(x + radius * Math.cos(angle))]!;
  });
  const veil = along.toSorted((a, b) => a - b)[360]!;
  const isRay = along.map((code) => code > veil + 4);
  return isRay.filter((is, i) => is && !isRay.at(i - 1)).length;
}

const white = lampLook({ x: 0.5, y: 0.5, luma: 5 });

describe('glare', () => {
  it('leaves a frame without lamps as it is', () => {
    using frame = glaring(emptyLook(), 1);
    using before = evenFrame(0.05, colorOf('limited'), [WIDTH, HEIGHT]);
    for (const plane of [0, 1, 2] as const) expect(samplesOf(frame, plane)).toEqual(samplesOf(before, plane));
  });

  it('lays a veil around a lamp that falls with the distance and grows with its amount', () => {
    using half = glaring(white, 0.5);
    using full = glaring(white, 1);
    const at = [320, 180] as const;
    const rings = [20, 40, 80].map((radius) => ring(full, at, radius));
    expect(rings[0]).toBeGreaterThan(rings[1]! + 1);
    expect(rings[1]).toBeGreaterThan(rings[2]! + 0.5);
    expect(ring(full, at, 20)).toBeGreaterThan(ring(half, at, 20) + 2);
    expect(new Set(paddingBytes(full))).toEqual(new Set([77]));
  });

  it('draws a star of six rays', () => {
    using frame = glaring(white, 1);
    expect(raysAt(frame, [320, 180], 30)).toBe(6);
  });

  it('has the colour of its lamp', () => {
    const red = lampLook({ x: 0.5, y: 0.5, luma: 5, u: -0.2, v: 1 });
    using frame = glaring(red, 1);
    const at = 90 * (WIDTH / 2) + 160 + 8;
    expect(samplesOf(frame, 2)[at]!).toBeGreaterThan(134);
    expect(samplesOf(frame, 1)[at]!).toBeLessThan(128);
  });

  it('follows the dial of the lights: none without them', () => {
    using dark = glaring(white, 1, { lights: 0 });
    expect(new Set(samplesOf(dark, 0)).size).toBe(1);
  });

  it('is the same for the same arguments, after frames of other sizes', () => {
    using first = glaring(white, 0.7);
    using upright = evenFrame(0.2, colorOf('full'), [90, 160]);
    glare.apply(upright, white, { amount: 1, lights: 1 });
    using again = glaring(white, 0.7);
    expect(again.y).toEqual(first.y);
    expect(again.u).toEqual(first.u);
  });
});
