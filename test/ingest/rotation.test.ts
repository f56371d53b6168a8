import { endianness } from 'node:os';
import { describe, expect, it } from 'vitest';
import { swapsSides, uprightFilters } from '../../src/ingest/rotation.js';

describe('uprightFilters', () => {
  const matrix = (...[a, b, c, d]: number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(36));
    const isLittle = endianness() === 'LE';
    [a, b, 0, c, d].forEach((value, index) => view.setInt32(index * 4, (value ?? 0) * 65_536, isLittle));
    return new Uint8Array(view.buffer);
  };

  it.each([
    ['nothing', matrix(1, 0, 0, 1), []],
    ['a quarter turn', matrix(0, 1, -1, 0), ['transpose=clock']],
    ['half a turn', matrix(-1, 0, 0, -1), ['hflip', 'vflip']],
    ['three quarters', matrix(0, -1, 1, 0), ['transpose=cclock']],
    ['a mirror', matrix(-1, 0, 0, 1), ['hflip']],
    ['a flip', matrix(1, 0, 0, -1), ['vflip']],
    ['a turned mirror', matrix(0, 1, 1, 0), ['transpose=cclock_flip']],
    ['an oblique angle', matrix(0.7, 0.7, -0.7, 0.7), []],
    ['garbage', new Uint8Array(4), []],
  ])('undoes %s', (_name, display, filters) => {
    expect(uprightFilters(display)).toEqual(filters);
    expect(swapsSides(filters)).toBe(filters.some((filter) => filter.startsWith('transpose')));
  });
});
