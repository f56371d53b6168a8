import type { Random } from '../core/random.js';
import { fromRgb, type Yuv } from './yuv.js';

/** Detector label of a vehicle, as in BDD100K. */
type VehicleLabel = 'car' | 'truck' | 'bus';

/** Distance of a lamp's middle from the vehicle's side, half its width, and its bottom and top: metres. */
export interface LampShape {
  readonly inset: number;
  readonly half: number;
  readonly y: readonly [number, number];
}

/** Dimensions in metres and paint of a vehicle. Profiles are convex (forward, up) pairs, clockwise from the rear bottom. */
export interface VehicleModel {
  readonly label: VehicleLabel;
  readonly length: number;
  readonly width: number;
  /** Profile of the lower body, from its left side. */
  readonly body: readonly number[];
  /** Profile of the part with windows, which is narrower at its top by `tumble` on each side. */
  readonly cabin: readonly number[];
  readonly tumble: number;
  /** Side windows as shares of the cabin's length, from the rear. */
  readonly windows: readonly (readonly [number, number])[];
  /** Positions of the wheels' centres from the vehicle's centre, and their radius. */
  readonly wheels: readonly number[];
  readonly wheelRadius: number;
  /** Default: small lamps at the height of the bonnet's edge. */
  readonly headLamp?: LampShape;
  readonly tailLamp?: LampShape;
  readonly paint: Yuv;
}

/** A model without its paint. */
export type VehicleShape = Omit<VehicleModel, 'paint'>;

const PAINTS = [
  0xb9bec4, 0xd9dcdd, 0x2b2e33, 0x8c1f22, 0x24476f, 0x5d6b74, 0xe8e6df, 0x3c5a4a, 0xa9853f, 0x6e7f94, 0x8a8f95,
  0x9f3d2c, 0x1d2a3f,
];

export const SALOON: VehicleShape = {
  label: 'car',
  length: 4.5,
  width: 1.8,
  body: [-2.22, 0.3, -2.26, 0.62, -2.18, 0.94, -1.5, 0.99, 1.0, 0.97, 1.95, 0.8, 2.2, 0.62, 2.24, 0.3],
  cabin: [-1.9, 0.94, -1.15, 1.42, -0.5, 1.46, 0.2, 1.44, 1.12, 0.95],
  tumble: 0.2,
  windows: [
    [0.2, 0.47],
    [0.5, 0.8],
  ],
  wheels: [-1.38, 1.4],
  wheelRadius: 0.33,
};
export const HATCHBACK: VehicleShape = {
  label: 'car',
  length: 4.0,
  width: 1.76,
  body: [-1.95, 0.3, -2.0, 0.6, -1.92, 0.98, -1.2, 1.0, 0.9, 0.98, 1.75, 0.84, 1.97, 0.64, 2.0, 0.3],
  cabin: [-1.9, 0.96, -1.55, 1.45, -0.8, 1.52, 0.2, 1.49, 1.1, 0.96],
  tumble: 0.17,
  windows: [
    [0.12, 0.44],
    [0.48, 0.8],
  ],
  wheels: [-1.25, 1.25],
  wheelRadius: 0.32,
};
export const SUV: VehicleShape = {
  label: 'car',
  length: 4.7,
  width: 1.9,
  body: [-2.3, 0.38, -2.34, 0.8, -2.28, 1.08, -1.2, 1.12, 1.05, 1.1, 2.05, 1.02, 2.3, 0.8, 2.34, 0.38],
  cabin: [-2.24, 1.08, -2.0, 1.62, -1.2, 1.72, 0.2, 1.7, 1.12, 1.09],
  tumble: 0.16,
  windows: [
    [0.1, 0.32],
    [0.35, 0.56],
    [0.59, 0.82],
  ],
  wheels: [-1.42, 1.45],
  wheelRadius: 0.38,
};
export const VAN: VehicleShape = {
  label: 'truck',
  length: 5.6,
  width: 2.0,
  body: [-2.78, 0.38, -2.8, 1.2, -2.8, 1.3, 1.5, 1.3, 2.1, 1.2, 2.7, 0.95, 2.8, 0.7, 2.8, 0.38],
  cabin: [-2.8, 1.28, -2.76, 2.3, -2.5, 2.42, 1.1, 2.4, 2.05, 1.22],
  tumble: 0.08,
  windows: [[0.72, 0.92]],
  wheels: [-1.75, 1.85],
  wheelRadius: 0.36,
};
export const BUS: VehicleShape = {
  label: 'bus',
  length: 10.8,
  width: 2.5,
  body: [-5.4, 0.35, -5.4, 1.2, -5.4, 1.32, 5.3, 1.32, 5.4, 1.25, 5.4, 0.35],
  cabin: [-5.4, 1.3, -5.36, 2.9, -5.2, 3.05, 5.1, 3.05, 5.36, 2.85, 5.4, 1.3],
  tumble: 0.05,
  windows: [
    [0.03, 0.17],
    [0.19, 0.33],
    [0.35, 0.49],
    [0.51, 0.65],
    [0.67, 0.81],
    [0.83, 0.97],
  ],
  wheels: [-3.1, 3.2],
  wheelRadius: 0.48,
};
const BUS_PAINTS = [0xc23b2a, 0xd7a92c, 0x2f6f8f];
const VAN_PAINTS = [0xe9e9e4, 0xd9d7cf, 0x3d5873, 0xc9c2ae];

/** Picks a random vehicle as in city traffic. Parked vehicles are never buses. */
export function pickVehicleModel(random: Random, isParked: boolean): VehicleModel {
  const kind = random.next();
  const paint = fromRgb(random.pick(PAINTS));
  const other = random.next();
  if (kind < 0.42) return { ...SALOON, paint };
  if (kind < 0.7) return { ...HATCHBACK, paint };
  if (kind < 0.88) return { ...SUV, paint };
  if (kind < 0.95 || isParked)
    return { ...VAN, paint: fromRgb(VAN_PAINTS[Math.floor(other * VAN_PAINTS.length)] ?? 0) };
  return { ...BUS, paint: fromRgb(BUS_PAINTS[Math.floor(other * BUS_PAINTS.length)] ?? 0) };
}
