import { describe, expect, it } from 'vitest';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../src/image/thumbnail.js';
import { BlackBars } from '../../src/lighting/black-bars.js';

/** A grey day whose given rows and columns are black. */
function day(isBlack: (row: number, column: number) => boolean): Float32Array {
  const values = new Float32Array(3 * THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT);
  for (let i = 0; i < THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT; i++) {
    values[i] = isBlack(Math.floor(i / THUMBNAIL_WIDTH), i % THUMBNAIL_WIDTH) ? 0.01 : 0.4;
  }
  return values;
}

function barsOf(isBlack: (row: number, column: number) => boolean): readonly number[] {
  const bars = new BlackBars();
  bars.read(day(isBlack));
  return [bars.top, bars.bottom, bars.left, bars.right];
}

describe('BlackBars', () => {
  it('finds bars above and below, and at the sides, in whole samples', () => {
    expect(barsOf((row) => row < 19 || row >= 126)).toEqual([9, 9, 0, 0]);
    expect(barsOf((_, column) => column < 32 || column >= 224)).toEqual([0, 0, 16, 16]);
  });

  it('takes neither a dark frame nor a dark corner for a bar', () => {
    expect(barsOf(() => true)).toEqual([0, 0, 0, 0]);
    expect(barsOf((row, column) => row > 110 && column < 200)).toEqual([0, 0, 0, 0]);
  });

  it('takes the glow of lamps beside a bar, the more the nearer, and all of those in it', () => {
    const bars = new BlackBars();
    bars.read(day((row) => row < 20));
    expect(bars.glowAt(0.5, 0.1, 0.003)).toBe(0);
    expect(bars.glowAt(0.5, 0.5, 0.003)).toBe(1);
    const near = bars.glowAt(0.5, 0.15, 0.003);
    expect(near).toBeGreaterThan(0);
    expect(near).toBeLessThan(1);
  });
});
