import { describe, expect, it } from 'vitest';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { withTailGlass } from '../../src/scene/find-tail-glass.js';
import { foundVehicle, streetAt, surfacesOf } from './found-scenes.js';

const PIXELS = DETAIL_WIDTH * DETAIL_HEIGHT;
const BOX = { x: 0.4, y: 0.5, width: 0.2, height: 0.3 };
const SURFACES = surfacesOf(streetAt);

interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly red: number;
}

/** A grey detail with red patches, in samples. */
function detailWith(patches: readonly Patch[], body = 0): Float32Array {
  const detail = new Float32Array(3 * PIXELS).fill(0.4, 0, PIXELS).fill(body, 2 * PIXELS);
  for (const { x, y, width, height, red } of patches) {
    for (let row = y; row < y + height; row++) {
      const at = 2 * PIXELS + row * DETAIL_WIDTH + x;
      detail.fill(red, at, at + width);
    }
  }
  return detail;
}

// The network's lamps are at 188 and 260 of 448 columns and in row 174.
const LEFT = { x: 182, y: 170, width: 6, height: 12, red: 0.25 };
const RIGHT = { ...LEFT, x: 258 };
const rear = foundVehicle({ box: BOX, facing: 'rear' });

describe('withTailGlass', () => {
  it('moves the lamps to their glass and knows its size', () => {
    const { lamps } = withTailGlass(rear, detailWith([LEFT, RIGHT]), SURFACES);
    expect(lamps[0].x * DETAIL_WIDTH).toBeCloseTo(185);
    expect(lamps[0].y * DETAIL_HEIGHT).toBeCloseTo(176);
    expect(lamps[1].x * DETAIL_WIDTH).toBeCloseTo(261);
    const glass = lamps[0].glass!;
    expect([glass.width * DETAIL_WIDTH, glass.height * DETAIL_HEIGHT]).toEqual([
      expect.closeTo(6) as number,
      expect.closeTo(12) as number,
    ]);
    expect(glass.red).toBeGreaterThan(0);
    expect(glass.red).toBeLessThan(0.25);
  });

  const unchanged: Readonly<Record<string, Float32Array>> = {
    'nothing is red': detailWith([]),
    'the body is as red': detailWith([LEFT, RIGHT], 0.24),
    'only one lamp has glass': detailWith([LEFT]),
    'the red is too large to be glass': detailWith([{ ...LEFT, y: 140, height: 60 }, RIGHT]),
    'one is much larger than the other': detailWith([
      { ...LEFT, width: 12, height: 20 },
      { ...RIGHT, height: 3 },
    ]),
  };
  for (const [when, detail] of Object.entries(unchanged)) {
    it(`leaves the lamps where they are when ${when}`, () => {
      expect(withTailGlass(rear, detail, SURFACES).lamps).toEqual(rear.lamps);
    });
  }

  it('leaves fronts alone, and red that a person wears', () => {
    const detail = detailWith([LEFT, RIGHT]);
    const front = foundVehicle({ box: BOX, facing: 'front' });
    expect(withTailGlass(front, detail, SURFACES)).toBe(front);
    const rider = surfacesOf((x, y) => (x < 0.5 && y > 0.5 ? 'person' : streetAt(x, y)));
    expect(withTailGlass(rear, detail, rider).lamps).toEqual(rear.lamps);
  });
});
