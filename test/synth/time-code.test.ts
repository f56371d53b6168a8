import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import type { Planes } from '../../src/synth/planes.js';
import { Street } from '../../src/synth/street.js';
import {
  drawTimeCode,
  readTimeCode,
  TIME_CODE_MODULUS_MS,
  timeCodeBlock,
  timeCodeDifference,
} from '../../src/synth/time-code.js';

const TIME_MICROS = 1_790_000_123_456_789;
const EXPECTED_MS = Math.floor(TIME_MICROS / 1000) % TIME_CODE_MODULUS_MS;

const street = new Street({ width: 1280, height: 720, seed: 1 });

/** The planes' luma as canvas RGBA, with every pixel changed by `change`. */
function toRgba(planes: Planes, change: (luma: number, x: number, y: number) => number): Uint8ClampedArray {
  const data = new Uint8ClampedArray(4 * planes.width * planes.height).fill(255);
  for (let y = 0, i = 0; y < planes.height; y++) {
    for (let x = 0; x < planes.width; x++, i += 4) {
      data.fill(change((((planes.y[y * planes.strides[0] + x] ?? 0) - 16) / 219) * 255, x, y), i, i + 3);
    }
  }
  return data;
}

function half(planes: Planes): Planes {
  const width = planes.width / 2;
  const height = planes.height / 2;
  const y = new Uint8Array(width * height);
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) {
      const i = 2 * r * planes.width + 2 * c;
      const sum = [0, 1, planes.width, planes.width + 1].reduce((s, o) => s + (planes.y[i + o] ?? 0), 0);
      y[r * width + c] = sum / 4;
    }
  }
  return { ...planes, width, height, y, strides: [width, width / 2, width / 2] };
}

describe('the time code', () => {
  it('reads back from the luma it was drawn into, at every size', () => {
    for (const [width, height] of [
      [1280, 720],
      [1920, 1080],
      [640, 360],
      [320, 180],
      [480, 854],
    ] as const) {
      const planes = new Street({ width, height, seed: 1 }).day(3);
      drawTimeCode(planes, TIME_MICROS);
      const lumaAt = (x: number, y: number): number => planes.y[y * planes.strides[0] + x] ?? 0;
      expect(readTimeCode({ width, height, lumaAt }), `${width}x${height}`).toBe(EXPECTED_MS);
    }
    expect(timeCodeBlock(1280, 720)).toBeGreaterThanOrEqual(16);
  });

  it('reads every millisecond of the clock, at both ends of its range', () => {
    const planes = new Street({ width: 640, height: 360, seed: 1 }).day(0);
    const lumaAt = (x: number, y: number): number => planes.y[y * 640 + x] ?? 0;
    for (const ms of [0, 1, 2, 255, 4096, TIME_CODE_MODULUS_MS - 1, TIME_CODE_MODULUS_MS, 123_456_789]) {
      drawTimeCode(planes, ms * 1000 + 999);
      expect(readTimeCode({ width: 640, height: 360, lumaAt })).toBe(ms % TIME_CODE_MODULUS_MS);
    }
  });

  it('survives night, noise, uneven light and blur', () => {
    const planes = street.day(3);
    drawTimeCode(planes, TIME_MICROS);
    const random = new Random(1);
    const night = toRgba(planes, (luma, x) => 8 + luma * (0.62 - 0.22 * (x / 1280)) + 12 * random.normal());
    expect(readTimeCode({ width: 1280, height: 720, data: night })).toBe(EXPECTED_MS);
    const blurred = toRgba(planes, (luma, x, y) => {
      let sum = 0;
      for (let d = -3; d <= 3; d++) sum += planes.y[y * 1280 + Math.min(1279, Math.max(0, x + d))] ?? 0;
      return (sum / 7) * 0.5 + luma * 0.05;
    });
    expect(readTimeCode({ width: 1280, height: 720, data: blurred })).toBe(EXPECTED_MS);
  });

  it('reads from a downscaled image', () => {
    const planes = street.day(3);
    drawTimeCode(planes, TIME_MICROS);
    const small = half(planes);
    expect(readTimeCode({ width: 640, height: 360, data: toRgba(small, (luma) => 0.5 * luma) })).toBe(EXPECTED_MS);
  });

  it('finds no code where there is none, and no wrong time when a block is flipped', () => {
    for (let time = 0; time < 40; time += 2) {
      const planes = street.day(time);
      expect(readTimeCode({ width: 1280, height: 720, data: toRgba(planes, (luma) => luma) })).toBeUndefined();
    }
    const planes = street.day(0);
    const block = timeCodeBlock(1280, 720);
    for (let bit = 0; bit < 40; bit++) {
      drawTimeCode(planes, TIME_MICROS);
      const rim = 2 * Math.floor(block / 4);
      const left = rim + bit * block;
      const top = 720 - rim - block;
      const flipped = (planes.y[(top + 4) * 1280 + left + 4] ?? 0) > 100 ? 16 : 235;
      for (let y = top; y < top + block; y++) planes.y.fill(flipped, y * 1280 + left, y * 1280 + left + block);
      const read = readTimeCode({ width: 1280, height: 720, data: toRgba(planes, (luma) => luma) });
      const isValueBit = bit >= 6 && bit < 30;
      if (isValueBit) expect(read, `bit ${bit}`).toBeUndefined();
      else expect([undefined, EXPECTED_MS], `bit ${bit}`).toContain(read);
    }
  });

  it('subtracts across the wrap', () => {
    expect(timeCodeDifference(5, TIME_CODE_MODULUS_MS - 5)).toBe(10);
    expect(timeCodeDifference(100, 60)).toBe(40);
    expect(timeCodeDifference(60, 100)).toBe(-40);
  });
});
