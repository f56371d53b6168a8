import { describe, expect, it } from 'vitest';
import { multiply3, rangeCodes, rgbToYuv, yuvToRgb, yuvToYuv } from '../../src/image/color-matrix.js';

const MATRICES = ['bt601', 'bt709', 'bt2020'] as const;

describe('colour matrices', () => {
  it.each(MATRICES)('%s to R, G, B and back is the identity', (matrix) => {
    multiply3(rgbToYuv(matrix), yuvToRgb(matrix)).forEach((value, i) => {
      expect(value).toBeCloseTo(i % 4 === 0 ? 1 : 0, 12);
    });
  });

  it('have the published coefficients', () => {
    expect(yuvToRgb('bt709')[2]).toBeCloseTo(1.5748, 6); // BT.709-6, item 3.3
    expect(yuvToRgb('bt709')[7]).toBeCloseTo(1.8556, 6);
    expect(yuvToRgb('bt601')[2]).toBeCloseTo(1.402, 6); // BT.601-7, section 2.5.1
    expect(yuvToRgb('bt601')[7]).toBeCloseTo(1.772, 6);
    expect(yuvToRgb('bt2020')[2]).toBeCloseTo(1.4746, 6); // BT.2020-2, table 4
    expect(yuvToRgb('bt709')[4]).toBeCloseTo(-0.187324, 5);
    expect(yuvToRgb('bt709')[5]).toBeCloseTo(-0.468124, 5);
  });

  it('keep grey grey between any two standards', () => {
    for (const from of MATRICES) {
      for (const to of MATRICES) {
        const m = yuvToYuv(from, to);
        expect([m[0], m[3], m[6]].map((value) => Math.round(value * 1e9) / 1e9 + 0)).toEqual([1, 0, 0]);
      }
    }
  });

  it('give the code values of both ranges', () => {
    expect(rangeCodes('limited')).toEqual({ black: 16, luma: 219, chroma: 224 });
    expect(rangeCodes('full')).toEqual({ black: 0, luma: 255, chroma: 255 });
  });
});
