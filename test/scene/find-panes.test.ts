import { describe, expect, it } from 'vitest';
import { PlaneKernel } from '../../src/image/plane-kernel.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { DarkDetails } from '../../src/scene/dark-details.js';
import { type FoundPane, MAX_PANES, PaneFinder } from '../../src/scene/find-panes.js';
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
  const finder = new PaneFinder();
  const dark = new DarkDetails(await PlaneKernel.open());
  const find = (seen: Float32Array, detail: Float32Array): FoundPane[] => {
    dark.read(detail, HORIZON);
    return finder.find(seen, dark, detail);
  };

  it('finds dark upright boxes in a facade, as large as they are', () => {
    const found = find(surfaces, detailOf(0.55, panes(4, 2)));
    expect(found).toHaveLength(8);
    const first = found.map(({ box }) => box).find(({ x, y }) => x < 61 / DETAIL_WIDTH && y < 50 / DETAIL_HEIGHT);
    expect(first!.x).toBeCloseTo(60 / DETAIL_WIDTH);
    expect(first!.y).toBeCloseTo(46 / DETAIL_HEIGHT);
    expect(first!.width).toBeCloseTo(5 / DETAIL_WIDTH);
    expect(first!.height).toBeCloseTo(8 / DETAIL_HEIGHT);
  });

  it('joins panes with thin bars between them to one window, with the luma between glass and wall', () => {
    const cross = [
      { left: 100, top: 50 },
      { left: 106, top: 50 },
      { left: 100, top: 58 },
      { left: 106, top: 58 },
    ].map((corner) => ({ ...corner, width: 5, height: 7, rgb: DARK }));
    const found = find(surfaces, detailOf(0.55, cross));
    expect(found).toHaveLength(1);
    const [{ box, dayBelow }] = found as [(typeof found)[number]];
    expect([box.x * DETAIL_WIDTH, box.y * DETAIL_HEIGHT]).toEqual([expect.closeTo(100), expect.closeTo(50)]);
    expect([box.width * DETAIL_WIDTH, box.height * DETAIL_HEIGHT]).toEqual([expect.closeTo(11), expect.closeTo(15)]);
    expect(dayBelow).toBeGreaterThan(0.3);
    expect(dayBelow).toBeLessThan(0.45);
  });

  it('finds the same again: nothing is left from the frame before', () => {
    expect(find(surfaces, detailOf(0.55, []))).toEqual([]);
    expect(find(surfaces, detailOf(0.55, panes(4, 2)))).toHaveLength(8);
  });

  it.each([
    ['plain walls', detailOf(0.55, [])],
    ['faint panes', detailOf(0.25, panes(4, 2))],
    ['bands', detailOf(0.55, [{ left: 40, top: 60, width: 200, height: 5, rgb: DARK }])],
    ['wires', detailOf(0.55, [{ left: 90, top: 40, width: 1, height: 60, rgb: DARK }])],
    ['what stands below the horizon', detailOf(0.55, [{ left: 220, top: 150, width: 6, height: 9, rgb: DARK }])],
    ['the sky', detailOf(0.55, [{ left: 220, top: 10, width: 6, height: 9, rgb: DARK }])],
  ])('finds none in %s', (_, detail) => {
    expect(find(surfaces, detail)).toEqual([]);
  });

  it('finds none where no facade stands, or behind leaves', () => {
    const detail = detailOf(0.55, panes(4, 2));
    expect(
      find(
        surfacesOf(() => 'sky'),
        detail,
      ),
    ).toEqual([]);
    expect(
      find(
        surfacesOf(() => 'vegetation'),
        detail,
      ),
    ).toEqual([]);
  });

  it('keeps the largest when there are too many', () => {
    const many = panes(30, 4);
    const detail = detailOf(0.55, [
      ...many,
      ...many.map(({ left, top }) => ({ left, top: top + 11, width: 5, height: 2, rgb: DARK })),
    ]);
    const found = find(surfaces, detail);
    expect(found).toHaveLength(MAX_PANES);
    const areas = found.map(({ box: { width, height } }) => width * height);
    expect(areas.slice(0, many.length - 10).every((area) => area > 30 / (DETAIL_WIDTH * DETAIL_HEIGHT))).toBe(true);
  });
});
