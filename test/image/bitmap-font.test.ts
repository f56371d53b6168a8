import { describe, expect, it } from 'vitest';
import { drawText, fillRectangle, textWidth } from '../../src/image/bitmap-font.js';
import type { RgbImage } from '../../src/image/rgb-image.js';

function black(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height) };
}

/** The picture's red as rows of dots. */
function dots({ width, height, data }: RgbImage): string[] {
  return Array.from({ length: height }, (_row, y) =>
    Array.from({ length: width }, (_column, x) => (data[3 * (y * width + x)]! > 0 ? '#' : '.')).join(''),
  );
}

const RED = [255, 0, 0] as const;

describe('drawText', () => {
  it('draws characters as they look', () => {
    const picture = black(17, 8);
    drawText(picture, 'Ag4', { x: 0, y: 0, scale: 1, color: RED });
    expect(dots(picture)).toEqual([
      '.###...........#.',
      '#...#.........##.',
      '#...#..####..#.#.',
      '#...#.#...#.#..#.',
      '#####.#...#.#####',
      '#...#..####....#.',
      '#...#.....#....#.',
      '.......###.......',
    ]);
  });

  it('draws larger dots, and ? for what it does not know', () => {
    const [small, large, known] = [black(5, 8), black(10, 16), black(5, 8)];
    drawText(small, 'ж', { x: 0, y: 0, scale: 1, color: RED });
    drawText(known, '?', { x: 0, y: 0, scale: 1, color: RED });
    drawText(large, '?', { x: 0, y: 0, scale: 2, color: RED });
    expect(dots(small)).toEqual(dots(known));
    expect(dots(large).filter((_, y) => y % 2 === 1)).toEqual(
      dots(known).map((row) => row.replaceAll('#', '##').replaceAll('.', '..')),
    );
  });

  it('gives every printable character a shape of its own', () => {
    const shapes = Array.from({ length: 95 }, (_, i) => {
      const picture = black(5, 8);
      drawText(picture, String.fromCharCode(32 + i), { x: 0, y: 0, scale: 1, color: RED });
      return dots(picture).join('\n');
    });
    expect(new Set(shapes).size).toBe(95);
  });

  it('cuts off what is outside', () => {
    const picture = black(7, 3);
    drawText(picture, 'HHH', { x: -3, y: -2, scale: 1, color: RED });
    expect(dots(picture)).toEqual(['.#.#...', '##.####', '.#.#...']);
  });
});

it('measures text', () => {
  expect([textWidth(''), textWidth('a'), textWidth('ab', 1)]).toEqual([0, 10, 11]);
});

it('fills what of a rectangle is inside', () => {
  const picture = black(3, 2);
  fillRectangle(picture, { left: 1, top: -1, width: 9, height: 2 }, [1, 2, 3]);
  expect([...picture.data]).toEqual([0, 0, 0, 1, 2, 3, 1, 2, 3, ...new Array<number>(9).fill(0)]);
});
