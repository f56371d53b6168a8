import { describe, expect, it } from 'vitest';
import { PlaneKernel } from '../../src/image/plane-kernel.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { MAX_PANES, PaneFinder } from '../../src/scene/find-panes.js';
import { detailOf, streetAt, surfacesOf } from './found-scenes.js';

const HORIZON = 0.435;
const surfaces = surfacesOf(streetAt);
const DARK = [0.2, 0.2, 0.2] as const;

/** Panes of 5 x 8 samples in rows. */
function panes(columns: number, rows: number): Parameters<typeof detailOf>[1] {
  return Array.from({ length: columns * rows }, (_, i) => ({
    left: 60 + 12 * (i % columns),
    top: 46 + 16 * Math.floor(i / columns),
    width: 5,
    height: 8,
    rgb: DARK,
  }));
}

describe('PaneFinder', async () => {
  const finder = new PaneFinder(await PlaneKernel.open());

  it('finds dark upright boxes in a facade, as large as they are', () => {
    const found = finder.find(surfaces, detailOf(0.55, panes(4, 2)), HORIZON);
    expect(found).toHaveLength(8);
    const first = found.find(({ x, y }) => x < 61 / DETAIL_WIDTH && y < 50 / DETAIL_HEIGHT);
    expect(first!.x).toBeCloseTo(60 / DETAIL_WIDTH);
    expect(first!.y).toBeCloseTo(46 / DETAIL_HEIGHT);
    expect(first!.width).toBeCloseTo(5 / DETAIL_WIDTH);
    expect(first!.height).toBeCloseTo(8 / DETAIL_HEIGHT);
  });

  it('finds the same again: nothing is left from the frame before', () => {
    expect(finder.find(surfaces, detailOf(0.55, []), HORIZON)).toEqual([]);
    expect(finder.find(surfaces, detailOf(0.55, panes(4, 2)), HORIZON)).toHaveLength(8);
  });

  it.each([
    ['plain walls', detailOf(0.55, [])],
    ['faint panes', detailOf(0.25, panes(4, 2))],
    ['bands', detailOf(0.55, [{ left: 40, top: 60, width: 200, height: 5, rgb: DARK }])],
    ['wires', detailOf(0.55, [{ left: 90, top: 40, width: 1, height: 60, rgb: DARK }])],
    ['what stands below the horizon', detailOf(0.55, [{ left: 220, top: 150, width: 6, height: 9, rgb: DARK }])],
    ['the sky', detailOf(0.55, [{ left: 220, top: 10, width: 6, height: 9, rgb: DARK }])],
  ])('finds none in %s', (_, detail) => {
    expect(finder.find(surfaces, detail, HORIZON)).toEqual([]);
  });

  it('finds none where no facade stands, or behind leaves', () => {
    const detail = detailOf(0.55, panes(4, 2));
    expect(
      finder.find(
        surfacesOf(() => 'sky'),
        detail,
        HORIZON,
      ),
    ).toEqual([]);
    expect(
      finder.find(
        surfacesOf(() => 'vegetation'),
        detail,
        HORIZON,
      ),
    ).toEqual([]);
  });

  it('keeps the largest when there are too many', () => {
    const many = panes(30, 4);
    const detail = detailOf(0.55, [
      ...many,
      ...many.map(({ left, top }) => ({ left: left + 7, top: top + 1, width: 3, height: 4, rgb: DARK })),
    ]);
    const found = finder.find(surfaces, detail, HORIZON);
    expect(found).toHaveLength(MAX_PANES);
    const areas = found.map(({ width, height }) => width * height);
    expect(areas.slice(0, many.length - 10).every((area) => area > 30 / (DETAIL_WIDTH * DETAIL_HEIGHT))).toBe(true);
  });
});
