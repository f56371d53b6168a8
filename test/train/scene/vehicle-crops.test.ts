import { describe, expect, it } from 'vitest';
import type { Crop } from '../../../src/train/scene/crop.js';
import type { LabelledVehicle } from '../../../src/train/scene/labelled-scene.js';
import {
  CROP_TARGETS,
  VehicleCrops,
  vehicleExamples,
  writeCropTargets,
} from '../../../src/train/scene/vehicle-crops.js';
import { handMadeScene } from './hand-made-scene.js';

const CAR: LabelledVehicle = {
  ...{ box: [0.2, 0.4, 0.6, 0.8], facing: 'rear', facingScore: 1 },
  ...{ left: [0.25, 0.6], right: [0.55, 0.65] },
};
/** Twice as large as the car, around its middle. */
const CROP: Crop = { left: 0, top: 0.2, width: 0.8, height: 0.8, isFlipped: false };

function targetsOf(vehicle: LabelledVehicle, crop: Crop): number[] {
  const out = new Float32Array(CROP_TARGETS).fill(7);
  writeCropTargets(vehicle, crop, out);
  return [...out];
}

describe('the targets of a crop', () => {
  it('are the facing, and the lamps from its centre in shares of its side', () => {
    const expected = [1, 0, 1, 0, -0.1875, 0, 0.1875, 0.0625, 1, 1, 1];
    for (const [i, value] of targetsOf(CAR, CROP).entries()) expect(value).toBeCloseTo(expected[i]!);
  });

  it('swap the lamps when flipped, and keep the facing', () => {
    const expected = [1, 0, 1, 0, -0.1875, 0.0625, 0.1875, 0, 1, 1, 1];
    for (const [i, value] of targetsOf(CAR, { ...CROP, isFlipped: true }).entries())
      expect(value).toBeCloseTo(expected[i]!);
  });

  it('weigh nothing that is unknown', () => {
    expect(targetsOf({ box: CAR.box, facingScore: 0 }, CROP)).toEqual([1, ...new Array<number>(10).fill(0)]);
    const oneLamp: LabelledVehicle = { box: CAR.box, facing: 'front', facingScore: 1, right: [0.55, 0.65] };
    const [, front, , , , , , , facing, left, right] = targetsOf(oneLamp, CROP);
    expect([front, facing, left, right]).toEqual([1, 1, 0, 1]);
  });
});

describe('VehicleCrops', () => {
  const scene = handMadeScene({
    greyAt: (x, y) => (x > 0.2 && x < 0.6 && y > 0.4 && y < 0.8 ? 255 : 20),
    vehicles: [CAR],
  });
  const options = {
    real: [scene],
    painted: [],
    batch: 64,
    paintedShare: 0,
    negativeShare: 0.3,
    hard: [],
    hardShare: 0.5,
    seed: 2,
  };

  it('shows vehicles in the middle, and places without one', () => {
    const crops = new VehicleCrops(options);
    let [vehicles, others, brightVehicles, brightOthers] = [0, 0, 0, 0];
    for (let batch = 0; batch < 6; batch++) {
      const { input, targets } = crops.next();
      for (let i = 0; i < 64; i++) {
        const middle = 3 * (i * 48 * 48 + 24 * 48 + 24);
        const isBright = input[middle]! > 0.4 ? 1 : 0;
        if (targets[i * CROP_TARGETS] === 1) [vehicles, brightVehicles] = [vehicles + 1, brightVehicles + isBright];
        if (targets[i * CROP_TARGETS] === 0) [others, brightOthers] = [others + 1, brightOthers + isBright];
      }
    }
    expect(others / (vehicles + others)).toBeGreaterThan(0.2);
    expect(others / (vehicles + others)).toBeLessThan(0.4);
    expect(brightVehicles / vehicles).toBeGreaterThan(0.95);
    expect(brightOthers / others).toBeLessThan(0.3); // parts of a vehicle are none
  });

  it('shows places that only look like a vehicle as none', () => {
    const bright = handMadeScene({ greyAt: () => 255, vehicles: [CAR] });
    const hard = [{ scene: bright, box: { x: 0.7, y: 0.5, width: 0.2, height: 0.2 } }];
    const crops = new VehicleCrops({ ...options, negativeShare: 1, hard, hardShare: 1 });
    const { input, targets } = crops.next();
    for (let i = 0; i < 64; i++) {
      expect([...targets.subarray(i * CROP_TARGETS, (i + 1) * CROP_TARGETS)]).toEqual(new Array<number>(11).fill(0));
      expect(input[3 * (i * 48 * 48 + 24 * 48 + 24)]).toBeGreaterThan(0.4);
    }
  });

  it('continues from its state with the same crops', () => {
    const crops = new VehicleCrops(options);
    crops.next();
    const { state } = crops;
    const expected = crops.next().input.slice();
    const again = new VehicleCrops(options);
    again.restore(state);
    expect(again.next().input).toEqual(expected);
  });

  it('leaves vehicles out that are too small or face nowhere', () => {
    const small: LabelledVehicle = { ...CAR, box: [0.5, 0.5, 0.52, 0.52] };
    const vehicles = [CAR, small, { box: CAR.box, facingScore: 0 }];
    expect(vehicleExamples([{ ...scene, vehicles }]).map(({ vehicle }) => vehicle)).toEqual([CAR]);
  });
});
