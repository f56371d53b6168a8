import { SURFACE_CHANNELS } from '../networks/scene-network.js';
import { columnInCrop, placed, rowInCrop, type Crop } from './crop.js';
import { LABEL_HEIGHT, LABEL_WIDTH, type LabelledScene, type LabelledVehicle } from './labelled-scene.js';
import type { InputSize } from './scene-sampler.js';

/** Samples of the input along one side of a sample of the surfaces. */
export const SURFACE_STEP = 4;
/** The same for the vehicles. */
export const VEHICLE_STEP = 8;
/**
 * Channels of the vehicle targets: heat, weight of the heat, weight of the regressions, facing (front, rear, side; each 0 or 1, all 0
 * where unknown), log width, log height (in samples over those of the whole input), offset x, y, left lamp x, y, right lamp x, y, weight of the left and of the right lamp.
 */
export const TARGET_CHANNELS = 16;

/** Smallest width and height of a vehicle that is learned, samples of the input; below it is neither vehicle nor none. */
const MIN_SIDE = 7;
/** Share of a vehicle that the crop must show. */
const MIN_VISIBLE = 0.4;
/** Heat from which a sample learns size and lamps. */
const REGRESSED_HEAT = 0.4;
/** Confidence from which a label counts. */
const MIN_CONFIDENCE = 16;

/**
 * Writes the surface targets of a shot, `[H/4, W/4, 13]` from `start` on: the share of each surface in a sample, times the labels'
 * confidence and the class weight. They add up to a sample's weight; 0 where nobody knows.
 */
export function writeSurfaceTargets(
  { surfaces, confidence }: LabelledScene,
  crop: Crop,
  { width, height }: InputSize,
  {
    out,
    start,
    classWeights,
  }: { readonly out: Float32Array; readonly start: number; readonly classWeights: Float32Array },
): void {
  const columns = width / SURFACE_STEP;
  const rows = height / SURFACE_STEP;
  const xs = positions(columns, LABEL_WIDTH, crop.left, crop.width, crop.isFlipped);
  const ys = positions(rows, LABEL_HEIGHT, crop.top, crop.height, false);
  out.fill(0, start, start + columns * rows * SURFACE_CHANNELS);
  for (let y = 0, at = start; y < rows; y++) {
    for (let x = 0; x < columns; x++, at += SURFACE_CHANNELS) {
      for (let part = 0; part < 4; part++) {
        const label = (ys[2 * y + (part >> 1)] ?? 0) * LABEL_WIDTH + (xs[2 * x + (part & 1)] ?? 0);
        const surface = surfaces[label] ?? 0;
        const sure = confidence[label] ?? 0;
        if (surface === 0 || sure < MIN_CONFIDENCE) continue;
        const channel = at + surface - 1;
        out[channel] = (out[channel] ?? 0) + ((sure / 255) * (classWeights[surface - 1] ?? 0)) / 4;
      }
    }
  }
}

/** Two label positions for each of `count` samples. */
function positions(count: number, labels: number, start: number, length: number, isFlipped: boolean): Int32Array {
  return Int32Array.from({ length: 2 * count }, (_, i) => {
    const share = placed((i + 0.5) / (2 * count), start, length, isFlipped);
    return Math.min(labels - 1, Math.max(0, Math.floor(share * labels)));
  });
}

/** A vehicle in a crop, in shares of the crop. */
interface PlacedVehicle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly visible: number;
  readonly facing: LabelledVehicle['facing'];
  readonly left: readonly [number, number] | undefined;
  readonly right: readonly [number, number] | undefined;
}

/**
 * Writes the vehicle targets of a shot, `[H/8, W/8, 16]` from `start` on; see {@link TARGET_CHANNELS}. @param whole the size of whole
 * images: a vehicle of as many samples has the same targets in a crop, which to the network looks like a whole image.
 */
export function writeVehicleTargets(
  { vehicles }: LabelledScene,
  crop: Crop,
  { width, height }: InputSize,
  {
    out,
    start,
    whole = { width, height },
  }: { readonly out: Float32Array; readonly start: number; readonly whole?: InputSize },
): void {
  const unit = { width: width / whole.width, height: height / whole.height };
  const columns = width / VEHICLE_STEP;
  const rows = height / VEHICLE_STEP;
  out.fill(0, start, start + columns * rows * TARGET_CHANNELS);
  for (let i = start + 1; i < start + columns * rows * TARGET_CHANNELS; i += TARGET_CHANNELS) out[i] = 1;
  const shown = vehicles.map((vehicle) => placeVehicle(vehicle, crop)).filter(({ visible }) => visible > 0);
  shown.sort((a, b) => b.width * b.height - a.width * a.height); // small ones last: a large one would cover them
  for (const vehicle of shown) {
    const isLearned =
      vehicle.visible >= MIN_VISIBLE && vehicle.width * width >= MIN_SIDE && vehicle.height * height >= MIN_SIDE;
    if (isLearned) writeVehicle(vehicle, { columns, rows, unit, out, start });
    else ignore(vehicle, { columns, rows, unit, out, start });
  }
}

function placeVehicle({ box, facing, left, right }: LabelledVehicle, crop: Crop): PlacedVehicle {
  const [a, b] = [columnInCrop(box[0], crop), columnInCrop(box[2], crop)];
  const [x0, x1] = [Math.min(a, b), Math.max(a, b)];
  const [y0, y1] = [rowInCrop(box[1], crop), rowInCrop(box[3], crop)];
  const clamp = (value: number): number => Math.min(1, Math.max(0, value));
  const [cx0, cx1, cy0, cy1] = [clamp(x0), clamp(x1), clamp(y0), clamp(y1)];
  const width = cx1 - cx0;
  const height = cy1 - cy0;
  const area = (x1 - x0) * (y1 - y0);
  const at = (lamp: readonly [number, number] | undefined): readonly [number, number] | undefined =>
    lamp && [columnInCrop(lamp[0], crop), rowInCrop(lamp[1], crop)];
  const [first, second] = crop.isFlipped ? [at(right), at(left)] : [at(left), at(right)];
  return {
    x: (cx0 + cx1) / 2,
    y: (cy0 + cy1) / 2,
    width,
    height,
    visible: area > 0 ? (width * height) / area : 0,
    facing,
    left: first,
    right: second,
  };
}

interface VehicleMap {
  readonly columns: number;
  readonly rows: number;
  /** Size of the input over that of a whole one. */
  readonly unit: InputSize;
  readonly out: Float32Array;
  readonly start: number;
}

/** A Gaussian around the centre (Liu et al. 2020, TTFNet), and the regressions where it is high. */
function writeVehicle(vehicle: PlacedVehicle, { columns, rows, unit, out, start }: VehicleMap): void {
  const { x, y, width, height, facing, left, right } = vehicle;
  const [cx, cy] = [x * columns - 0.5, y * rows - 0.5];
  const [sx, sy] = [Math.max(0.6, (width * columns) / 6), Math.max(0.6, (height * rows) / 6)];
  const [px, py] = [Math.round(cx), Math.round(cy)];
  for (let row = Math.max(0, Math.floor(cy - 3 * sy)); row <= Math.min(rows - 1, Math.ceil(cy + 3 * sy)); row++) {
    for (let column = Math.max(0, Math.floor(cx - 3 * sx)); column <= Math.min(columns - 1, cx + 3 * sx); column++) {
      const at = start + (row * columns + column) * TARGET_CHANNELS;
      const isPeak = row === Math.min(rows - 1, Math.max(0, py)) && column === Math.min(columns - 1, Math.max(0, px));
      const heat = isPeak ? 1 : Math.exp(-0.5 * (((column - cx) / sx) ** 2 + ((row - cy) / sy) ** 2));
      if (heat >= (out[at] ?? 0)) out[at] = Math.min(heat, isPeak ? 1 : 0.98);
      out[at + 1] = 1;
      if (!isPeak && heat < REGRESSED_HEAT) continue;
      out[at + 2] = heat * heat;
      for (let i = 3; i < 6; i++) out[at + i] = 0;
      if (facing !== undefined) out[at + 3 + FACINGS.indexOf(facing)] = 1;
      out[at + 6] = Math.log(width * unit.width);
      out[at + 7] = Math.log(height * unit.height);
      out[at + 8] = cx - column;
      out[at + 9] = cy - row;
      for (const [i, lamp] of [left, right].entries()) {
        out[at + 10 + 2 * i] = lamp ? (lamp[0] - x) / width : 0;
        out[at + 11 + 2 * i] = lamp ? (lamp[1] - y) / height : 0;
        out[at + 14 + i] = lamp ? heat * heat : 0;
      }
    }
  }
}

const FACINGS = ['front', 'rear', 'side'] as const;

/** Nothing is learned about vehicles here, unless a learned one stands there. */
function ignore({ x, y, width, height }: PlacedVehicle, { columns, rows, out, start }: VehicleMap): void {
  const last = (position: number, count: number): number =>
    Math.min(count - 1, Math.max(0, Math.floor(position * count)));
  for (let row = last(y - height / 2, rows); row <= last(y + height / 2, rows); row++) {
    for (let column = last(x - width / 2, columns); column <= last(x + width / 2, columns); column++) {
      const at = start + (row * columns + column) * TARGET_CHANNELS;
      if ((out[at] ?? 0) < REGRESSED_HEAT) out[at + 1] = 0;
    }
  }
}
