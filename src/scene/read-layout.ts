import { SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from './scene.js';
import { surfacePlane } from './scene-maps.js';

/** Share of a row that must be ground for the ground to begin there. */
const MIN_GROUND_SHARE = 0.03;
/** How far above the ground's top the horizon lies, shares of the height. */
const HORIZON_RISE = 0.015;
/** The horizon where no ground is seen. */
const DEFAULT_HORIZON = 0.45;
/** The bonnet lies below this row, a share of the height. */
const BONNET_TOP = 0.68;
/** The part of the bottom row through which the bonnet leaves the image, shares of the width. */
const BONNET_FROM = 0.25;
const BONNET_TO = 0.75;
/** Columns of the surface map on either side over which a bonnet's edge is smoothed. */
const EDGE_COLUMNS = 7;
/** Share of that part that must be bonnet. */
const MIN_BONNET_SHARE = 0.7;

/** The height of the horizon, in shares of the image's height: the top of the ground. @param surfaces `[13, 72, 128]`. */
export function readHorizon(surfaces: Float32Array): number {
  const road = surfacePlane(surfaces, 'road');
  const ground = surfacePlane(surfaces, 'ground');
  for (let y = 0; y < SURFACE_HEIGHT; y++) {
    let count = 0;
    for (let i = y * SURFACE_WIDTH; i < (y + 1) * SURFACE_WIDTH; i++) {
      if ((road[i] ?? 0) + (ground[i] ?? 0) > 0.5) count++;
    }
    if (count > MIN_GROUND_SHARE * SURFACE_WIDTH) return y / SURFACE_HEIGHT - HORIZON_RISE;
  }
  return DEFAULT_HORIZON;
}

/**
 * Writes the own bonnet and dashboard, `[72, 128]`, 0 or 1: what reaches the middle of the bottom edge and is no ground. All 0 where
 * there is none. Returns whether there is one.
 */
export function readBonnetInto(surfaces: Float32Array, out: Float32Array): boolean {
  out.fill(0);
  const top = Math.floor(BONNET_TOP * SURFACE_HEIGHT);
  const road = surfacePlane(surfaces, 'road');
  const ground = surfacePlane(surfaces, 'ground');
  const person = surfacePlane(surfaces, 'person');
  const isGround = (i: number): boolean => (road[i] ?? 0) + (ground[i] ?? 0) + (person[i] ?? 0) > 0.5;
  const from = Math.floor(BONNET_FROM * SURFACE_WIDTH);
  const to = Math.floor(BONNET_TO * SURFACE_WIDTH);
  const bottom = (SURFACE_HEIGHT - 1) * SURFACE_WIDTH;
  const stack: number[] = [];
  for (let x = from; x < to; x++) if (!isGround(bottom + x)) stack.push(bottom + x);
  if (stack.length < MIN_BONNET_SHARE * (to - from)) return false;
  while (stack.length > 0) {
    const i = stack.pop() ?? 0;
    if (out[i] === 1 || isGround(i) || i < top * SURFACE_WIDTH) continue;
    out[i] = 1;
    const x = i % SURFACE_WIDTH;
    if (x > 0) stack.push(i - 1);
    if (x < SURFACE_WIDTH - 1) stack.push(i + 1);
    if (i >= SURFACE_WIDTH) stack.push(i - SURFACE_WIDTH);
    if (i + SURFACE_WIDTH < SURFACE_SIZE) stack.push(i + SURFACE_WIDTH);
  }
  // What reaches the search's top over a long stretch is an object that stands there, not a bonnet.
  let atTop = 0;
  for (let x = 0; x < SURFACE_WIDTH; x++) atTop += out[top * SURFACE_WIDTH + x] ?? 0;
  const isBonnet = atTop <= 0.25 * SURFACE_WIDTH;
  if (isBonnet) smoothEdge(out);
  else out.fill(0);
  return isBonnet;
}

/** Gives a bonnet a smooth upper edge, as bonnets have: the mean of its own over {@link EDGE_COLUMNS} on either side. */
function smoothEdge(bonnet: Float32Array): void {
  const tops = Float32Array.from({ length: SURFACE_WIDTH }, (_, x) => {
    let top = SURFACE_HEIGHT;
    while (top > 0 && bonnet[(top - 1) * SURFACE_WIDTH + x] === 1) top--;
    return top;
  });
  bonnet.fill(0);
  for (let x = 0; x < SURFACE_WIDTH; x++) {
    const around = tops.subarray(Math.max(0, x - EDGE_COLUMNS), x + EDGE_COLUMNS + 1);
    const top = around.reduce((sum, value) => sum + value, 0) / around.length;
    for (let y = Math.round(top); y < SURFACE_HEIGHT; y++) bonnet[y * SURFACE_WIDTH + x] = 1;
  }
}
