import { expect, it } from 'vitest';
import { enlargeThumbnailInto } from '../../src/image/enlarge-thumbnail.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../src/image/thumbnail.js';
import { paint } from '../infer/synthetic-thumbnails.js';

const PIXELS = DETAIL_WIDTH * DETAIL_HEIGHT;

it('interpolates between the middles of samples, and keeps the planes apart', () => {
  const out = new Float32Array(3 * PIXELS).fill(NaN);
  enlargeThumbnailInto(
    paint((x, y) => [x / 256, y / 256, -0.25]),
    out,
  );
  const at = (plane: number, x: number, y: number): number => out[plane * PIXELS + y * DETAIL_WIDTH + x] ?? NaN;
  for (const [x, y] of [
    [4, 9],
    [200, 100],
    [440, 250],
  ] as const) {
    expect(at(0, x, y)).toBeCloseTo((((x + 0.5) * THUMBNAIL_WIDTH) / DETAIL_WIDTH - 0.5) / 256, 5);
    expect(at(1, x, y)).toBeCloseTo((((y + 0.5) * THUMBNAIL_HEIGHT) / DETAIL_HEIGHT - 0.5) / 256, 5);
  }
  expect(out.subarray(2 * PIXELS).every((value) => value === -0.25)).toBe(true);
  expect(at(0, 0, 0)).toBe(0); // the edge is repeated
});
