import type { Box, Facing, Place, VehicleLamp } from './scene.js';

/** A vehicle as the network finds it in one frame. */
export interface FoundVehicle {
  readonly box: Box;
  /** 0 to 1. */
  readonly score: number;
  readonly facing: Facing;
  /** 0 to 1; of three facings. */
  readonly facingScore: number;
  /** Left, then right. */
  readonly lamps: readonly [VehicleLamp, VehicleLamp];
}

/** A vehicle head: planes of `[12, height, width]`; see `VEHICLE_CHANNELS` of the network. */
export interface VehicleMaps {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** What a mirror changes in a vehicle head: the centre's offset along x, and both lamps. */
export const MIRRORED_VEHICLES = { same: [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 8, 9], alongX: [6, 8, 10] } as const;
/** Facings in the order of the head's planes. */
const FACINGS = ['front', 'rear', 'side'] as const;
/** Largest number of vehicles in a frame. */
export const MAX_VEHICLES = 48;
/** Intersection over union above which the less sure of two boxes goes. */
const MAX_OVERLAP = 0.4;
/** Share of the smaller of two boxes inside the larger above which they are one vehicle, unless it is this much smaller. */
const MAX_INSIDE = 0.6;
const MIN_SIZE_RATIO = 0.3;

/** The vehicles with a score of at least `minScore`, surest first: local maxima of the centres (Zhou et al. 2019). */
export function vehiclePeaks(maps: VehicleMaps, minScore: number): FoundVehicle[] {
  const { data, width, height } = maps;
  const threshold = Math.log(minScore / (1 - minScore));
  const found: FoundVehicle[] = [];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const logit = data[i] ?? 0;
      if (logit >= threshold && isPeak(maps, x, y, logit)) found.push(vehicleAt(maps, x, y));
    }
  }
  found.sort((a, b) => b.score - a.score);
  const kept: FoundVehicle[] = [];
  for (const vehicle of found) {
    if (kept.length >= MAX_VEHICLES) break;
    if (kept.every(({ box }) => !isSameVehicle(box, vehicle.box))) kept.push(vehicle);
  }
  return kept;
}

function isPeak({ data, width, height }: VehicleMaps, x: number, y: number, logit: number): boolean {
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
      const other = data[row * width + column] ?? 0;
      const isBefore = row < y || (row === y && column < x);
      if (other > logit || (other === logit && isBefore)) return false;
    }
  }
  return true;
}

function vehicleAt({ data, width, height }: VehicleMaps, column: number, row: number): FoundVehicle {
  const size = width * height;
  const at = (channel: number): number => data[channel * size + row * width + column] ?? 0;
  const shareX = (column + 0.5 + at(6)) / width;
  const shareY = (row + 0.5 + at(7)) / height;
  const [boxWidth, boxHeight] = [Math.exp(at(4)), Math.exp(at(5))];
  const exps = FACINGS.map((_, i) => Math.exp(at(1 + i)));
  const sum = exps.reduce((total, value) => total + value, 0);
  const best = exps.indexOf(Math.max(...exps));
  const lamp = (channel: number): Place => ({
    x: shareX + at(channel) * boxWidth,
    y: shareY + at(channel + 1) * boxHeight,
  });
  return {
    box: { x: shareX - boxWidth / 2, y: shareY - boxHeight / 2, width: boxWidth, height: boxHeight },
    score: 1 / (1 + Math.exp(-at(0))),
    facing: FACINGS[best] ?? 'side',
    facingScore: (exps[best] ?? 0) / sum,
    lamps: [lamp(8), lamp(10)],
  };
}

/** Whether two boxes are of one vehicle: they overlap, or one lies mostly in the other and is not much smaller. */
function isSameVehicle(a: Box, b: Box): boolean {
  const both = overlapArea(a, b);
  const [areaA, areaB] = [a.width * a.height, b.width * b.height];
  const smaller = Math.min(areaA, areaB);
  const isInside = both > MAX_INSIDE * smaller && smaller > MIN_SIZE_RATIO * Math.max(areaA, areaB);
  return isInside || both > MAX_OVERLAP * (areaA + areaB - both);
}

function overlapArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width <= 0 || height <= 0 ? 0 : width * height;
}

/** Intersection over union of two boxes. */
export function overlap(a: Box, b: Box): number {
  const both = overlapArea(a, b);
  return both / (a.width * a.height + b.width * b.height - both);
}
