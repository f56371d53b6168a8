import { describe, expect, it } from 'vitest';
import { lightOf } from '../../../src/augment/camera/linear-light.js';
import { applyWhiteBalance } from '../../../src/augment/camera/white-balance.js';
import type { Frame } from '../../../src/core/frame.js';
import { rangeCodes, yuvToRgb } from '../../../src/image/color-matrix.js';
import { colorOf, evenFrame, paddingBytes } from './measures.js';

/** Linear red, green, blue of a frame's first pixel. */
function lightAt({ y, u, v, color }: Frame): [number, number, number] {
  const { black, luma, chroma } = rangeCodes(color.range);
  const [Y, U, V] = [(y[0]! - black) / luma, (u[0]! - 128) / chroma, (v[0]! - 128) / chroma];
  const m = yuvToRgb(color.matrix);
  return [0, 3, 6].map((i) => lightOf(m[i]! * Y + m[i + 1]! * U + m[i + 2]! * V)) as [number, number, number];
}

const COLORS = [
  ['limited', 'bt709'],
  ['full', 'bt709'],
  ['limited', 'bt601'],
  ['full', 'bt601'],
] as const;

describe('white balance', () => {
  it.each(COLORS)('multiplies linear light as a black body of other mireds: %s %s', (range, matrix) => {
    using frame = evenFrame(0.45, colorOf(range, matrix));
    applyWhiteBalance(frame, { mireds: 50, tint: 0 });
    const [red, green, blue] = lightAt(frame);
    expect(red / green).toBeGreaterThan(Math.exp(0.00306 * 50) * 0.95);
    expect(red / green).toBeLessThan(Math.exp(0.00306 * 50) * 1.05);
    expect(blue / green).toBeGreaterThan(Math.exp(-0.0043 * 50) * 0.95);
    expect(blue / green).toBeLessThan(Math.exp(-0.0043 * 50) * 1.05);
  });

  it('keeps the luminance of grey, colder and warmer', () => {
    for (const mireds of [-80, 80]) {
      using frame = evenFrame(0.3, colorOf('full'));
      applyWhiteBalance(frame, { mireds, tint: 0 });
      const [red, green, blue] = lightAt(frame);
      const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      expect(Math.abs(luminance / lightOf(77 / 255) - 1)).toBeLessThan(0.03);
      expect(Math.sign(red - blue)).toBe(Math.sign(mireds));
    }
  });

  it('tints towards magenta above 0 and towards green below', () => {
    for (const tint of [-0.1, 0.1]) {
      using frame = evenFrame(0.4, colorOf('full'));
      applyWhiteBalance(frame, { mireds: 0, tint });
      const [red, green, blue] = lightAt(frame);
      expect(red / blue).toBeCloseTo(1, 1);
      expect(green / red).toBeCloseTo(1 - tint, 1);
    }
  });

  it('leaves white lamps, black and a right balance as they are', () => {
    for (const luma of [1, 0]) {
      using frame = evenFrame(luma, colorOf('limited'));
      using before = frame.clone();
      applyWhiteBalance(frame, { mireds: 90, tint: 0.1 });
      expect([frame.y[0], frame.u[0], frame.v[0]]).toEqual([before.y[0], before.u[0], before.v[0]]);
    }
    using frame = evenFrame(0.37, colorOf('limited'), [64, 64], [90, 160]);
    applyWhiteBalance(frame, { mireds: 0, tint: 0 });
    expect(Math.abs(frame.u[0]! - 90)).toBeLessThanOrEqual(1);
    expect(Math.abs(frame.v[0]! - 160)).toBeLessThanOrEqual(1);
    expect(new Set(paddingBytes(frame))).toEqual(new Set([77]));
  });
});
