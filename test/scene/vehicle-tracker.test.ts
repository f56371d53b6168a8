import { describe, expect, it } from 'vitest';
import type { Facing, Vehicle } from '../../src/scene/scene.js';
import type { VehicleSurroundings } from '../../src/scene/vehicle-history.js';
import type { FoundVehicle } from '../../src/scene/vehicle-peaks.js';
import { VehicleTracker } from '../../src/scene/vehicle-tracker.js';
import { foundVehicle, streetAt, surfacesOf } from './found-scenes.js';

const FRAME = 1 / 30;
const surfaces = surfacesOf(streetAt);
type Surroundings = Omit<VehicleSurroundings, 'isParkedAt'>;
const FIXED: Surroundings = { surfaces, horizon: 0.435, driving: 0.1, isMovingAhead: false, isSettled: false };
const DRIVING: Surroundings = { ...FIXED, driving: 0.9, isMovingAhead: true };

function tracker(): VehicleTracker {
  let id = 1;
  return new VehicleTracker(1, () => id++);
}

/** The first vehicle in each frame; every third frame is read. */
function play(
  vehicles: VehicleTracker,
  seconds: number,
  around: Surroundings,
  found: (seconds: number) => FoundVehicle | undefined,
): Vehicle[] {
  const shown: Vehicle[] = [];
  for (let frame = 0; frame < seconds / FRAME; frame++) {
    vehicles.advance(frame === 0 ? 0 : FRAME, undefined);
    if (frame % 3 === 0) {
      const seen = found(frame * FRAME);
      vehicles.update(seen ? [seen] : [], around);
    }
    const [first] = vehicles.vehicles;
    if (first) shown.push(first);
  }
  return shown;
}

/** A vehicle on the road whose box has grown by a rate. */
const grown = (seconds: number, rate: number, facing: Facing, facingScore: number, width = 0.06): FoundVehicle => {
  const size = width * Math.exp(rate * seconds);
  return foundVehicle({
    box: { x: 0.5 - size / 2, y: 0.55 - size / 2, width: size, height: size },
    facing,
    facingScore,
  });
};

/** Brightness of its lamps relative to a lit one. */
const lit = (vehicle: Vehicle): number => (vehicle.isParked ? 0 : vehicle.fade);

describe('VehicleTracker', () => {
  it('shows the first frame as it is found', () => {
    const found = foundVehicle({ facing: 'rear', facingScore: 0.8 });
    const [vehicle] = play(tracker(), FRAME, FIXED, () => found);
    expect(vehicle).toMatchObject({ facing: 'rear', isParked: false, fade: 1, box: found.box, score: 0.9 });
    expect(vehicle!.facingScore).toBeCloseTo(0.8);
    for (const [i, lamp] of vehicle!.lamps.entries()) expect(lamp.x).toBeCloseTo(found.lamps[i]!.x);
  });

  it.each([
    ['comes before a fixed camera', FIXED, 0.2, 'front'],
    ['leaves before a fixed camera', FIXED, -0.2, 'rear'],
    ['leaves a driving camera', DRIVING, -0.3, 'rear'],
    ['comes fast to a driving camera', DRIVING, 1, 'front'],
    ['keeps its distance ahead of a driving camera', DRIVING, 0.01, 'rear'],
  ] as const)('decides the facing of what %s', (_, around, rate, facing) => {
    const wrong = facing === 'front' ? 'rear' : 'front';
    const width = rate > 0.5 ? 0.02 : 0.08;
    const shown = play(tracker(), 3, around, (seconds) => grown(seconds, rate, wrong, 0.6, width));
    expect(shown.at(-1)!.facing).toBe(facing);
    expect(lit(shown.at(-1)!)).toBe(1);
  });

  it('never takes what overtakes a driving camera for one that comes towards it', () => {
    const from = (seconds: number): FoundVehicle => {
      const box = { x: 0.1 * seconds, y: 0.5, width: 0.1, height: 0.1 };
      return foundVehicle({ box, facing: 'front', facingScore: 0.8 });
    };
    for (const { facing, facingScore } of play(tracker(), 2, DRIVING, from)) {
      expect(facing === 'front' && facingScore > 0).toBe(false);
    }
    expect(play(tracker(), 2, FIXED, from).at(-1)!.facing).toBe('front');
  });

  it('leaves the facing of what grows slowly before a driving camera to the network', () => {
    const shown = play(tracker(), 3, DRIVING, (seconds) => grown(seconds, 0.3, 'rear', 0.8, 0.04));
    expect(shown.every(({ facing }) => facing === 'rear')).toBe(true);
  });

  it('changes the facing in the dark: lamps fade out, then in', () => {
    const shown = play(tracker(), 6, FIXED, (seconds) => {
      const box = { x: 0.3 + 0.03 * seconds, y: 0.5, width: 0.1, height: 0.12 };
      return foundVehicle({ box, facing: seconds < 2 ? 'rear' : 'front', facingScore: 0.9 });
    });
    expect([shown[0]!.facing, shown.at(-1)!.facing]).toEqual(['rear', 'front']);
    let changes = 0;
    for (let i = 1; i < shown.length; i++) {
      const [before, now] = [shown[i - 1]!, shown[i]!];
      expect(Math.abs(lit(now) - lit(before))).toBeLessThan(FRAME / 0.2 + 1e-6);
      if (before.facing === now.facing) continue;
      changes++;
      expect(lit(before)).toBeLessThan(0.2);
      expect(lit(now)).toBeLessThan(0.2);
    }
    expect(changes).toBe(1);
    expect(lit(shown.at(-1)!)).toBe(1);
  });

  it('does not blink where reads disagree about the facing now and then', () => {
    const shown = play(tracker(), 4, FIXED, (seconds) => {
      const box = { x: 0.3 + 0.05 * seconds, y: 0.5, width: 0.1, height: 0.12 };
      const isOdd = Math.round(seconds * 10) % 8 >= 6;
      return foundVehicle({ box, facing: isOdd ? 'rear' : 'front', facingScore: isOdd ? 0.55 : 0.8 });
    });
    expect(Math.min(...shown.map(lit))).toBe(1);
    const scores = shown.map(({ facingScore }) => facingScore);
    for (let i = 1; i < scores.length; i++) expect(Math.abs(scores[i]! - scores[i - 1]!)).toBeLessThan(0.05);
  });

  it('keeps a vehicle dark for a second whose lamps went out', () => {
    const shown = play(tracker(), 8, FIXED, (seconds) => {
      const box = { x: 0.2 + 0.05 * seconds, y: 0.5, width: 0.1, height: 0.12 };
      return foundVehicle({ box, facingScore: seconds > 2 && seconds < 5 ? 0.4 : 0.95 });
    });
    const gaps: number[] = [];
    for (let i = 0, since = 0; i < shown.length; i++) {
      if (lit(shown[i]!) === 0) continue;
      if (since > 0 && i - since > 1) gaps.push((i - since) * FRAME);
      since = i;
    }
    expect(gaps.length).toBeGreaterThan(0);
    expect(Math.min(...gaps)).toBeGreaterThan(1);
  });

  it('takes what is not sure enough to be new for a vehicle that was seen before, and for no other', () => {
    const unsure = foundVehicle({ score: 0.4 });
    expect(play(tracker(), 2, FIXED, () => unsure)).toEqual([]);
    const shown = play(tracker(), 2, FIXED, (seconds) => (seconds < 0.5 ? foundVehicle() : unsure));
    expect(shown).toHaveLength(60);
    expect(Math.min(...shown.map(({ fade }) => fade))).toBe(1);
  });

  it('must be surer of a new vehicle where the camera looks down and shows no horizon', () => {
    const above = { ...FIXED, horizon: 0 };
    const seen = (score: number, around: Surroundings): number =>
      play(tracker(), 1, around, () => foundVehicle({ score })).length;
    expect(seen(0.6, FIXED)).toBeGreaterThan(0);
    expect(seen(0.6, above)).toBe(0);
    expect(seen(0.85, above)).toBeGreaterThan(0);
  });

  it('keeps a vehicle dark whose facing is not sure', () => {
    const shown = play(tracker(), 2, FIXED, (seconds) =>
      foundVehicle({
        box: { x: 0.3 + 0.05 * seconds, y: 0.5, width: 0.1, height: 0.12 },
        facing: Math.round(seconds * 10) % 2 === 0 ? 'front' : 'rear',
        facingScore: 0.55,
      }),
    );
    expect(shown.slice(10).every((vehicle) => vehicle.isParked)).toBe(true);
    expect(play(tracker(), FRAME, FIXED, () => foundVehicle({ facingScore: 0.5 }))[0]!.isParked).toBe(true);
  });

  it('parks what stands at the kerb, also in the first frame', () => {
    const box = { x: 0.7, y: 0.6, width: 0.1, height: 0.1 };
    const atKerb = foundVehicle({ box });
    expect(play(tracker(), 1, FIXED, () => atKerb).every((vehicle) => vehicle.isParked)).toBe(true);
    const fromAbove = { ...FIXED, horizon: 0.1 };
    expect(play(tracker(), 1, fromAbove, () => atKerb).some((vehicle) => vehicle.isParked)).toBe(false);
  });

  it('parks the row behind a parked vehicle that hides its kerb', () => {
    const row = [
      foundVehicle({ box: { x: 0.62, y: 0.54, width: 0.06, height: 0.06 } }),
      foundVehicle({ box: { x: 0.66, y: 0.55, width: 0.12, height: 0.14 } }),
    ];
    const hidden = surfacesOf((x, y) => (x > 0.62 && x < 0.78 && y > 0.54 && y < 0.69 ? 'vehicle' : streetAt(x, y)));
    const isParked = (found: readonly FoundVehicle[]): boolean[] => {
      const vehicles = tracker();
      vehicles.update(found, { ...FIXED, surfaces: hidden });
      return vehicles.vehicles.map((vehicle) => vehicle.isParked);
    };
    expect(isParked(row)).toEqual([true, true]);
    expect(isParked(row.slice(0, 1))).toEqual([false]);
  });

  it('lights a parked vehicle that drives off before a fixed camera', () => {
    const shown = play(tracker(), 5, FIXED, (seconds) => {
      const gone = 0.06 * Math.max(0, seconds - 2);
      return foundVehicle({ box: { x: 0.7 - gone, y: 0.6, width: 0.1, height: 0.1 } });
    });
    expect(shown[30]!.isParked).toBe(true);
    expect(lit(shown.at(-1)!)).toBe(1);
  });

  it('leaves dark what appears before a camera that stands for long until it moves: a stall looks like a van', () => {
    const settled = { ...FIXED, isSettled: true };
    const stall = foundVehicle();
    for (const vehicle of play(tracker(), 2.5, settled, () => stall)) expect(lit(vehicle)).toBe(0);
    const moving = play(tracker(), 2.5, settled, (seconds) => grown(seconds, 0.2, 'front', 0.9, 0.08));
    expect(lit(moving[0]!)).toBe(0);
    expect(lit(moving.at(-1)!)).toBe(1);
  });

  it('parks what stands for seconds before a fixed camera, by fading it out', () => {
    const shown = play(tracker(), 5, FIXED, () => foundVehicle());
    expect(lit(shown[60]!)).toBe(1);
    expect(lit(shown.at(-1)!)).toBe(0);
    for (let i = 1; i < shown.length; i++) {
      expect(lit(shown[i - 1]!) - lit(shown[i]!)).toBeLessThan(FRAME / 0.2 + 1e-6);
    }
  });

  it('parks a far vehicle before a fixed camera though its box jitters by a pixel', () => {
    const shown = play(tracker(), 8, FIXED, (seconds) =>
      grown(0, 0, 'front', 0.9, 0.03 + 0.003 * Math.sin(3 * seconds)),
    );
    expect(lit(shown.at(-1)!)).toBe(0);
  });

  it('puts the lamps out of what moves as its decided side cannot', () => {
    const shown = play(tracker(), 1.3, FIXED, (seconds) => grown(seconds, -0.5, 'front', 0.97, 0.1));
    expect(lit(shown[10]!)).toBe(1);
    expect(lit(shown.at(-1)!)).toBeCloseTo(0);
  });

  it('takes what is missed twice at the edge for gone', () => {
    const box = { x: 0.9, y: 0.5, width: 0.12, height: 0.1 };
    const shown = play(tracker(), 1.1, FIXED, (seconds) => (seconds < 0.5 ? foundVehicle({ box }) : undefined));
    const inside = play(tracker(), 1.1, FIXED, (seconds) => (seconds < 0.5 ? foundVehicle() : undefined));
    const after = (vehicles: readonly Vehicle[]): number => vehicles.filter((vehicle) => lit(vehicle) > 0).length;
    expect(after(shown)).toBeLessThan(after(inside) - 3);
  });

  it('keeps a vehicle lit that drives ahead of the camera at its speed, beside a verge', () => {
    const box = { x: 0.68, y: 0.6, width: 0.12, height: 0.1 };
    const shown = play(tracker(), 3, DRIVING, () => foundVehicle({ box, facing: 'rear' }));
    expect(shown[0]!.isParked).toBe(true);
    expect(lit(shown.at(-1)!)).toBe(1);
  });

  it('keeps the lamps at their places in the box, whatever single reads say', () => {
    const shown = play(tracker(), 3, FIXED, (seconds) => {
      const found = foundVehicle({ box: { x: 0.2 + 0.1 * seconds, y: 0.5, width: 0.1, height: 0.12 } });
      const error = Math.round(seconds * 10) % 2 === 0 ? 0.01 : -0.01;
      const [left, right] = found.lamps;
      return {
        ...found,
        lamps: [
          { ...left, x: left.x + error },
          { ...right, x: right.x + error },
        ],
      };
    });
    for (const { box, lamps } of shown.slice(45)) {
      expect((lamps[0].x - box.x) / box.width).toBeCloseTo(0.1, 1);
      expect((lamps[1].x - box.x) / box.width).toBeCloseTo(0.9, 1);
    }
  });

  it('follows the size of a vehicle that comes near', () => {
    const shown = play(tracker(), 3, DRIVING, (seconds) => grown(seconds, 0.7, 'front', 0.9, 0.03));
    const size = 0.03 * Math.exp(0.7 * (shown.length - 1) * FRAME);
    expect(Math.abs(shown.at(-1)!.box.width / size - 1)).toBeLessThan(0.06);
  });
});
