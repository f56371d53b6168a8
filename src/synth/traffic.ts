import { Random } from '../core/random.js';
import { objectId } from './city.js';
import { BLOCK_LENGTH, FACADE_X, hash, ROAD_HALF_WIDTH, VIEW_DISTANCE } from './street-plan.js';
import { pickVehicleModel, type VehicleModel } from './vehicle.js';
import { EGO_SPEED, egoZ } from './camera.js';

/** A moving vehicle. */
export interface MovingVehicle {
  readonly id: number;
  readonly z: number;
  /** Metres a second along z; negative: towards the camera. */
  readonly speed: number;
  readonly model: VehicleModel;
}

/** A person who walks along the pavement. */
export interface Walker {
  readonly id: number;
  readonly x: number;
  readonly z: number;
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

const ONCOMING_SPACING = 38;
const ONCOMING_SPEED = -8;
const LEADING_SPACING = 44;
const WALKER_SPACING = 10;

/** Returns the oncoming vehicles in view at a time. */
export function oncomingVehicles(seed: number, timeS: number): MovingVehicle[] {
  const from = egoZ(timeS) - 8;
  return collectSlots(from - ONCOMING_SPEED * timeS, VIEW_DISTANCE, ONCOMING_SPACING, (index) => {
    const random = new Random(hash(seed, 61, index));
    if (random.next() > 0.66) return undefined;
    const z = index * ONCOMING_SPACING + random.between(0, ONCOMING_SPACING - 16) + ONCOMING_SPEED * timeS;
    return { id: objectId('oncoming', index), z, speed: ONCOMING_SPEED, model: pickVehicleModel(random, false) };
  });
}

/** Returns the vehicles ahead in the ego lane. They drive at the mean ego speed, so the camera never reaches them. */
export function leadingVehicles(seed: number, timeS: number): MovingVehicle[] {
  const made: MovingVehicle[] = [];
  for (let index = 0; index * LEADING_SPACING < VIEW_DISTANCE; index++) {
    const random = new Random(hash(seed, 62, index));
    const isPresent = random.next() < 0.6 || index === 0;
    const z = EGO_SPEED * timeS + 23 + index * LEADING_SPACING + random.between(0, 14);
    const model = pickVehicleModel(random, index === 0);
    if (isPresent) made.push({ id: objectId('leading', index), z, speed: EGO_SPEED, model });
  }
  return made;
}

/** Returns the walkers in view at a time: four rows, two on each side, one in each direction. */
export function walkers(seed: number, timeS: number): Walker[] {
  const from = egoZ(timeS) + 1;
  return [0, 1, 2, 3].flatMap((row) => {
    const side = row < 2 ? -1 : 1;
    const speed = (row % 2 === 0 ? 1 : -1) * (1.15 + 0.12 * row);
    return collectSlots(from - speed * timeS, 170, WALKER_SPACING, (index) => {
      const random = new Random(hash(seed, 63, row, index));
      if (random.next() > 0.5) return undefined;
      const near = row % 2 === 0 ? ROAD_HALF_WIDTH + 1.9 : FACADE_X - 1.2;
      return {
        id: objectId('walker', index * 4 + row),
        x: side * (near + random.between(-0.45, 0.45)),
        z: index * WALKER_SPACING + random.between(0, 8) + speed * timeS,
        speed,
        appearance: random.below(1 << 20),
        height: random.between(1.58, 1.88),
        phase: random.between(0, 6.28),
      };
    });
  });
}

/** Returns the state of the signal at a block's crossing: green from 9 s before the camera arrives, red from far away. */
export function signalState(block: number, timeS: number): SignalState {
  const cycle = 44;
  const sinceArrival = timeS - (block * BLOCK_LENGTH) / EGO_SPEED;
  const phase = (((sinceArrival + 9) % cycle) + cycle) % cycle;
  if (phase < 20) return 'green';
  return phase < 23 ? 'amber' : 'red';
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
