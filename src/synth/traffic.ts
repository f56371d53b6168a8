import { Random } from '../core/random.js';
import { objectId } from './city.js';
import { BLOCK_LENGTH, FACADE_X, hash, ROAD_HALF, SIGHT } from './street-plan.js';
import { pickVehicleModel, type VehicleModel } from './vehicle.js';
import { EGO_SPEED, egoZ } from './view.js';

/** A vehicle that drives. */
export interface Driven {
  readonly id: number;
  readonly z: number;
  /** Metres a second along z; negative comes towards the viewer. */
  readonly speed: number;
  readonly model: VehicleModel;
}

/** Somebody who walks along the pavement. */
export interface Walker {
  readonly id: number;
  readonly x: number;
  readonly z: number;
  /** Metres a second along z. */
  readonly speed: number;
  /** Index into clothes and skin, 0 to 2^20. */
  readonly looks: number;
  /** Body height, metres. */
  readonly height: number;
  /** Where in the step they are at time 0, radians. */
  readonly phase: number;
}

/** When a scene is drawn, and since when its movements are told. */
export interface SceneTime {
  readonly timeS: number;
  /** Equal to `timeS` where no movement is asked. */
  readonly previousTimeS: number;
}

/** What a signal shows. */
export type SignalState = 'red' | 'amber' | 'green';

const ONCOMING_SPACING = 38;
const ONCOMING_SPEED = -8;
const LEADING_SPACING = 44;
const WALKER_SPACING = 10;

/** Oncoming vehicles in sight at a time. */
export function oncoming(seed: number, timeS: number): Driven[] {
  const from = egoZ(timeS) - 8;
  return slots(from - ONCOMING_SPEED * timeS, SIGHT, ONCOMING_SPACING, (index) => {
    const random = new Random(hash(seed, 61, index));
    if (random.next() > 0.66) return undefined;
    const z = index * ONCOMING_SPACING + random.between(0, ONCOMING_SPACING - 16) + ONCOMING_SPEED * timeS;
    return { id: objectId('oncoming', index), z, speed: ONCOMING_SPEED, model: pickVehicleModel(random, false) };
  });
}

/** Vehicles ahead in the viewer's own lane; they keep the viewer's mean speed, so none is ever reached. */
export function leading(seed: number, timeS: number): Driven[] {
  const made: Driven[] = [];
  for (let index = 0; index * LEADING_SPACING < SIGHT; index++) {
    const random = new Random(hash(seed, 62, index));
    const isPresent = random.next() < 0.6 || index === 0;
    const z = EGO_SPEED * timeS + 23 + index * LEADING_SPACING + random.between(0, 14);
    const model = pickVehicleModel(random, index === 0);
    if (isPresent) made.push({ id: objectId('leading', index), z, speed: EGO_SPEED, model });
  }
  return made;
}

/** People in sight at a time: four files, two on each side, one each way. */
export function walkers(seed: number, timeS: number): Walker[] {
  const from = egoZ(timeS) + 1;
  return [0, 1, 2, 3].flatMap((file) => {
    const side = file < 2 ? -1 : 1;
    const speed = (file % 2 === 0 ? 1 : -1) * (1.15 + 0.12 * file);
    return slots(from - speed * timeS, 170, WALKER_SPACING, (index) => {
      const random = new Random(hash(seed, 63, file, index));
      if (random.next() > 0.5) return undefined;
      const near = file % 2 === 0 ? ROAD_HALF + 1.9 : FACADE_X - 1.2;
      return {
        id: objectId('walker', index * 4 + file),
        x: side * (near + random.between(-0.45, 0.45)),
        z: index * WALKER_SPACING + random.between(0, 8) + speed * timeS,
        speed,
        looks: random.below(1 << 20),
        height: random.between(1.58, 1.88),
        phase: random.between(0, 6.28),
      };
    });
  });
}

/** What the signal of a block's crossing shows: green from 9 s before the viewer comes, red seen from far away. */
export function signalState(block: number, timeS: number): SignalState {
  const cycle = 44;
  const sinceArrival = timeS - (block * BLOCK_LENGTH) / EGO_SPEED;
  const phase = (((sinceArrival + 9) % cycle) + cycle) % cycle;
  if (phase < 20) return 'green';
  return phase < 23 ? 'amber' : 'red';
}

/** Calls `make` for every slot of a moving file of equal slots that overlaps [from, from + length]. */
function slots<T>(from: number, length: number, spacing: number, make: (index: number) => T | undefined): T[] {
  const made: T[] = [];
  for (let index = Math.floor(from / spacing) - 1; index * spacing < from + length; index++) {
    const item = make(index);
    if (item !== undefined) made.push(item);
  }
  return made;
}
