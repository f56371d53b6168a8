import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../image/thumbnail.js';
import type { TailGlass, VehicleLamp } from './scene.js';
import { sampleAt, surfacePlane } from './scene-maps.js';
import type { DetailBox } from './signal-lens.js';
import type { FoundVehicle } from './vehicle-peaks.js';

/** How far from where the network places a lamp its glass may be: widths and heights of the vehicle. */
const REACH = { x: 0.15, y: 0.16 } as const;
/** V of glass over that of the body, and over grey. */
const MIN_CONTRAST = 0.05;
const MIN_RED = 0.06;
/** Part of the glass's V over the body's from which a sample is glass. */
const EDGE = 0.5;
/** Samples of glass. */
const MIN_AREA = 4;
/** Largest width and height of glass, widths and heights of the vehicle. */
const MAX_WIDTH = 0.24;
const MAX_HEIGHT = 0.36;
/** The two lamps of a vehicle are alike: how far one may be above the other, heights of the vehicle, and how much larger, times. */
const MAX_TILT = 0.14;
const MAX_RATIO = 3;
/** Probability of a person from which red is clothes. */
const MAX_PERSON = 0.25;
/** About so many samples of the body count. */
const BODY_SAMPLES = 400;

const PIXELS = DETAIL_WIDTH * DETAIL_HEIGHT;

/**
 * A vehicle that is seen from behind with the red glass of its tail lamps where the day shows it: the lamps then are where their glass is.
 * Others are returned as they are, and those whose lamps would not be alike. @param detail `[3, 256, 448]`. @param surfaces `[13, 72, 128]`.
 */
export function withTailGlass(vehicle: FoundVehicle, detail: Float32Array, surfaces: Float32Array): FoundVehicle {
  if (vehicle.facing !== 'rear') return vehicle;
  const reds = detail.subarray(2 * PIXELS, 3 * PIXELS);
  const body = medianRed(reds, vehicle);
  const person = surfacePlane(surfaces, 'person');
  const found = vehicle.lamps.map((lamp) => {
    const seen = lampAt(reds, body, vehicle, lamp);
    return (person[sampleAt(seen)] ?? 0) > MAX_PERSON ? lamp : seen;
  });
  const [left = vehicle.lamps[0], right = vehicle.lamps[1]] = found;
  return areAlike(left, right, vehicle) ? { ...vehicle, lamps: [left, right] } : vehicle;
}

/** Whether both lamps show glass, at about one height and of about one size, on either side. */
function areAlike(left: VehicleLamp, right: VehicleLamp, { box }: FoundVehicle): boolean {
  if (!left.glass || !right.glass || right.x - left.x < 0.3 * box.width) return false;
  const ratio = (left.glass.width * left.glass.height) / (right.glass.width * right.glass.height);
  return Math.abs(left.y - right.y) < MAX_TILT * box.height && Math.max(ratio, 1 / ratio) < MAX_RATIO;
}

/** The samples of a detail in a part of the image, whose left, top, right and bottom are shares of it. */
function detailBoxOf(x0: number, y0: number, x1: number, y1: number): DetailBox {
  return {
    left: Math.max(0, Math.floor(x0 * DETAIL_WIDTH)),
    top: Math.max(0, Math.floor(y0 * DETAIL_HEIGHT)),
    right: Math.min(DETAIL_WIDTH, Math.ceil(x1 * DETAIL_WIDTH)),
    bottom: Math.min(DETAIL_HEIGHT, Math.ceil(y1 * DETAIL_HEIGHT)),
  };
}

/** V of the vehicle's body: the median over its box. */
function medianRed(reds: Float32Array, { box: { x, y, width, height } }: FoundVehicle): number {
  const { left, top, right, bottom } = detailBoxOf(x, y, x + width, y + height);
  const values: number[] = [];
  const step = Math.max(1, Math.floor(Math.sqrt(((right - left) * (bottom - top)) / BODY_SAMPLES)));
  for (let row = top; row < bottom; row += step) {
    for (let column = left; column < right; column += step) values.push(reds[row * DETAIL_WIDTH + column] ?? 0);
  }
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}

/** A lamp where its glass is; as it was where no glass is seen. */
function lampAt(reds: Float32Array, body: number, { box }: FoundVehicle, lamp: VehicleLamp): VehicleLamp {
  const [reachX, reachY] = [REACH.x * box.width, REACH.y * box.height];
  const around = detailBoxOf(lamp.x - reachX, lamp.y - reachY, lamp.x + reachX, lamp.y + reachY);
  let most = 0;
  let [peakX, peakY] = [-1, -1];
  for (let row = around.top; row < around.bottom; row++) {
    for (let column = around.left; column < around.right; column++) {
      const red = reds[row * DETAIL_WIDTH + column] ?? 0;
      if (red > most) [most, peakX, peakY] = [red, column, row];
    }
  }
  if (peakX < 0 || most < MIN_RED || most - body < MIN_CONTRAST) return lamp;
  const red = Math.max(body, 0) + EDGE * (most - Math.max(body, 0));
  const limits = detailBoxOf(box.x - 0.05 * box.width, box.y, box.x + 1.05 * box.width, box.y + box.height);
  const largest = [MAX_WIDTH * box.width * DETAIL_WIDTH, MAX_HEIGHT * box.height * DETAIL_HEIGHT] as const;
  const glass = grow(reds, [peakX, peakY], red, limits, largest);
  const [width, height] = [(glass.right - glass.left) / DETAIL_WIDTH, (glass.bottom - glass.top) / DETAIL_HEIGHT];
  if (glass.count < MIN_AREA || width > MAX_WIDTH * box.width || height > MAX_HEIGHT * box.height) return lamp;
  const tail: TailGlass = { width, height, red };
  return {
    x: (glass.left + glass.right) / 2 / DETAIL_WIDTH,
    y: (glass.top + glass.bottom) / 2 / DETAIL_HEIGHT,
    glass: tail,
  };
}

/**
 * The connected samples around a seed whose V is at least `red`: their bounding box and number. Ends once they are larger than `largest`
 * (columns, rows).
 */
function grow(
  reds: Float32Array,
  [x, y]: readonly [number, number],
  red: number,
  { left, top, right, bottom }: DetailBox,
  largest: readonly [number, number],
): DetailBox & { readonly count: number } {
  const seen = new Set([y * DETAIL_WIDTH + x]);
  const stack = [...seen];
  let [x0, y0, x1, y1] = [x, y, x + 1, y + 1];
  while (stack.length > 0 && x1 - x0 <= largest[0] + 1 && y1 - y0 <= largest[1] + 1) {
    const at = stack.pop() ?? 0;
    const column = at % DETAIL_WIDTH;
    const row = (at - column) / DETAIL_WIDTH;
    [x0, y0, x1, y1] = [Math.min(x0, column), Math.min(y0, row), Math.max(x1, column + 1), Math.max(y1, row + 1)];
    const visit = (next: number, isInside: boolean): void => {
      if (!isInside || (reds[next] ?? 0) < red || seen.has(next)) return;
      seen.add(next);
      stack.push(next);
    };
    visit(at - 1, column > left);
    visit(at + 1, column < right - 1);
    visit(at - DETAIL_WIDTH, row > top);
    visit(at + DETAIL_WIDTH, row < bottom - 1);
  }
  return { left: x0, top: y0, right: x1, bottom: y1, count: seen.size };
}
