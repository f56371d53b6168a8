import { describe, expect, it } from 'vitest';
import type { Crop } from '../../../src/train/scene/crop.js';
import type { LabelledScene, LabelledVehicle } from '../../../src/train/scene/labelled-scene.js';
import { TARGET_CHANNELS, writeSurfaceTargets, writeVehicleTargets } from '../../../src/train/scene/scene-targets.js';
import { handMadeScene, labelOf } from './hand-made-scene.js';

/** 20 x 12 samples of surfaces, 10 x 6 of vehicles. */
const SIZE = { width: 80, height: 48 };
const COLUMNS = 10;
const WHOLE: Crop = { left: 0, top: 0, width: 1, height: 1, isFlipped: false };
const FLIPPED: Crop = { ...WHOLE, isFlipped: true };
/** The lower right quarter. */
const QUARTER: Crop = { left: 0.5, top: 0.5, width: 0.5, height: 0.5, isFlipped: false };

/** A car seen from behind, 20 % wide and 25 % high, in the middle of sample (row 4, column 6) of the vehicles. */
const CAR: LabelledVehicle = {
  box: [0.55, 0.625, 0.75, 0.875],
  facing: 'rear',
  facingScore: 0.9,
  left: [0.57, 0.75],
  right: [0.73, 0.8],
};

function surfacesOf(scene: LabelledScene, crop: Crop): (column: number, row: number) => Float32Array {
  const start = 13; // a batch's second image starts somewhere
  const out = new Float32Array(start + 20 * 12 * 13).fill(9);
  writeSurfaceTargets(scene, crop, SIZE, { out, start, classWeights: new Float32Array(13).fill(2) });
  expect(out.subarray(0, start).every((value) => value === 9)).toBe(true);
  return (column, row) => out.subarray(start + (row * 20 + column) * 13).subarray(0, 13);
}

function vehiclesOf(scene: LabelledScene, crop: Crop): (column: number, row: number) => readonly number[] {
  const out = new Float32Array(COLUMNS * 6 * TARGET_CHANNELS);
  writeVehicleTargets(scene, crop, SIZE, { out, start: 0 });
  return (column, row) => [...out.subarray((row * COLUMNS + column) * TARGET_CHANNELS).subarray(0, TARGET_CHANNELS)];
}

describe('the targets of surfaces', () => {
  const scene = handMadeScene({
    surfaceAt: (x, y) => (y < 0.5 ? 'sky' : x < 0.25 ? 'facade' : x < 0.5 ? undefined : 'road'),
  });
  const one = (surface: Parameters<typeof labelOf>[0], weight = 2): readonly number[] =>
    new Array<number>(13).fill(0).with(labelOf(surface) - 1, weight);
  const none = new Array<number>(13).fill(0);

  it('are the labels below each sample, times the weight of the surface', () => {
    const at = surfacesOf(scene, WHOLE);
    expect([...at(0, 0)]).toEqual(one('sky'));
    expect([...at(4, 11)]).toEqual(one('facade'));
    expect([...at(5, 11)]).toEqual(none); // unknown
    expect([...at(10, 6)]).toEqual(one('road'));
  });

  it('are mirrored with the image, and move with the crop', () => {
    const flipped = surfacesOf(scene, FLIPPED);
    expect([...flipped(19, 11)]).toEqual(one('facade'));
    expect([...flipped(0, 11)]).toEqual(one('road'));
    expect([...surfacesOf(scene, { ...QUARTER, left: 0 })(0, 0)]).toEqual(one('facade'));
    expect([...surfacesOf(scene, { ...QUARTER, left: 0 })(10, 0)]).toEqual(none);
    expect([...surfacesOf(scene, { ...QUARTER, left: 0, isFlipped: true })(19, 0)]).toEqual(one('facade'));
    expect([...surfacesOf(scene, QUARTER)(0, 0)]).toEqual(one('road'));
  });

  it('are shared by the labels of a sample, and count as much as their confidence', () => {
    const halves = handMadeScene({ surfaceAt: (x) => (x < 0.525 ? 'wall' : 'sign') }); // within sample 10 of 20
    const shared = surfacesOf(halves, WHOLE)(10, 3);
    expect(shared[labelOf('wall') - 1]).toBeCloseTo(1);
    expect(shared[labelOf('sign') - 1]).toBeCloseTo(1);
    const unsure = { ...halves, confidence: new Uint8Array(halves.confidence.length).fill(51) };
    expect(surfacesOf(unsure, WHOLE)(3, 3)[labelOf('wall') - 1]).toBeCloseTo(2 / 5);
    unsure.confidence.fill(10); // too little to count
    expect([...surfacesOf(unsure, WHOLE)(3, 3)]).toEqual(none);
  });
});

describe('the targets of vehicles', () => {
  const scene = handMadeScene({ vehicles: [CAR] });

  it('have their peak at the centre, with facing, size, offset and lamps', () => {
    const at = vehiclesOf(scene, WHOLE);
    const [heat, weight, regressed, front, rear, side, width, height, ...rest] = at(6, 4);
    expect([heat, weight, regressed, front, rear, side]).toEqual([1, 1, 1, 0, 1, 0]);
    expect(width).toBeCloseTo(Math.log(0.2));
    expect(height).toBeCloseTo(Math.log(0.25));
    const expected = [0, 0, -0.4, 0, 0.4, 0.2, 1, 1]; // offset; left, right in widths and heights; weights
    for (const [i, value] of expected.entries()) expect(rest[i]).toBeCloseTo(value);
    expect(at(5, 4)[0]).toBeGreaterThan(0.1);
    expect(at(5, 4)[0]).toBeLessThan(0.98);
    expect(at(0, 0)).toEqual([0, 1, ...new Array<number>(14).fill(0)]);
  });

  it('swap left and right when flipped, and keep the facing', () => {
    const at = vehiclesOf(scene, FLIPPED);
    const [heat, , , front, rear] = at(3, 4);
    expect([heat, front, rear]).toEqual([1, 0, 1]);
    const [left, leftRow, right, rightRow] = at(3, 4).slice(10);
    expect([left, right]).toEqual([expect.closeTo(-0.4), expect.closeTo(0.4)]);
    expect([leftRow, rightRow]).toEqual([expect.closeTo(0.2), expect.closeTo(0)]); // the right one stood lower
  });

  it('grow with the crop, and are relative to what it shows of a vehicle', () => {
    const [heat, , , , rear, , width, height] = vehiclesOf(scene, QUARTER)(3, 3);
    expect([heat, rear]).toEqual([1, 1]);
    expect(width).toBeCloseTo(Math.log(0.4));
    expect(height).toBeCloseTo(Math.log(0.5));
    const right = vehiclesOf(scene, { ...QUARTER, left: 0.66 }); // cuts its left 55 % off
    expect(right(0, 3)[0]).toBe(1);
    expect(right(0, 3)[6]).toBeCloseTo(Math.log(0.18));
    expect(right(0, 3)[12]).toBeCloseTo(0.05 / 0.18);
  });

  it('give the size in samples of a whole input: a crop of half its size looks the same', () => {
    const out = new Float32Array(COLUMNS * 6 * TARGET_CHANNELS);
    writeVehicleTargets(scene, QUARTER, SIZE, { out, start: 0, whole: { width: 160, height: 96 } });
    const [heat, , , , , , width, height] = out.subarray((3 * COLUMNS + 3) * TARGET_CHANNELS);
    expect(heat).toBe(1);
    expect(width).toBeCloseTo(Math.log(0.2)); // as the whole scene at 160 x 96
    expect(height).toBeCloseTo(Math.log(0.25));
  });

  it('say nothing where too little of a vehicle is shown, or where it is too small', () => {
    const rest = vehiclesOf(scene, { ...QUARTER, left: 0.7 }); // a quarter of it
    expect(rest(0, 3)[0]).toBe(0);
    expect(rest(0, 3)[1]).toBe(0);
    expect(rest(9, 0)[1]).toBe(1);
    const far = handMadeScene({ vehicles: [{ box: [0.6, 0.55, 0.64, 0.6], facingScore: 0 }] });
    expect(vehiclesOf(far, WHOLE)(6, 3).slice(0, 2)).toEqual([0, 0]);
  });

  it('learn no facing and no lamps where they are unknown', () => {
    const unknown = handMadeScene({ vehicles: [{ box: CAR.box, facingScore: 0 }] });
    const [heat, , regressed, ...rest] = vehiclesOf(unknown, WHOLE)(6, 4);
    expect([heat, regressed]).toEqual([1, 1]);
    expect(rest.slice(0, 3)).toEqual([0, 0, 0]);
    expect(rest.slice(11)).toEqual([0, 0]);
  });

  it('show a small vehicle in front of a large one', () => {
    const small: LabelledVehicle = { box: [0.6, 0.66, 0.7, 0.84], facing: 'front', facingScore: 1 };
    for (const vehicles of [
      [{ ...CAR, box: [0.2, 0.2, 1, 1] as const }, small],
      [small, { ...CAR, box: [0.2, 0.2, 1, 1] as const }],
    ]) {
      const [heat, , , front, rear] = vehiclesOf(handMadeScene({ vehicles }), WHOLE)(6, 4);
      expect([heat, front, rear]).toEqual([1, 1, 0]);
    }
  });
});
