import type { Heading } from './street-variation.js';
import type { LampShape, VehicleModel } from './vehicle.js';

/** Left and right. */
export const SIDES = [-1, 1] as const;

/** The pose of a vehicle. */
export interface VehiclePose {
  readonly x: number;
  readonly z: number;
  readonly heading: Heading;
  /**
   * 0: along the street. 1, -1: across it, turned about its middle so that the end that faced the camera faces to the
   * left or to the right; its heading stays that of before the turn.
   */
  readonly turn: -1 | 0 | 1;
  /** Whether its lamps are on at night; those of parked vehicles are off. */
  readonly isLit: boolean;
  /** Depth from the camera, metres; determines the level of detail. */
  readonly depth: number;
  /** Distance to the right of the camera, metres. */
  readonly aside: number;
}

/** The places of a vehicle's two lamps that face the camera, left then right before its turn: x, y, z in metres. */
export function lampPlaces(model: VehicleModel, pose: VehiclePose): readonly (readonly [number, number, number])[] {
  const { x, z, turn } = pose;
  const lamp = lampOf(model, pose.heading);
  const back = model.length / 2 + 0.05;
  return SIDES.map((side) => {
    const out = side * (model.width / 2 - lamp.inset);
    const y = (lamp.y[0] + lamp.y[1]) / 2;
    return turn === 0 ? [x + out, y, z - back] : [x - back * turn, y, z - out * turn];
  });
}

/** Whether the end of a vehicle that has the lamps of {@link lampPlaces} faces the camera. */
export function isEndVisible({ length }: VehicleModel, { turn, depth, aside }: VehiclePose): boolean {
  return turn === 0 ? depth - length / 2 >= 0.5 : aside * turn > length / 2 + 0.3;
}

/** Returns the shape of the lamps at the end that faces the camera. */
export function lampOf(model: VehicleModel, heading: Heading): LampShape {
  const own = heading > 0 ? model.tailLamp : model.headLamp;
  if (own) return own;
  const y = endHeight(model);
  return { inset: 0.24, half: 0.17, y: [y + 0.02, y + (heading > 0 ? 0.18 : 0.16)] };
}

/** Height at which the ends of a vehicle carry their lamps, metres. */
export function endHeight(model: VehicleModel): number {
  return model.label === 'bus' ? 1 : Math.max(0.62, model.body[3] ?? 0);
}
