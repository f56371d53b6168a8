import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { SURFACES } from '../../../src/scene/scene.js';
import { LABEL_HEIGHT, LABEL_WIDTH } from '../../../src/train/scene/labelled-scene.js';
import { canShowBonnet, withBonnet } from '../../../src/train/scene/paint-bonnet.js';
import { handMadeScene } from './hand-made-scene.js';

const VEHICLE = 1 + SURFACES.indexOf('vehicle');
const road = handMadeScene({
  surfaceAt: (_, y) => (y < 0.4 ? 'sky' : 'road'),
  greyAt: (_, y) => (y < 0.4 ? 220 : 90),
  vehicles: [
    { box: [0.4, 0.42, 0.5, 0.5], facing: 'rear', facingScore: 1 },
    { box: [0.4, 0.9, 0.6, 1], facing: 'rear', facingScore: 1 },
  ],
});
const labelAt = (surfaces: Uint8Array, x: number, y: number): number =>
  surfaces[Math.floor(y * LABEL_HEIGHT) * LABEL_WIDTH + Math.floor(x * LABEL_WIDTH)]!;

describe('withBonnet', () => {
  it('paints a bonnet at the bottom, labels it surely, and leaves the rest and the original as they are', () => {
    for (let seed = 0; seed < 30; seed++) {
      const painted = withBonnet(road, new Random(seed));
      expect(labelAt(painted.surfaces, 0.5, 0.999)).toBe(VEHICLE);
      expect(labelAt(painted.surfaces, 0.5, 0.6)).toBe(labelAt(road.surfaces, 0.5, 0.6));
      expect(labelAt(road.surfaces, 0.5, 0.999)).not.toBe(VEHICLE);
      expect(painted.rgb.subarray(0, 1000)).toEqual(road.rgb.subarray(0, 1000));
      expect(painted.rgb.subarray(-600)).not.toEqual(road.rgb.subarray(-600));
      expect(painted.vehicles).toEqual([road.vehicles[0]]); // the other one is hidden
    }
  });

  it('paints the same for the same seed', () => {
    expect(withBonnet(road, new Random(7))).toEqual(withBonnet(road, new Random(7)));
  });

  it('belongs where the bottom’s middle is road', () => {
    expect(canShowBonnet(road)).toBe(true);
    expect(canShowBonnet(handMadeScene({ surfaceAt: () => 'facade', greyAt: () => 90, vehicles: [] }))).toBe(false);
  });
});
