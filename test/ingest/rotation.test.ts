import { endianness } from 'node:os';
import { describe, expect, it } from 'vitest';
import { rotationFilters, swapsWidthAndHeight } from '../../src/ingest/rotation.js';

describe('rotationFilters', () => {
  const matrix = (...[a, b, c, d]: number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(36));
    const isLittle = endianness() === 'LE';
    [a, b, 0, c, d].forEach((value, index) => view.setInt32(index * 4, (value ?? 0) * 65_536, isLittle));
    return new Uint8Array(view.buffer);
  };

  it.each([
    ['no rotation', matrix(1, 0, 0, 1), []],
    ['a rotation by 90 degrees', matrix(0, 1, -1, 0), ['transpose=clock']],
    ['a rotation by 180 degrees', matrix(-1, 0, 0, -1), ['hflip', 'vflip']],
    ['a rotation by 270 degrees', matrix(0, -1, 1, 0), ['transpose=cclock']],
    ['a horizontal flip', matrix(-1, 0, 0, 1), ['hflip']],
    ['a vertical flip', matrix(1, 0, 0, -1), ['vflip']],
    ['a rotated flip', matrix(0, 1, 1, 0), ['transpose=cclock_flip']],
    ['an oblique angle', matrix(0.7, 0.7, -0.7, 0.7), []],
    ['a truncated matrix', new Uint8Array(4), []],
  ])('undoes %s', (_name, display, filters) => {
    expect(rotationFilters(display)).toEqual(filters);
    expect(swapsWidthAndHeight(filters)).toBe(filters.some((filter) => filter.startsWith('transpose')));
  });
});
