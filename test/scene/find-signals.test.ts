import { describe, expect, it } from 'vitest';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { findSignals } from '../../src/scene/find-signals.js';
import { detailOf, streetAt, surfacesOf } from './found-scenes.js';

/** A head of 12 x 32 samples of the detail. */
const HEAD = { left: 200, top: 60, width: 12, height: 32 };
const surfaces = surfacesOf((x, y) => {
  const [column, row] = [x * DETAIL_WIDTH, y * DETAIL_HEIGHT];
  const isHead = column > HEAD.left && column < HEAD.left + 12 && row > HEAD.top && row < HEAD.top + 32;
  return isHead ? 'signal' : streetAt(x, y);
});
const BLACK = { ...HEAD, rgb: [0.06, 0.06, 0.06] } as const;
type Rgb = readonly [number, number, number];
const lens = (row: number, rgb: Rgb): ReturnType<typeof rectangle> => rectangle(204, HEAD.top + 4 + 9 * row, 5, rgb);
const rectangle = (
  left: number,
  top: number,
  size: number,
  rgb: Rgb,
): { left: number; top: number; width: number; height: number; rgb: Rgb } => ({
  left,
  top,
  width: size,
  height: size,
  rgb,
});

describe('findSignals', () => {
  it.each([
    ['red', 0, [0.86, 0.08, 0.08]],
    ['red', 0, [1, 0.3, 0.2]],
    ['red', 0, [0.62, 0.2, 0.25]],
    ['amber', 1, [0.95, 0.65, 0.15]],
    ['green', 2, [0.15, 0.8, 0.45]],
    ['green', 2, [0.25, 0.78, 0.72]],
  ] as const)('finds a %s lens in row %i', (color, row, rgb) => {
    const [signal, ...others] = findSignals(surfaces, detailOf(0.6, [BLACK, lens(row, rgb)]));
    expect(others).toEqual([]);
    expect(signal!.color).toBe(color);
    expect(signal!.place.x).toBeCloseTo(206.5 / DETAIL_WIDTH, 3);
    expect(signal!.place.y).toBeCloseTo((HEAD.top + 4 + 9 * row + 2.5) / DETAIL_HEIGHT, 3);
    expect(signal!.radius).toBeCloseTo(Math.sqrt(25 / Math.PI) / DETAIL_WIDTH, 4);
  });

  it('takes a red lens with a clipped middle for red', () => {
    const clipped = [lens(0, [1, 0.15, 0.1]), rectangle(206, HEAD.top + 6, 2, [1, 0.75, 0.35])];
    expect(findSignals(surfaces, detailOf(0.6, [BLACK, ...clipped]))[0]!.color).toBe('red');
  });

  it.each([
    ['a dark head', detailOf(0.6, [BLACK])],
    [
      'a head before a blue sky',
      detailOf(0.6, [{ left: 0, top: 0, width: 448, height: 256, rgb: [0.47, 0.67, 0.92] }, BLACK]),
    ],
    ['a yellow head', detailOf(0.6, [{ ...HEAD, rgb: [0.8, 0.62, 0.15] }])],
    [
      'unlit lenses',
      detailOf(0.6, [BLACK, lens(0, [0.3, 0.08, 0.08]), lens(1, [0.35, 0.25, 0.05]), lens(2, [0.05, 0.3, 0.2])]),
    ],
  ])('finds none in %s', (_, detail) => {
    expect(findSignals(surfaces, detail)).toEqual([]);
  });

  it('finds none where no signal stands', () => {
    expect(findSignals(surfacesOf(streetAt), detailOf(0.6, [lens(0, [1, 0.1, 0.1])]))).toEqual([]);
  });
});
