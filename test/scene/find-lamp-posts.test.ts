import { describe, expect, it } from 'vitest';
import { PlaneKernel } from '../../src/image/plane-kernel.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../src/image/thumbnail.js';
import { DarkDetails } from '../../src/scene/dark-details.js';
import type { FoundLampHead } from '../../src/scene/find-lamp-heads.js';
import { LampPostFinder } from '../../src/scene/find-lamp-posts.js';
import type { Surface } from '../../src/scene/scene.js';
import { surfacesOf } from './found-scenes.js';

const HORIZON = 0.5;
const SKY = 0.85;
const DARK = 0.4;
/** Left, top, width and height in samples of the detail. */
type Line = readonly [left: number, top: number, width: number, height: number];

const surfaceAt = (_: number, y: number): Surface => (y < 0.4 ? 'sky' : 'road');

describe('LampPostFinder', async () => {
  const finder = new LampPostFinder();
  const dark = new DarkDetails(await PlaneKernel.open());

  function find(lines: readonly Line[], options: { sky?: number; seen?: typeof surfaceAt } = {}): FoundLampHead[] {
    const { sky = SKY, seen = surfaceAt } = options;
    const detail = new Float32Array(3 * DETAIL_WIDTH * DETAIL_HEIGHT);
    for (let y = 0; y < DETAIL_HEIGHT; y++) {
      detail.fill(y < 0.42 * DETAIL_HEIGHT ? sky : 0.3, y * DETAIL_WIDTH, (y + 1) * DETAIL_WIDTH);
    }
    for (const [left, top, width, height] of lines) {
      for (let y = top; y < top + height; y++)
        detail.fill(DARK, y * DETAIL_WIDTH + left, y * DETAIL_WIDTH + left + width);
    }
    dark.read(detail, HORIZON);
    return finder.find(surfacesOf(seen), dark, detail, HORIZON);
  }
  const post: Line = [200, 40, 2, 80];

  it('finds the head at the end of an arm', () => {
    const [head, ...others] = find([post, [201, 38, 18, 2]]);
    expect(others).toEqual([]);
    expect(head!.place.x * DETAIL_WIDTH).toBeCloseTo(218, -0.5);
    expect(head!.place.y * DETAIL_HEIGHT).toBeCloseTo(39, -0.5);
    expect(head!.height).toBeCloseTo(1.2 * (HORIZON - head!.place.y));
  });

  it('finds both heads of a post with two arms', () => {
    const heads = find([post, [184, 38, 34, 2]]);
    expect(heads.map(({ place }) => Math.round(place.x * DETAIL_WIDTH)).sort((a, b) => a - b)).toEqual([186, 217]);
  });

  it('finds the lantern on top of a post', () => {
    const [head, ...others] = find([post, [197, 34, 8, 7]]);
    expect(others).toEqual([]);
    expect(head!.place.x * DETAIL_WIDTH).toBeCloseTo(201, -0.5);
  });

  it.each<[string, readonly Line[]]>([
    ['a bare pole', [post]],
    [
      'a short post',
      [
        [200, 96, 2, 10],
        [201, 94, 12, 2],
      ],
    ],
    ['a pole with wires', [post, [0, 40, 448, 1]]],
    ['a pole that leaves the image', [[200, 0, 2, 120]]],
    [
      'a thick trunk',
      [
        [200, 40, 9, 80],
        [190, 36, 30, 4],
      ],
    ],
    ['twigs side by side', Array.from({ length: 8 }, (_, i) => [180 + 5 * i, 40 + i, 1, 70] as const)],
    ['a frame before the sky', [post, [200, 40, 70, 2], [268, 40, 2, 80]]],
  ])('finds none on %s', (_, lines) => {
    expect(find(lines)).toEqual([]);
  });

  it('finds none where the frame shows no sky, or a signal hangs there', () => {
    const lines: readonly Line[] = [post, [201, 38, 18, 2]];
    expect(find(lines, { seen: () => 'facade' })).toEqual([]);
    const nearArm = (x: number, y: number): boolean =>
      Math.abs(x - 217 / DETAIL_WIDTH) < 0.03 && Math.abs(y - 0.15) < 0.05;
    expect(find(lines, { seen: (x, y) => (nearArm(x, y) ? 'signal' : surfaceAt(x, y)) })).toEqual([]);
  });

  it('finds the same again: nothing is left from the frame before', () => {
    const heads = find([post, [201, 38, 18, 2]]);
    expect(find([])).toEqual([]);
    expect(find([post, [201, 38, 18, 2]])).toEqual(heads);
  });
});
