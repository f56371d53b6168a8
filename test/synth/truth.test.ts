import { describe, expect, it } from 'vitest';
import type { Planes } from '../../src/synth/planes.js';
import { Street } from '../../src/synth/street.js';
import { signalState } from '../../src/synth/traffic.js';

const WIDTH = 640;
const HEIGHT = 360;
const STEP_S = 1 / 30;

/** Samples luma bilinearly. */
function sample(planes: Planes, x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const at = (i: number, j: number): number =>
    planes.y[Math.min(planes.height - 1, j) * planes.width + Math.min(planes.width - 1, i)] ?? 0;
  const top = at(x0, y0) * (1 - x + x0) + at(x0 + 1, y0) * (x - x0);
  const bottom = at(x0, y0 + 1) * (1 - x + x0) + at(x0 + 1, y0 + 1) * (x - x0);
  return top * (1 - y + y0) + bottom * (y - y0);
}

describe('the ground truth of a street', () => {
  it.each([
    [1, 6],
    [2, 17],
    [9, 31],
  ])('has a flow that warps the previous frame to this one (seed %d, %d s)', (seed, time) => {
    const street = new Street({ width: WIDTH, height: HEIGHT, seed });
    const { flow, valid } = street.truth(time, time - STEP_S);
    const now = street.day(time);
    const previous = street.day(time - STEP_S);
    let warped = 0;
    let still = 0;
    let count = 0;
    for (let y = 0, i = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++, i++) {
        if (valid[i] === 0) continue;
        const there = sample(previous, x + (flow[i] ?? 0), y + (flow[WIDTH * HEIGHT + i] ?? 0));
        warped += Math.abs(there - (now.y[i] ?? 0));
        still += Math.abs((previous.y[i] ?? 0) - (now.y[i] ?? 0));
        count++;
      }
    }
    expect(count / (WIDTH * HEIGHT)).toBeGreaterThan(0.85);
    expect(warped / count).toBeLessThan(3);
    expect(warped).toBeLessThan(0.35 * still);
  });

  it('has zero flow, all valid, between a moment and itself', () => {
    const street = new Street({ width: 320, height: 180, seed: 1 });
    const { flow, valid } = street.truth(4, 4);
    expect(flow.every((value) => Math.abs(value) < 0.01)).toBe(true);
    const share = valid.reduce((sum, value) => sum + value, 0) / valid.length;
    expect(share).toBeGreaterThan(0.999);
  });

  it('marks what was occluded or outside the frame as not valid', () => {
    const street = new Street({ width: 320, height: 180, seed: 1 });
    const { flow, valid } = street.truth(6, 5);
    let outside = 0;
    for (let y = 0, i = 0; y < 180; y++) {
      for (let x = 0; x < 320; x++, i++) {
        const u = x + (flow[i] ?? 0);
        const v = y + (flow[320 * 180 + i] ?? 0);
        if (u >= 0 && v >= 0 && u <= 319 && v <= 179) continue;
        outside++;
        expect(valid[i]).toBe(0);
      }
    }
    // The camera drives forward, so back in time the frame shrinks: what is visible now was nearer to its centre.
    expect(outside).toBeLessThan(320 * 180 * 0.2);
    expect(valid.filter((value) => value === 0).length).toBeGreaterThan(200);
  });

  it('has boxes inside the frame, tight around the pixels of their objects', () => {
    const labels = new Set<string>();
    for (let time = 0; time < 40; time += 4) {
      const street = new Street({ width: WIDTH, height: HEIGHT, seed: 3 });
      const { boxes, objects } = street.truth(time, time);
      expect(boxes.length).toBeGreaterThan(8);
      expect(new Set(boxes.map((box) => box.id)).size).toBe(boxes.length);
      for (const box of boxes) {
        labels.add(box.label);
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(WIDTH);
        expect(box.y + box.height).toBeLessThanOrEqual(HEIGHT);
        let inside = 0;
        for (let y = box.y; y < box.y + box.height; y++) {
          for (let x = box.x; x < box.x + box.width; x++) if (objects[y * WIDTH + x] === box.id) inside++;
        }
        expect(inside).toBe(box.pixels);
      }
      const total = objects.reduce((sum, id) => sum + (boxes.some((box) => box.id === id) ? 1 : 0), 0);
      expect(total).toBe(boxes.reduce((sum, box) => sum + box.pixels, 0));
    }
    for (const label of ['car', 'person', 'traffic light', 'street lamp', 'tree']) expect(labels).toContain(label);
  });

  it('has a box where a car is painted: contrast is higher there than on the asphalt', () => {
    const street = new Street({ width: WIDTH, height: HEIGHT, seed: 1 });
    const { boxes } = street.truth(6, 6);
    const car = boxes.filter((box) => box.label === 'car').reduce((a, b) => (a.pixels > b.pixels ? a : b));
    const asphaltY = Math.min(HEIGHT - 1, car.y + car.height + 6);
    const day = street.day(6);
    const spread = (y0: number, y1: number): number => {
      let min = 255;
      let max = 0;
      for (let y = y0; y < y1; y++) {
        for (let x = car.x; x < car.x + car.width; x++) {
          const value = day.y[y * WIDTH + x] ?? 0;
          min = Math.min(min, value);
          max = Math.max(max, value);
        }
      }
      return max - min;
    };
    expect(spread(car.y, car.y + car.height)).toBeGreaterThan(100);
    expect(spread(asphaltY, Math.min(HEIGHT, asphaltY + 3))).toBeLessThan(100);
  });

  it('has a light mask whose pixels are much brighter than the rest of the night', () => {
    for (const seed of [1, 4]) {
      const street = new Street({ width: WIDTH, height: HEIGHT, seed });
      const { lightMask } = street.truth(9, 9);
      const night = street.night(9);
      let lit = 0;
      let litCount = 0;
      let dark = 0;
      for (let i = 0; i < lightMask.length; i++) {
        if ((lightMask[i] ?? 0) > 200) {
          lit += night.y[i] ?? 0;
          litCount++;
        } else if (lightMask[i] === 0) dark += night.y[i] ?? 0;
      }
      expect(litCount).toBeGreaterThan(500);
      expect(lit / litCount).toBeGreaterThan(2.5 * (dark / (lightMask.length - litCount)));
    }
  });

  it('has signals that keep their hue from day to night', () => {
    const street = new Street({ width: 1280, height: 720, seed: 1 });
    let checked = 0;
    for (const time of [4, 5, 6, 16, 17, 18]) {
      const { boxes, lightMask, objects } = street.truth(time, time);
      const day = street.day(time);
      const night = street.night(time);
      for (const box of boxes.filter((b) => b.label === 'traffic light' && b.pixels > 250)) {
        const mean = { dayU: 0, dayV: 0, nightU: 0, nightV: 0, count: 0 };
        for (let y = box.y; y < box.y + box.height; y++) {
          for (let x = box.x; x < box.x + box.width; x++) {
            if (lightMask[y * 1280 + x] !== 255 || objects[y * 1280 + x] !== box.id) continue;
            const half = (y >> 1) * 640 + (x >> 1);
            mean.dayU += (day.u[half] ?? 0) - 128;
            mean.dayV += (day.v[half] ?? 0) - 128;
            mean.nightU += (night.u[half] ?? 0) - 128;
            mean.nightV += (night.v[half] ?? 0) - 128;
            mean.count++;
          }
        }
        if (mean.count < 6) continue;
        const dayHue = Math.atan2(mean.dayV, mean.dayU);
        const nightHue = Math.atan2(mean.nightV, mean.nightU);
        const turn = Math.abs(Math.atan2(Math.sin(dayHue - nightHue), Math.cos(dayHue - nightHue)));
        expect(turn, `signal ${box.id} at ${time} s`).toBeLessThan(0.35);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(3);
  });

  it('has signals that show all three colours and are green when the camera arrives', () => {
    const states = new Set<string>();
    for (let time = 0; time < 60; time += 0.5) states.add(signalState(3, time));
    expect([...states].sort()).toEqual(['amber', 'green', 'red']);
    for (let block = 0; block < 20; block++) expect(signalState(block, (block * 98) / 8.6)).toBe('green');
  });
});
