import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import type { Crop } from '../../../src/train/scene/crop.js';
import { SceneBatches, surfaceWeights } from '../../../src/train/scene/scene-batches.js';
import { PLAIN_SHOT, randomShot, writeInput } from '../../../src/train/scene/scene-sampler.js';
import { handMadeScene, labelOf } from './hand-made-scene.js';

const SIZE = { width: 64, height: 32 };
const scene = handMadeScene({ greyAt: (x, y) => 200 * x + 50 * y });

function lumaOf(crop: Partial<Crop>): (x: number, y: number) => number {
  const out = new Float32Array(3 * SIZE.width * SIZE.height);
  const shot = { ...PLAIN_SHOT, crop: { ...PLAIN_SHOT.crop, ...crop } };
  writeInput(scene, shot, SIZE, { out, start: 0, random: new Random(1) });
  return (x, y) => out[3 * (y * SIZE.width + x)]!;
}

describe('the input of the scene network', () => {
  it('is the image in Y, U and V, and nothing else without a degradation', () => {
    const out = new Float32Array(3 * SIZE.width * SIZE.height);
    writeInput(scene, PLAIN_SHOT, SIZE, { out, start: 0, random: new Random(1) });
    for (let i = 0; i < SIZE.width * SIZE.height; i++) {
      const [x, y] = [((i % SIZE.width) + 0.5) / SIZE.width, (Math.floor(i / SIZE.width) + 0.5) / SIZE.height];
      expect(Math.abs(out[3 * i]! - (200 * x + 50 * y) / 255)).toBeLessThan(0.01);
      expect(Math.abs(out[3 * i + 1]!)).toBeLessThan(1e-3);
      expect(Math.abs(out[3 * i + 2]!)).toBeLessThan(1e-3);
    }
  });

  it('is mirrored by a flip and enlarged by a crop', () => {
    const [plain, flipped] = [lumaOf({}), lumaOf({ isFlipped: true })];
    for (const x of [0, 13, 40]) expect(flipped(x, 7)).toBeCloseTo(plain(63 - x, 7), 2);
    const quarter = lumaOf({ left: 0.5, top: 0.25, width: 0.5, height: 0.5 });
    expect(quarter(32, 16)).toBeCloseTo((200 * (0.5 + 0.5 * (32.5 / 64)) + 50 * (0.25 + 0.5 * (16.5 / 32))) / 255, 2);
    const mirrored = lumaOf({ left: 0.5, top: 0.25, width: 0.5, height: 0.5, isFlipped: true });
    expect(mirrored(31, 16)).toBeCloseTo(quarter(32, 16), 2);
  });

  it('shows crops inside the image, half of them flipped', () => {
    const random = new Random(5);
    const shots = Array.from({ length: 400 }, (_, i) => randomShot(random, i % 2 === 0 ? 1 : 0.7).crop);
    for (const { left, top, width, height } of shots) {
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(Math.max(left + width, top + height)).toBeLessThanOrEqual(1 + 1e-9);
      expect(Math.min(width, height)).toBeGreaterThan(0.35);
    }
    const flips = shots.filter(({ isFlipped }) => isFlipped).length;
    expect(flips).toBeGreaterThan(150);
    expect(flips).toBeLessThan(250);
  });

  it('stays within the range of the network under degradation', () => {
    const random = new Random(8);
    const out = new Float32Array(3 * SIZE.width * SIZE.height);
    for (let i = 0; i < 60; i++) {
      writeInput(scene, randomShot(random), SIZE, { out, start: 0, random });
      expect(out.every((value, at) => value > (at % 3 === 0 ? -0.3 : -0.8) && value < 1.3)).toBe(true);
    }
  });
});

describe('SceneBatches', () => {
  const options = {
    real: ['a', 'a', 'a', 'a', 'b'].map((group) => handMadeScene({ group, greyAt: () => (group === 'a' ? 0 : 255) })),
    painted: [],
    batch: 2,
    paintedShare: 0,
    bonnetShare: 0,
    sizes: { whole: { width: 64, height: 32 }, crop: { width: 32, height: 32 } },
    classWeights: new Float32Array(13).fill(1),
    seed: 4,
  };

  it('draws the same batches from the same state', () => {
    const first = new SceneBatches(options);
    first.next(true);
    const { state } = first;
    const expected = first.next(false).input.slice();
    const again = new SceneBatches(options);
    again.restore(state);
    expect(again.next(false).input).toEqual(expected);
    expect(first.next(true).size).toEqual({ width: 64, height: 32 });
  });

  it('draws a group with four images of one place twice as often as one with one', () => {
    const batches = new SceneBatches(options);
    let bright = 0;
    for (let i = 0; i < 1000; i++) {
      const { input } = batches.next(false);
      for (const start of [0, input.length / 2]) bright += input[start]! > 0.45 ? 1 : 0;
    }
    expect(bright / 2000).toBeGreaterThan(0.29);
    expect(bright / 2000).toBeLessThan(0.38);
  });
});

describe('surfaceWeights', () => {
  it('weighs rare surfaces higher, with a mean of 1 over the samples', () => {
    const scenes = [handMadeScene({ surfaceAt: (_, y) => (y < 0.9 ? 'road' : 'sign') })];
    const weights = surfaceWeights(scenes, -0.5);
    const [road, sign] = [weights[labelOf('road') - 1]!, weights[labelOf('sign') - 1]!];
    expect(sign / road).toBeCloseTo(3, 1);
    expect(0.9 * road + 0.1 * sign).toBeCloseTo(1, 2);
  });
});
