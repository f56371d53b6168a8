import { Random } from '../core/random.js';
import { objectId } from './city.js';
import {
  BLOCK_LENGTH,
  CROSSING_WIDTH,
  FACADE_X,
  hash,
  KERB_HEIGHT,
  ROAD_HALF_WIDTH,
  VIEW_DISTANCE,
} from './street-plan.js';
import { DEMO_STREET, type Heading } from './street-variation.js';
import type { VehicleModel } from './vehicle.js';
import { EGO_SPEED, egoZ } from './camera.js';

/** A moving vehicle. */
export interface MovingVehicle {
  readonly id: number;
  readonly z: number;
  /** Metres a second along z; negative: towards the camera. */
  readonly speed: number;
  readonly model: VehicleModel;
}

/** A person who walks along the pavement or stands on a crosswalk. */
export interface Walker {
  readonly id: number;
  readonly x: number;
  readonly z: number;
  /** Height of the ground, metres. */
  readonly foot: number;
  /** Metres a second along z. */
  readonly speed: number;
  /** Random bits that select clothes, skin and hair, 0 to 2^20. */
  readonly appearance: number;
  /** Body height, metres. */
  readonly height: number;
  /** Phase of the steps at time 0, radians. */
  readonly phase: number;
}

/** A time of the street, and the previous time, from which motion is measured. */
export interface StreetTime {
  readonly timeS: number;
  /** Equal to `timeS` where motion is not needed. */
  readonly previousTimeS: number;
}

/** The lit lamp of a signal. */
export type SignalState = 'red' | 'amber' | 'green';

const ONCOMING_SPEED = -8;
/** Minimum length of street for one vehicle where there are buses and lorries, metres. */
const MIN_BUS_SPACING = 16;
const WALKER_SPACING = 10;

/** Returns the vehicles of the left lane in view at a time. They come towards the camera; see {@link Heading}. */
export function oncomingVehicles(seed: number, timeS: number, variation = DEMO_STREET): MovingVehicle[] {
  const { spacing, share } = variation.leftLane;
  const from = egoZ(timeS) - 8;
  return collectSlots(from - ONCOMING_SPEED * timeS, VIEW_DISTANCE, spacing, (index) => {
    const random = new Random(hash(seed, 61, index));
    if (random.next() > share) return undefined;
    const z = index * spacing + random.between(0, slack(spacing)) + ONCOMING_SPEED * timeS;
    const model = variation.pickModel(random, spacing < MIN_BUS_SPACING);
    return { id: objectId('oncoming', index), z, speed: ONCOMING_SPEED, model };
  });
}

/** Returns the vehicles ahead in the ego lane. They drive at the mean ego speed, so the camera never reaches them. */
export function leadingVehicles(seed: number, timeS: number, variation = DEMO_STREET): MovingVehicle[] {
  const { spacing, share } = variation.rightLane;
  const made: MovingVehicle[] = [];
  for (let index = 0; index * spacing < VIEW_DISTANCE; index++) {
    const random = new Random(hash(seed, 62, index));
    const isPresent = random.next() < share || index === 0;
    const z =
      EGO_SPEED * timeS + variation.leadingGap + index * spacing + random.between(0, Math.min(14, slack(spacing)));
    const model = variation.pickModel(random, index === 0 || spacing < MIN_BUS_SPACING);
    if (isPresent) made.push({ id: objectId('leading', index), z, speed: EGO_SPEED, model });
  }
  return made;
}

/** Returns the walkers in view at a time: four rows, two on each side, one in each direction. */
export function walkers(seed: number, timeS: number, variation = DEMO_STREET): Walker[] {
  const from = egoZ(timeS) + 1;
  return [0, 1, 2, 3].flatMap((row) => {
    const side = row < 2 ? -1 : 1;
    const speed = (row % 2 === 0 ? 1 : -1) * (1.15 + 0.12 * row);
    return collectSlots(from - speed * timeS, 170, WALKER_SPACING, (index) => {
      const random = new Random(hash(seed, 63, row, index));
      if (random.next() > variation.walkerShare) return undefined;
      const near = row % 2 === 0 ? ROAD_HALF_WIDTH + 1.9 : FACADE_X - 1.2;
      return {
        id: objectId('walker', index * 4 + row),
        x: side * (near + random.between(-0.45, 0.45)),
        foot: KERB_HEIGHT,
        z: index * WALKER_SPACING + random.between(0, 8) + speed * timeS,
        speed,
        appearance: random.below(1 << 20),
        height: random.between(1.58, 1.88),
        phase: random.between(0, 6.28),
      };
    });
  });
}

/** Returns the people on the crosswalks of a block. */
export function crosswalkWalkers(seed: number, block: number, variation = DEMO_STREET): Walker[] {
  const random = new Random(hash(seed, 65, block));
  return Array.from({ length: 4 }, (_, index) => ({
    isPresent: random.next() < variation.crosswalkShare,
    id: objectId('crosser', block * 4 + index),
    x: random.between(-ROAD_HALF_WIDTH, ROAD_HALF_WIDTH),
    z: block * BLOCK_LENGTH + (index % 2 === 0 ? -2.6 : CROSSING_WIDTH + 2.5) + random.between(-1, 1),
    foot: 0,
    speed: 0,
    appearance: random.below(1 << 20),
    height: random.between(1.45, 1.9),
    phase: random.between(0, 6.28),
  })).filter(({ isPresent }) => isPresent);
}

/** A vehicle across the street, on a crossing. */
interface CrossingVehicle {
  readonly id: number;
  readonly x: number;
  readonly z: number;
  readonly heading: Heading;
  readonly model: VehicleModel;
}

/** Returns the vehicle that crosses the street at a block, if there is one. */
export function crossingVehicle(seed: number, block: number, variation = DEMO_STREET): CrossingVehicle | undefined {
  const random = new Random(hash(seed, 64, block));
  if (random.next() >= variation.crossingShare) return undefined;
  const model = variation.pickModel(random, false);
  const reach = FACADE_X - 1 - model.length / 2; // nearer houses hide what is further aside
  const x = random.between(-reach, reach);
  const z = block * BLOCK_LENGTH + random.between(2.5, CROSSING_WIDTH - 2.5);
  return { id: objectId('crossing', block), x, z, heading: random.next() < 0.5 ? 1 : -1, model };
}

/** Returns the state of the signal at a block's crossing: green from 9 s before the camera arrives, red from far away. */
export function signalState(block: number, timeS: number): SignalState {
  const cycle = 44;
  const sinceArrival = timeS - (block * BLOCK_LENGTH) / EGO_SPEED;
  const phase = (((sinceArrival + 9) % cycle) + cycle) % cycle;
  if (phase < 20) return 'green';
  return phase < 23 ? 'amber' : 'red';
}

/** Returns how far a vehicle may stand from the start of its slot, metres. */
function slack(spacing: number): number {
  return Math.max(0.5, spacing - 16);
}

/** Calls `make` for every slot of length `spacing` that overlaps [from, from + length]. Returns what it makes. */
function collectSlots<T>(from: number, length: number, spacing: number, make: (index: number) => T | undefined): T[] {
  const made: T[] = [];
  for (let index = Math.floor(from / spacing) - 1; index * spacing < from + length; index++) {
    const item = make(index);
    if (item !== undefined) made.push(item);
  }
  return made;
}
