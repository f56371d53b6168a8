import { describe, expect, it } from 'vitest';
import { resizeRgb } from '../../src/image/resize-rgb.js';

/** Grey values as an image of so many columns. */
function grey(width: number, ...values: readonly number[]): Parameters<typeof resizeRgb>[0] {
  return {
    width,
    height: values.length / width,
    data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
  };
}

function valuesOf({ data }: { readonly data: Uint8Array }): number[] {
  return [...data].filter((_, i) => i % 3 === 0);
}

describe('resizeRgb', () => {
  it('keeps an image of the same size', () => {
    const image = grey(2, 10, 20, 30, 40);
    expect(resizeRgb(image, 2, 2)).toEqual(image);
  });

  it('halves to the means of four', () => {
    expect(valuesOf(resizeRgb(grey(4, 0, 10, 50, 70, 20, 30, 90, 110), 2, 1))).toEqual([15, 80]);
  });

  it('samples between pixel centres, and repeats the edge beyond them', () => {
    expect(valuesOf(resizeRgb(grey(2, 0, 100), 4, 1))).toEqual([0, 25, 75, 100]);
  });
});
