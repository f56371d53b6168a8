// Fits the lights layer of a look to what its grid leaves of a night.
import { SCRATCH } from './layout';
import { bins, findBins, shares } from './luma-bins';
import { GRID_BINS, GRID_HEIGHT, GRID_WIDTH, HEIGHT, PLANE, WIDTH } from './sizes';
import { first, fourth, second, third, transpose } from './transpose';
import { readWindows, slopeOf } from './windows';

/** Bytes of an affine transform, and of a row of them. */
const AFFINE: i32 = 48;
const GRID_ROW: i32 = GRID_WIDTH * GRID_BINS * AFFINE;
/** Bytes of a cell and bin of the mixed row, f32: slopes of Y, U, V, a zero, offsets of Y, U, V, a zero. */
const NODE: i32 = 32;
/** Core gains and halo lumas below this are 0, which saves the renderer time. */
const FAINT: f32 = 0.004;
const MAX_CORE: f32 = 2;
/** What a core adds, as shares of the day's Y and of its U and V; see `Look`. */
const CORE_LUMA: f32 = 0.9;
const CORE_CHROMA: f32 = 1.4;
/** Luma below which the day has too little texture to be brightened. */
const DARK: f32 = 0.12;

/**
 * Writes a lights layer `[4, 72, 128]`. `grid` is `[9, 16, 8, 3, 4]` and diagonal; `day` is planes Y, U, V `[72, 128]`, one after the other;
 * `night` is Y, U, V, without sharp lamps, and the share of its light that things reflect. Light on `ground` (shares) that is as strong where
 * the day is bright as where it lies in shadow is added, not multiplied: else it would show the sun's shadows again. `means` are the planes that `fitGrid` wrote for
 * the same day; it changes the last two.
 */
export function fitLights(grid: usize, day: usize, night: usize, ground: usize, out: usize, means: usize): void {
  const end = out + PLANE;
  for (let y = 0; y < HEIGHT; y++) {
    mixRow(grid, y);
    for (let x = 0; x < WIDTH; x += 4) {
      findMissing(x, day, night, out);
      day += 16;
      night += 16;
      out += 16;
    }
  }
  day -= PLANE;
  night -= PLANE;
  out -= PLANE;
  readWindows(day, out + PLANE, night + 3 * PLANE, means);
  for (; out < end; out += 16) {
    fitFour(day, night, ground, out, means);
    day += 16;
    night += 16;
    ground += 16;
    means += 16;
  }
}

/** Mixes the two rows of the grid around a row of samples. */
function mixRow(grid: usize, y: i32): void {
  const position = max<f32>(0, (<f32>y + 0.5) * (<f32>GRID_HEIGHT / <f32>HEIGHT) - 0.5);
  const row = <i32>position;
  const share = f32x4.splat(position - <f32>row);
  const upper = grid + row * GRID_ROW;
  const lower = grid + min(GRID_HEIGHT - 1, row + 1) * GRID_ROW;
  let to = SCRATCH;
  for (let at = 0; at < GRID_ROW; at += AFFINE) {
    const a = mix(v128.load(upper + at), v128.load(lower + at), share);
    const b = mix(v128.load(upper + at, 16), v128.load(lower + at, 16), share);
    const c = mix(v128.load(upper + at, 32), v128.load(lower + at, 32), share);
    const slopes = v128.shuffle<i32>(a, b, 0, 5, 5, 1);
    const offsets = v128.shuffle<i32>(v128.shuffle<i32>(a, b, 3, 7, 1, 1), c, 0, 1, 7, 2);
    v128.store(to, slopes);
    v128.store(to, offsets, 16);
    to += NODE;
  }
}

// @ts-ignore: decorator
@inline
function mix(a: v128, b: v128, share: v128): v128 {
  return f32x4.add(a, f32x4.mul(share, f32x4.sub(b, a)));
}

/** Writes what the grid leaves of four samples, from column `x` on: Y, U and V of what is missing, in the places of the halo. */
// @ts-ignore: decorator
@inline
function findMissing(x: i32, day: usize, night: usize, out: usize): void {
  const y = v128.load(day);
  const u = v128.load(day + PLANE);
  const v = v128.load(day + 2 * PLANE);
  findBins(y);
  transpose(y, u, v, f32x4.splat(0));
  const a = transformed(x, first, i32x4.extract_lane(bins, 0), f32x4.extract_lane(shares, 0));
  const b = transformed(x + 1, second, i32x4.extract_lane(bins, 1), f32x4.extract_lane(shares, 1));
  const c = transformed(x + 2, third, i32x4.extract_lane(bins, 2), f32x4.extract_lane(shares, 2));
  const d = transformed(x + 3, fourth, i32x4.extract_lane(bins, 3), f32x4.extract_lane(shares, 3));
  transpose(a, b, c, d);
  v128.store(out + PLANE, f32x4.sub(v128.load(night), first));
  v128.store(out + 2 * PLANE, f32x4.sub(v128.load(night + PLANE), second));
  v128.store(out + 3 * PLANE, f32x4.sub(v128.load(night + 2 * PLANE), third));
}

/** Fits four samples to what is missing there. `means` are those of {@link readWindows}. */
// @ts-ignore: decorator
@inline
function fitFour(day: usize, night: usize, ground: usize, out: usize, means: usize): void {
  const y = v128.load(day);
  const missing = v128.load(out + PLANE);
  const lit = f32x4.mul(v128.load(night + 3 * PLANE), missing);
  const ratio = f32x4.div(lit, f32x4.pmax(f32x4.splat(DARK), y));
  const slope = slopeOf(means, ground, ratio);
  const scale = f32x4.splat(1 / CORE_LUMA);
  const gain = f32x4.pmin(f32x4.splat(MAX_CORE), f32x4.mul(scale, f32x4.pmin(ratio, slope)));
  const core = v128.and(gain, f32x4.ge(gain, f32x4.splat(FAINT)));
  const luma = f32x4.sub(missing, f32x4.mul(f32x4.mul(core, f32x4.splat(CORE_LUMA)), y));
  const chroma = f32x4.mul(core, f32x4.splat(CORE_CHROMA));
  const haloU = f32x4.sub(v128.load(out + 2 * PLANE), f32x4.mul(chroma, v128.load(day + PLANE)));
  const haloV = f32x4.sub(v128.load(out + 3 * PLANE), f32x4.mul(chroma, v128.load(day + 2 * PLANE)));
  const largest = f32x4.pmax(f32x4.abs(luma), f32x4.pmax(f32x4.abs(haloU), f32x4.abs(haloV)));
  const shows = f32x4.ge(largest, f32x4.splat(FAINT));
  v128.store(out, core);
  v128.store(out + PLANE, v128.and(luma, shows));
  v128.store(out + 2 * PLANE, v128.and(haloU, shows));
  v128.store(out + 3 * PLANE, v128.and(haloV, shows));
}

/** Returns Y, U and V of a day's sample as the mixed row transforms them. `share` is that of the next bin. */
// @ts-ignore: decorator
@inline
function transformed(x: i32, sample: v128, bin: i32, share: f32): v128 {
  const position = max<f32>(0, (<f32>x + 0.5) * (<f32>GRID_WIDTH / <f32>WIDTH) - 0.5);
  const column = <i32>position;
  const fx = position - <f32>column;
  const left = SCRATCH + (column * GRID_BINS + bin) * NODE;
  const right = SCRATCH + (min(GRID_WIDTH - 1, column + 1) * GRID_BINS + bin) * NODE;
  const both = fx * share;
  const leftLow = f32x4.splat(1 - fx - share + both);
  const leftHigh = f32x4.splat(share - both);
  const rightLow = f32x4.splat(fx - both);
  const rightHigh = f32x4.splat(both);
  const slopes = f32x4.add(
    f32x4.add(f32x4.mul(leftLow, v128.load(left)), f32x4.mul(leftHigh, v128.load(left, NODE))),
    f32x4.add(f32x4.mul(rightLow, v128.load(right)), f32x4.mul(rightHigh, v128.load(right, NODE))),
  );
  const offsets = f32x4.add(
    f32x4.add(f32x4.mul(leftLow, v128.load(left, 16)), f32x4.mul(leftHigh, v128.load(left, NODE + 16))),
    f32x4.add(f32x4.mul(rightLow, v128.load(right, 16)), f32x4.mul(rightHigh, v128.load(right, NODE + 16))),
  );
  return f32x4.add(f32x4.mul(slopes, sample), offsets);
}
