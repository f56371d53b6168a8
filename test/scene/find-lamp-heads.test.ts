import { describe, expect, it } from 'vitest';
import { findLampHeads } from '../../src/scene/find-lamp-heads.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH, type Surface } from '../../src/scene/scene.js';
import { streetAt, surfacesOf } from './found-scenes.js';

const HORIZON = 0.435;

/** Samples of a surface in a street; right and bottom exclusive. */
function withArea(
  surface: Surface,
  [left, top, right, bottom]: readonly number[],
  base: (x: number, y: number) => Surface = streetAt,
): (x: number, y: number) => Surface {
  return (x, y) => {
    const [column, row] = [Math.floor(x * SURFACE_WIDTH), Math.floor(y * SURFACE_HEIGHT)];
    return column >= left! && column < right! && row >= top! && row < bottom! ? surface : base(x, y);
  };
}

describe('findLampHeads', () => {
  it('finds a head where one is seen, with the height of its pole', () => {
    const [head, ...others] = findLampHeads(surfacesOf(withArea('lampHead', [40, 8, 42, 9])), HORIZON, []);
    expect(others).toEqual([]);
    expect(head!.place.x).toBeCloseTo(41 / SURFACE_WIDTH);
    expect(head!.place.y).toBeCloseTo(8.5 / SURFACE_HEIGHT);
    expect(head!.height).toBeCloseTo(1.15 * (HORIZON - 8.5 / SURFACE_HEIGHT));
  });

  it('finds the top of a tall pole, once with a head on it', () => {
    const pole = withArea('pole', [60, 6, 61, 34]);
    const [head, ...others] = findLampHeads(surfacesOf(pole), HORIZON, []);
    expect(others).toEqual([]);
    expect(head!.place.x).toBeCloseTo(60.5 / SURFACE_WIDTH);
    expect(head!.place.y).toBeCloseTo(6.5 / SURFACE_HEIGHT);
    expect(findLampHeads(surfacesOf(withArea('lampHead', [59, 5, 62, 6], pole)), HORIZON, [])).toHaveLength(1);
  });

  it('finds every head that is seen, also beside another and in one column', () => {
    const first = withArea('lampHead', [40, 8, 42, 9]);
    const heads = (area: readonly number[]): number =>
      findLampHeads(surfacesOf(withArea('lampHead', area, first)), HORIZON, []).length;
    expect(heads([46, 8, 48, 9])).toBe(2);
    expect(heads([40, 20, 42, 21])).toBe(2);
  });

  it('keeps the heads of posts, and finds none again that is at the top of one', () => {
    const pole = surfacesOf(withArea('pole', [60, 6, 61, 34]));
    const post = { place: { x: 0.44, y: 0.1 }, radius: 0.003, height: 0.4 };
    expect(findLampHeads(pole, HORIZON, [post])).toEqual([post]);
    const elsewhere = { ...post, place: { x: 0.2, y: 0.1 } };
    expect(findLampHeads(pole, HORIZON, [elsewhere])).toEqual([elsewhere, expect.anything()]);
  });

  it.each([
    ['short poles', withArea('pole', [60, 28, 61, 34])],
    ['poles that leave the image', withArea('pole', [60, 0, 61, 34])],
    ['poles that end at the horizon', withArea('pole', [60, 29, 61, 60])],
    ['what is as wide as high', withArea('pole', [50, 6, 70, 26])],
    ['poles with a sign', withArea('sign', [59, 4, 62, 6], withArea('pole', [60, 6, 61, 34]))],
    ['poles with a signal', withArea('signal', [60, 4, 61, 6], withArea('pole', [60, 6, 61, 34]))],
  ])('finds none on %s', (_, surfaceAt) => {
    expect(findLampHeads(surfacesOf(surfaceAt), HORIZON, [])).toEqual([]);
  });
});
