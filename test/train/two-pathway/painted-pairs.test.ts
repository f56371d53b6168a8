import { beforeAll, describe, expect, it } from 'vitest';
import { KEY_REGIONS } from '../../../src/scene/key-regions.js';
import { paintedPairs } from '../../../src/train/two-pathway/painted-pairs.js';
import { writeRegions, writeSigned, type StreetPair } from '../../../src/train/two-pathway/street-pair.js';

const SIZE = { width: 128, height: 72 };
let pairs: readonly StreetPair[] = [];

beforeAll(() => {
  pairs = paintedPairs(2, 1, SIZE);
});

/** Mean luma code, of the samples where a region is or of all. */
function meanLuma(codes: Uint8Array, regions: Uint8Array, kind?: (typeof KEY_REGIONS)[number]): number {
  let [sum, weight] = [0, 0];
  for (let i = 0; i < codes.length / 3; i++) {
    const share = kind ? regions[4 * i + KEY_REGIONS.indexOf(kind)]! : 1;
    sum += share * codes[3 * i]!;
    weight += share;
  }
  return sum / weight;
}

describe('paintedPairs', () => {
  it('paints a street by day and the same street, darker, at night', () => {
    for (const { day, night, regions } of pairs) {
      expect(meanLuma(night, regions)).toBeLessThan(0.5 * meanLuma(day, regions));
      let brightest = 0;
      for (let i = 0; i < night.length; i += 3) brightest = Math.max(brightest, night[i]!);
      expect(brightest, 'lights are on').toBeGreaterThan(150);
    }
    const night = pairs.map(
      ({ night: codes, regions }) => meanLuma(codes, regions, 'vehicle') / meanLuma(codes, regions),
    );
    expect(Math.max(...night), 'vehicles of one of them have their lamps on').toBeGreaterThan(0.8);
  });

  it('is written mirrored with its regions', () => {
    const [{ day, regions }] = pairs as [StreetPair];
    const write = (isFlipped: boolean): [Float32Array, Float32Array] => {
      const [image, planes] = [new Float32Array(day.length), new Float32Array(regions.length)];
      writeSigned(day, SIZE.width, { out: image, start: 0, isFlipped });
      writeRegions(regions, SIZE.width, { out: planes, start: 0, isFlipped });
      return [image, planes];
    };
    const [[image, planes], [mirrored, mirroredPlanes]] = [write(false), write(true)];
    expect(Math.min(...image)).toBeGreaterThanOrEqual(-1);
    const row = 40;
    for (let x = 0; x < SIZE.width; x++) {
      const [here, there] = [row * SIZE.width + x, row * SIZE.width + SIZE.width - 1 - x];
      expect(mirrored[3 * here]).toBe(image[3 * there]);
      expect(mirroredPlanes[4 * here + 3]).toBe(planes[4 * there + 3]);
    }
  });
});
