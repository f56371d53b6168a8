import { describe, expect, it } from 'vitest';
import { drawText, fillRectangle, textWidth } from '../../src/image/bitmap-font.js';
import type { RgbImage } from '../../src/image/rgb-image.js';

function black(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height) };
}

/** The image's red channel as rows of dots. */
function dots({ width, height, data }: RgbImage): string[] {
  return Array.from({ length: height }, (_row, y) =>
    Array.from({ length: width }, (_column, x) => (data[3 * (y * width + x)]! > 0 ? '#' : '.')).join(''),
  );
}

const RED = [255, 0, 0] as const;

describe('drawText', () => {
  it('draws the glyphs of characters', () => {
    const image = black(17, 8);
    drawText(image, 'Ag4', { x: 0, y: 0, scale: 1, color: RED });
    expect(dots(image)).toEqual([
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

  it('scales glyphs, and draws ? for unknown characters', () => {
    const [small, large, known] = [black(5, 8), black(10, 16), black(5, 8)];
    drawText(small, 'ж', { x: 0, y: 0, scale: 1, color: RED });
    drawText(known, '?', { x: 0, y: 0, scale: 1, color: RED });
    drawText(large, '?', { x: 0, y: 0, scale: 2, color: RED });
    expect(dots(small)).toEqual(dots(known));
    expect(dots(large).filter((_, y) => y % 2 === 1)).toEqual(
      dots(known).map((row) => row.replaceAll('#', '##').replaceAll('.', '..')),
    );
  });

  it('draws a different glyph for every printable character', () => {
    const shapes = Array.from({ length: 95 }, (_, i) => {
      const image = black(5, 8);
      drawText(image, String.fromCharCode(32 + i), { x: 0, y: 0, scale: 1, color: RED });
      return dots(image).join('\n');
    });
    expect(new Set(shapes).size).toBe(95);
  });

  it('clips at the edges of the image', () => {
    const image = black(7, 3);
    drawText(image, 'HHH', { x: -3, y: -2, scale: 1, color: RED });
    expect(dots(image)).toEqual(['.#.#...', '##.####', '.#.#...']);
  });
});

it('textWidth returns the width in pixels', () => {
  expect([textWidth(''), textWidth('a'), textWidth('ab', 1)]).toEqual([0, 10, 11]);
});

it('fillRectangle clips at the edges of the image', () => {
  const image = black(3, 2);
  fillRectangle(image, { left: 1, top: -1, width: 9, height: 2 }, [1, 2, 3]);
  expect([...image.data]).toEqual([0, 0, 0, 1, 2, 3, 1, 2, 3, ...new Array<number>(9).fill(0)]);
});
