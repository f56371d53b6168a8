import { describe, expect, it } from 'vitest';
import { drawAt } from '../../src/scene/thing-draw.js';

const BOX = { x: 0.31, y: 0.42, width: 0.01, height: 0.02 };

describe('drawAt', () => {
  it('is the same for the same seed, kind and place, and for a place that differs by less than a cell', () => {
    expect(drawAt(7, 'pane', BOX)).toBe(drawAt(7, 'pane', { ...BOX }));
    expect(drawAt(7, 'pane', BOX)).toBe(drawAt(7, 'pane', { ...BOX, x: BOX.x + 1e-6 }));
  });

  it('differs by seed, kind and place', () => {
    const draws = [
      drawAt(7, 'pane', BOX),
      drawAt(8, 'pane', BOX),
      drawAt(7, 'vehicle', BOX),
      drawAt(7, 'pane', { ...BOX, x: 0.32 }),
      drawAt(7, 'pane', { ...BOX, y: 0.43 }),
    ];
    expect(new Set(draws).size).toBe(draws.length);
  });

  it('fills [0, 1) evenly over neighbouring places', () => {
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 5000; i++) {
      const draw = drawAt(1, 'pane', { ...BOX, x: (i % 100) / 100, y: Math.floor(i / 100) / 50 });
      expect(draw).toBeGreaterThanOrEqual(0);
      expect(draw).toBeLessThan(1);
      bins[Math.floor(10 * draw)]!++;
    }
    for (const count of bins) expect(Math.abs(count - 500)).toBeLessThan(100);
  });
});
