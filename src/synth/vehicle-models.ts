import type { Random } from '../core/random.js';
import { BUS, HATCHBACK, SALOON, SUV, VAN, type LampShape, type VehicleModel, type VehicleShape } from './vehicle.js';
import { dim, fromRgb } from './yuv.js';

const ESTATE: VehicleShape = {
  ...SALOON,
  length: 4.7,
  body: [-2.3, 0.32, -2.35, 0.66, -2.3, 0.98, -1.5, 1, 1.0, 0.98, 2.0, 0.82, 2.3, 0.62, 2.35, 0.32],
  cabin: [-2.26, 0.95, -1.9, 1.42, -1.1, 1.5, 0.2, 1.47, 1.15, 0.96],
  windows: [
    [0.1, 0.36],
    [0.39, 0.6],
    [0.63, 0.83],
  ],
};
/** A saloon with a roof that falls to the boot. */
const COUPE: VehicleShape = {
  ...SALOON,
  length: 4.75,
  width: 1.84,
  body: [-2.32, 0.3, -2.37, 0.72, -2.3, 1.0, -1.6, 1.04, 0.9, 0.98, 2.0, 0.84, 2.32, 0.62, 2.37, 0.3],
  cabin: [-2.1, 1.0, -0.95, 1.4, -0.3, 1.45, 0.3, 1.42, 1.35, 0.97],
};
const COMPACT: VehicleShape = {
  ...HATCHBACK,
  length: 3.9,
  width: 1.74,
  body: [-1.88, 0.32, -1.95, 0.72, -1.9, 1.05, -1.0, 1.1, 0.8, 1.07, 1.6, 0.96, 1.9, 0.74, 1.95, 0.32],
  cabin: [-1.86, 1.03, -1.62, 1.5, -0.9, 1.6, 0.1, 1.58, 1.15, 1.05],
  tumble: 0.15,
};
/** A car with one box from end to end. */
const CARRIER: VehicleShape = {
  ...SUV,
  length: 4.6,
  width: 1.84,
  body: [-2.24, 0.36, -2.3, 0.8, -2.24, 1.05, -1.2, 1.08, 1.05, 1.06, 1.9, 0.92, 2.24, 0.74, 2.3, 0.36],
  cabin: [-2.2, 1.04, -2.0, 1.66, -1.2, 1.76, 0.5, 1.72, 1.75, 1.0],
};
const PICKUP: VehicleShape = {
  ...SUV,
  length: 5.2,
  body: [-2.55, 0.45, -2.6, 0.8, -2.58, 1.12, -1.2, 1.14, 1.05, 1.12, 2.2, 1.06, 2.55, 0.85, 2.6, 0.45],
  cabin: [-0.7, 1.1, -0.5, 1.72, 0.1, 1.78, 0.6, 1.75, 1.4, 1.1],
  windows: [
    [0.12, 0.4],
    [0.44, 0.76],
  ],
  wheels: [-1.6, 1.6],
};
const MINIBUS: VehicleShape = {
  ...VAN,
  label: 'bus',
  windows: [
    [0.04, 0.26],
    [0.29, 0.5],
    [0.53, 0.72],
    [0.76, 0.9],
  ],
};
const LORRY: VehicleShape = {
  label: 'truck',
  length: 7.6,
  width: 2.35,
  body: [-3.75, 0.5, -3.8, 1.1, -3.8, 1.3, 3.6, 1.3, 3.8, 1.1, 3.8, 0.45],
  cabin: [-3.8, 1.25, -3.78, 3.2, -3.7, 3.3, 2.3, 3.3, 3.0, 2.75, 3.75, 1.25],
  tumble: 0.02,
  windows: [[0.86, 0.95]],
  wheels: [-2.1, 2.6],
  wheelRadius: 0.46,
};

/** Each shape with its share of the traffic. */
const SHAPES: readonly (readonly [share: number, shape: VehicleShape])[] = [
  [0.15, SALOON],
  [0.1, COUPE],
  [0.12, HATCHBACK],
  [0.12, COMPACT],
  [0.1, ESTATE],
  [0.12, SUV],
  [0.08, CARRIER],
  [0.04, PICKUP],
  [0.06, VAN],
  [0.03, MINIBUS],
  [0.04, LORRY],
  [0.04, BUS],
];
const SHORT_LENGTH_M = 5.8;

/** Whites, greys and blacks are common, colours rarer. */
const GREYS = [0xeff0f0, 0xe2e3e2, 0xc4c8cb, 0xa1a6aa, 0x7c8185, 0x55595d, 0x34373a, 0x1d1f21, 0x141517];
const COLORS = [
  0x8c1f22, 0xb32a25, 0x24476f, 0x2d63a0, 0x1d2a3f, 0x3c5a4a, 0x2f6b45, 0xa9853f, 0xd6b13a, 0x9f3d2c, 0x6b4a38,
  0x5b7fa0, 0xc9661f, 0x6a2f4d,
];
const VAN_COLORS = [0xf1f1ee, 0xe9e9e4, 0xd9d7cf, 0xf1f1ee, 0x3d5873, 0xc9c2ae, 0xd4a51f, 0x8a1e1e, 0x2f4f3a];

/** Picks a random vehicle of many models, sizes, paints and lamps. @param isShort whether it must fit a parking place. */
export function pickVariedModel(random: Random, isShort: boolean): VehicleModel {
  const shape = pickShape(random, isShort);
  const [long, wide, tall] = [random.between(0.93, 1.05), random.between(0.96, 1.06), random.between(0.94, 1.07)];
  const scaled = (profile: readonly number[]): number[] =>
    profile.map((value, i) => (i % 2 === 0 ? value * long : 0.3 + (value - 0.3) * tall));
  const body = scaled(shape.body);
  const hasVanPaint = shape.label !== 'car';
  const paint = fromRgb(random.pick(hasVanPaint ? VAN_COLORS : random.next() < 0.68 ? GREYS : COLORS));
  return {
    ...shape,
    length: shape.length * long,
    width: shape.width * wide,
    body,
    cabin: scaled(shape.cabin),
    wheels: shape.wheels.map((wheel) => wheel * long),
    paint: dim(paint, random.between(0.85, 1.05)),
    headLamp: pickHeadLamp(random, shape, body),
    tailLamp: pickTailLamp(random, shape, body),
  };
}

function pickShape(random: Random, isShort: boolean): VehicleShape {
  for (;;) {
    let rest = random.next();
    const found = SHAPES.find(([share]) => (rest -= share) < 0)?.[1] ?? SALOON;
    if (!isShort || found.length < SHORT_LENGTH_M) return found;
  }
}

/** Returns lamps at the edge of the bonnet; those of buses and lorries sit lower. */
function pickHeadLamp(random: Random, shape: VehicleShape, body: readonly number[]): LampShape {
  const middle = isTall(shape) ? random.between(0.62, 0.95) : (body[body.length - 3] ?? 0.7) + random.between(0, 0.08);
  const half = random.between(0.11, 0.23);
  const tall = random.between(0.05, 0.1);
  return { inset: half + random.between(0.04, 0.12), half, y: [middle - tall, middle + tall] };
}

/** Returns wide lamps, square ones or, at the corners, tall ones. */
function pickTailLamp(random: Random, shape: VehicleShape, body: readonly number[]): LampShape {
  const shoulder = isTall(shape) ? random.between(0.8, 1.2) : (body[5] ?? 0.9) - random.between(0.06, 0.2);
  const isUpright = random.next() < (isTall(shape) ? 0.7 : 0.3);
  const half = isUpright ? random.between(0.07, 0.12) : random.between(0.13, 0.26);
  const tall = isUpright ? random.between(0.13, 0.24) : random.between(0.05, 0.1);
  const middle = shoulder + (isUpright && isTall(shape) ? 0.15 : 0);
  return { inset: half + random.between(0.02, 0.09), half, y: [middle - tall, middle + tall] };
}

function isTall({ label }: VehicleShape): boolean {
  return label !== 'car';
}
