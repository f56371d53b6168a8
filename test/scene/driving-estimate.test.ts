import { describe, expect, it } from 'vitest';
import { CameraMotionReader } from '../../src/scene/camera-motion.js';
import { DrivingEstimate } from '../../src/scene/driving-estimate.js';
import { ahead, foundScene, motionOf, STILL, surfacesOf } from './found-scenes.js';
import type { FoundScene } from '../../src/scene/found-scene.js';
import type { Motion } from '../../src/temporal/motion.js';

const FRAME = 1 / 30;
const reader = new CameraMotionReader();

/** Plays seconds of one motion, read 10 times a second. */
function play(estimate: DrivingEstimate, seconds: number, motion: Motion | undefined, found: FoundScene): number {
  for (let frame = 0; frame < seconds / FRAME; frame++) {
    estimate.advance(motion && reader.read(motion), FRAME);
    if (frame % 3 === 0) estimate.update(found, 3 * FRAME);
  }
  return estimate.value;
}

const street = foundScene();
const withBonnet = foundScene({ hasBonnet: true });

describe('CameraMotionReader', () => {
  it('reads shift and expansion', () => {
    const grown = reader.read(ahead(0.01))!;
    expect(grown.expansion).toBeCloseTo(0.01, 3);
    expect(grown.shift).toBeGreaterThan(0.002);
    const panned = reader.read(motionOf(() => [0.02, 0]))!;
    expect(panned.shift).toBeCloseTo(0.02);
    expect(panned.expansion).toBeCloseTo(0);
    expect(reader.read(motionOf(() => [0.02, 0], 0))).toBeUndefined();
  });
});

describe('DrivingEstimate', () => {
  it.each([
    ['a bonnet', withBonnet, 0.9],
    ['a level street', street, 0.65],
    ['a view from above', foundScene({ horizon: 0.1 }), 0.1],
    ['pavement ahead', foundScene({ surfaces: surfacesOf((_, y) => (y < 0.45 ? 'facade' : 'ground')) }), 0.4],
  ])('begins by what the first frame shows: %s', (_, found, value) => {
    const estimate = new DrivingEstimate();
    estimate.update(found, 0);
    expect(estimate.value).toBe(value);
  });

  it('is fixed where nothing but the traffic moves', () => {
    const traffic = motionOf((x, y) => (y > 0.6 && x > 0.3 && x < 0.6 ? [0.01, 0.01] : [0, 0]));
    expect(play(new DrivingEstimate(), 20, traffic, street)).toBeLessThan(0.15);
  });

  it('drives where the view expands, and still does at a red light', () => {
    const estimate = new DrivingEstimate();
    expect(play(estimate, 6, ahead(0.005), street)).toBeGreaterThan(0.85);
    expect(play(estimate, 25, STILL, street)).toBeGreaterThan(0.6);
  });

  it('drives with a bonnet that stands for a while, but not for ever', () => {
    const estimate = new DrivingEstimate();
    expect(play(estimate, 10, STILL, withBonnet)).toBeGreaterThan(0.5);
    expect(play(estimate, 60, STILL, withBonnet)).toBeLessThan(0.5);
  });

  it('learns nothing from a camera that pans, or from no motion at all', () => {
    expect(
      play(
        new DrivingEstimate(),
        10,
        motionOf(() => [0.01, 0]),
        street,
      ),
    ).toBe(0.65);
    expect(play(new DrivingEstimate(), 10, undefined, street)).toBe(0.65);
  });

  it('follows a bonnet that is seen persistently', () => {
    const estimate = new DrivingEstimate();
    play(estimate, 1, undefined, street);
    estimate.update(withBonnet, 0.1);
    expect(estimate.bonnet).toBeLessThan(0.2);
    play(estimate, 8, undefined, withBonnet);
    expect(estimate.bonnet).toBeGreaterThan(0.9);
    expect(estimate.value).toBeGreaterThan(0.65);
  });
});
