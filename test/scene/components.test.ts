import { describe, expect, it } from 'vitest';
import { takeComponents } from '../../src/scene/components.js';

const maskOf = (...rows: string[]): Uint8Array =>
  Uint8Array.from(Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0)));

describe('takeComponents', () => {
  it('finds areas of four neighbours with their boxes and counts, and clears the mask', () => {
    const mask = maskOf('##..#', '.#..#', '..#..', '.....');
    expect(takeComponents(mask, 5)).toEqual([
      { left: 0, top: 0, right: 2, bottom: 2, count: 3 },
      { left: 4, top: 0, right: 5, bottom: 2, count: 2 },
      { left: 2, top: 2, right: 3, bottom: 3, count: 1 },
    ]);
    expect(mask.every((value) => value === 0)).toBe(true);
  });

  it('does not join the end of a row with the start of the next', () => {
    expect(takeComponents(maskOf('..#', '#..'), 3)).toHaveLength(2);
  });

  it('leaves out areas that are too large', () => {
    expect(takeComponents(maskOf('##.#', '##..'), 4, 3)).toEqual([{ left: 3, top: 0, right: 4, bottom: 1, count: 1 }]);
  });
});
