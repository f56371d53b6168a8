import { describe, expect, it } from 'vitest';
import { MAX_VEHICLES, overlap, vehiclePeaks, type VehicleMaps } from '../../src/scene/vehicle-peaks.js';

const [WIDTH, HEIGHT] = [56, 32];
const SIZE = WIDTH * HEIGHT;

/** Maps without vehicles. */
function emptyMaps(): VehicleMaps {
  return { data: new Float32Array(12 * SIZE).fill(-6, 0, SIZE), width: WIDTH, height: HEIGHT };
}

/** Puts what the network says of a vehicle at a sample. */
function put(
  { data }: VehicleMaps,
  [column, row]: readonly [number, number],
  logit: number,
  [width, height]: readonly [number, number] = [0.1, 0.1],
): void {
  const i = row * WIDTH + column;
  const values = [logit, 0, 3, 0, Math.log(width), Math.log(height), 0.25, -0.25, -0.4, 0.1, 0.4, 0.1];
  for (const [channel, value] of values.entries()) data[channel * SIZE + i] = value;
}

describe('vehiclePeaks', () => {
  it('reads box, facing and lamps at a peak', () => {
    const maps = emptyMaps();
    put(maps, [20, 16], 2, [0.2, 0.1]);
    const [vehicle, ...others] = vehiclePeaks(maps, 0.35);
    expect(others).toEqual([]);
    const x = 20.75 / WIDTH;
    const y = 16.25 / HEIGHT;
    expect(vehicle!.box.x).toBeCloseTo(x - 0.1, 5);
    expect(vehicle!.box.y).toBeCloseTo(y - 0.05, 5);
    expect(vehicle!.box.width).toBeCloseTo(0.2, 5);
    expect(vehicle!.score).toBeCloseTo(1 / (1 + Math.exp(-2)), 5);
    expect(vehicle!.facing).toBe('rear');
    expect(vehicle!.facingScore).toBeCloseTo(Math.exp(3) / (Math.exp(3) + 2), 4);
    expect(vehicle!.lamps[0].x).toBeCloseTo(x - 0.4 * 0.2, 5);
    expect(vehicle!.lamps[1].y).toBeCloseTo(y + 0.1 * 0.1, 5);
  });

  it('leaves out what is below the score, also where the maps say nothing', () => {
    const maps = emptyMaps();
    put(maps, [20, 16], -1);
    expect(vehiclePeaks(maps, 0.35)).toEqual([]);
    expect(vehiclePeaks(maps, 0.2)).toHaveLength(1);
  });

  it('keeps one of a plateau and the surest of boxes that overlap', () => {
    const maps = emptyMaps();
    put(maps, [20, 16], 2);
    put(maps, [21, 16], 2);
    expect(vehiclePeaks(maps, 0.35)).toHaveLength(1);
    put(maps, [22, 16], 3);
    put(maps, [40, 16], 1);
    expect(vehiclePeaks(maps, 0.35).map(({ score }) => score > 0.9)).toEqual([true, false]);
  });

  it('finds vehicles at the corners and at most as many as fit', () => {
    const maps = emptyMaps();
    for (let row = 0; row < HEIGHT; row += 3) {
      for (let column = 0; column < WIDTH; column += 3) put(maps, [column, row], 1, [0.02, 0.02]);
    }
    put(maps, [0, 0], 5, [0.02, 0.02]);
    put(maps, [WIDTH - 1, HEIGHT - 1], 4, [0.02, 0.02]);
    const found = vehiclePeaks(maps, 0.35);
    expect(found).toHaveLength(MAX_VEHICLES);
    expect(found[0]!.box.x).toBeCloseTo(0.75 / WIDTH - 0.01, 5);
  });
});

describe('overlap', () => {
  it('is 1 for equal boxes, 0 for boxes apart, a third for halves in common', () => {
    const box = { x: 0.1, y: 0.1, width: 0.2, height: 0.2 };
    expect(overlap(box, box)).toBeCloseTo(1);
    expect(overlap(box, { ...box, x: 0.5 })).toBe(0);
    expect(overlap(box, { ...box, x: 0.2 })).toBeCloseTo(1 / 3);
  });
});
