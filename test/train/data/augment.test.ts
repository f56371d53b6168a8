import { describe, expect, it } from 'vitest';
import {
  Augmenter,
  CYCLE_GAN_AUGMENT,
  DEFAULT_AUGMENT,
  NO_AUGMENT,
  type AugmentOptions,
  type Placement,
} from '../../../src/train/data/augment.js';
import { storedImage } from './stored-images.js';

const SIZE = { width: 16, height: 10 };
const IMAGE = storedImage('a.png', [24, 14], (x, y, channel) => (channel === 0 ? 4 * x + y : 100 + x + 2 * channel));

function placement(): Placement {
  return { left: 0, top: 0, isFlipped: false };
}

function write(options: AugmentOptions, seed: number, image = IMAGE): { out: Float32Array; place: Placement } {
  const augmenter = new Augmenter(options, SIZE, seed);
  const out = new Float32Array(3 * SIZE.width * SIZE.height);
  const place = placement();
  augmenter.samplePlacementInto(image, place);
  augmenter.augmentInto(image, place, out, 0);
  return { out, place };
}

function meanOf(out: Float32Array, channel: number): number {
  let sum = 0;
  for (let i = channel; i < out.length; i += 3) sum += out[i]!;
  return (3 * sum) / out.length;
}

describe('Augmenter', () => {
  it('returns the unchanged centre crop without augmentation', () => {
    const { out } = write(NO_AUGMENT, 1);
    expect(out[0]).toBeCloseTo((4 * 4 + 2) / 255, 6);
    expect(out[1]).toBeCloseTo((100 + 4 + 2 - 128) / 255, 6);
    expect(out[2]).toBeCloseTo((100 + 4 + 4 - 128) / 255, 6);
    expect(out.at(-3)).toBeCloseTo((4 * 19 + 11) / 255, 6);
  });

  it('crops at every position and flips half of the time', () => {
    const augmenter = new Augmenter(CYCLE_GAN_AUGMENT, SIZE, 3);
    const place = placement();
    const places = new Set<string>();
    let flips = 0;
    for (let i = 0; i < 2000; i++) {
      augmenter.samplePlacementInto(IMAGE, place);
      places.add(`${place.left},${place.top}`);
      if (place.isFlipped) flips++;
    }
    expect(places.size).toBe(9 * 5);
    expect(flips).toBeGreaterThan(900);
    expect(flips).toBeLessThan(1100);
  });

  it('mirrors rows when it flips', () => {
    const augmenter = new Augmenter(NO_AUGMENT, SIZE, 1);
    const [plain, flipped] = [new Float32Array(3 * 160), new Float32Array(3 * 160)];
    augmenter.augmentInto(IMAGE, { left: 3, top: 1, isFlipped: false }, plain, 0);
    augmenter.augmentInto(IMAGE, { left: 3, top: 1, isFlipped: true }, flipped, 0);
    for (let row = 0; row < 10; row++) {
      for (let x = 0; x < 16; x++) {
        for (let c = 0; c < 3; c++) {
          expect(flipped[3 * (16 * row + x) + c]).toBe(plain[3 * (16 * row + 15 - x) + c]);
        }
      }
    }
  });

  it('changes exposure in luma and chroma equally and keeps black', () => {
    const options = { ...NO_AUGMENT, exposure: { probability: 1, stops: 1, gamma: 0 } };
    const plain = write(NO_AUGMENT, 1).out;
    const ratios = Array.from({ length: 20 }, (_, seed) => {
      const { out } = write(options, seed);
      const ratio = out[30]! / plain[30]!;
      expect(out[31]! / plain[31]!).toBeCloseTo(ratio, 4);
      expect(ratio).toBeGreaterThanOrEqual(0.5);
      expect(ratio).toBeLessThanOrEqual(2);
      return ratio;
    });
    expect(Math.max(...ratios) / Math.min(...ratios)).toBeGreaterThan(1.5);
    const black = storedImage('k.png', [16, 10], (_x, _y, channel) => (channel === 0 ? 0 : 128));
    expect(Math.max(...write(options, 2, black).out)).toBe(0);
  });

  it('shifts white and keeps black when it changes the white balance', () => {
    const options = { ...NO_AUGMENT, whiteBalance: { probability: 1, strength: 0.1 } };
    const flat = (code: number): ReturnType<typeof storedImage> =>
      storedImage('f.png', [16, 10], (_x, _y, channel) => (channel === 0 ? code : 128));
    const shifts = Array.from({ length: 20 }, (_, seed) => meanOf(write(options, seed, flat(255)).out, 1));
    expect(Math.max(...shifts)).toBeGreaterThan(0.03);
    expect(Math.min(...shifts)).toBeLessThan(-0.03);
    expect(meanOf(write(options, 1, flat(0)).out, 1)).toBe(0);
  });

  it('adds noise of the given strength', () => {
    const options = { ...NO_AUGMENT, noise: { probability: 1, luma: 0.05, chroma: 0.01 } };
    const grey = storedImage('g.png', [16, 10], () => 128);
    const spreads = Array.from({ length: 40 }, (_, seed) => {
      const { out } = write(options, seed, grey);
      const mean = meanOf(out, 0);
      let sum = 0;
      for (let i = 0; i < out.length; i += 3) sum += (out[i]! - mean) ** 2;
      return Math.sqrt((3 * sum) / out.length);
    });
    // The standard deviation is uniform from 0 to 0.05.
    expect(Math.max(...spreads)).toBeGreaterThan(0.04);
    expect(Math.max(...spreads)).toBeLessThan(0.06);
    expect(spreads.reduce((a, b) => a + b, 0) / 40).toBeGreaterThan(0.018);
    expect(spreads.reduce((a, b) => a + b, 0) / 40).toBeLessThan(0.032);
  });

  it('stays in range and writes only its part of the buffer', () => {
    const wild: AugmentOptions = {
      crop: 'random',
      flip: 0.5,
      exposure: { probability: 1, stops: 2, gamma: 0.5 },
      whiteBalance: { probability: 1, strength: 0.5 },
      noise: { probability: 1, luma: 0.5, chroma: 0.5 },
    };
    const augmenter = new Augmenter(wild, SIZE, 8);
    const colors = storedImage('c.png', [24, 14], (x, y, channel) => (97 * x + 31 * y + 85 * channel) & 255);
    const out = new Float32Array(3 * 160 + 20).fill(7);
    const place = placement();
    for (let i = 0; i < 50; i++) {
      augmenter.samplePlacementInto(colors, place);
      augmenter.augmentInto(colors, place, out, 10);
      for (let k = 10; k < 490; k++) {
        const isLuma = (k - 10) % 3 === 0;
        expect(out[k]! >= (isLuma ? 0 : -0.5) && out[k]! <= (isLuma ? 1 : 0.5)).toBe(true);
      }
    }
    expect([...out.subarray(0, 10), ...out.subarray(490)].every((value) => value === 7)).toBe(true);
  });

  it('continues bit for bit from its state', () => {
    const augmenter = new Augmenter(DEFAULT_AUGMENT, SIZE, 8);
    const place = placement();
    const [one, two] = [new Float32Array(480), new Float32Array(480)];
    for (let i = 0; i < 7; i++) {
      augmenter.samplePlacementInto(IMAGE, place);
      augmenter.augmentInto(IMAGE, place, one, 0);
    }
    const later = new Augmenter(DEFAULT_AUGMENT, SIZE, 1);
    later.restore(augmenter.state);
    augmenter.samplePlacementInto(IMAGE, place);
    augmenter.augmentInto(IMAGE, place, one, 0);
    later.samplePlacementInto(IMAGE, place);
    later.augmentInto(IMAGE, place, two, 0);
    expect(two).toEqual(one);
  });

  it('rejects an image smaller than the crop and options out of range', () => {
    const small = storedImage('s.png', [15, 10], () => 0);
    expect(() => {
      new Augmenter(NO_AUGMENT, SIZE, 1).samplePlacementInto(small, placement());
    }).toThrow(/16x10 or larger, got 15x10/);
    expect(() => new Augmenter({ ...NO_AUGMENT, flip: 1.5 }, SIZE, 1)).toThrow(RangeError);
    expect(() => new Augmenter({ ...NO_AUGMENT, noise: { probability: 1, luma: -1, chroma: 0 } }, SIZE, 1)).toThrow(
      RangeError,
    );
  });
});
