import { describe, expect, it } from 'vitest';
import { fromElements, toElements } from '../../src/infer/tensor-elements.js';

const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
const values = fromElements(bits, 'float16');

describe('float16', () => {
  it('has the values of IEEE 754', () => {
    for (const [half, value] of [
      [0x3c00, 1],
      [0xc000, -2],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x7bff, 65_504],
      [0x7c00, Infinity],
    ] as const) {
      expect(values[half]).toBe(value);
    }
    expect(values[0x7e00]).toBeNaN();
  });

  it('keeps every number of its own', () => {
    const back = toElements(values, 'float16');
    for (let i = 0; i < 65_536; i++) if (!Number.isNaN(values[i])) expect(back[i]).toBe(i);
  });

  it('rounds what lies between to the nearest, ties to even', () => {
    for (let i = 0; i < 0x7bff; i += 7) {
      const [low = 0, high = 0] = [values[i], values[i + 1]];
      const middle = (low + high) / 2;
      const near = toElements(
        Float32Array.of(low + (middle - low) * 0.9, high - (high - middle) * 0.9, middle, -middle),
        'float16',
      );
      expect([...near]).toEqual([i, i + 1, i + (i % 2), (i + (i % 2)) | 0x8000]);
    }
    expect([...toElements(Float32Array.of(65_519, 65_520, 1e30, -Infinity), 'float16')]).toEqual([
      0x7bff, 0x7c00, 0x7c00, 0xfc00,
    ]);
    expect(fromElements(toElements(Float32Array.of(NaN), 'float16'), 'float16')[0]).toBeNaN();
  });
});

it('rounds and clamps to integers', () => {
  const data = Float32Array.of(-3, 0.6, 254.6, 300);
  expect([...toElements(data, 'uint8')]).toEqual([0, 1, 255, 255]);
  expect([...toElements(data, 'int8')]).toEqual([-3, 1, 127, 127]);
  expect([...fromElements(Int32Array.of(-7, 9), 'int32')]).toEqual([-7, 9]);
});
