// Fits the bilateral grid of a look to a night: least squares over the samples of each cell and luma bin.
import { bins, findBins, shares } from './luma-bins';
import { GRID_BINS, GRID_HEIGHT, GRID_WIDTH, HEIGHT, PLANE, WIDTH } from './sizes';
import { spreadNodes } from './splat';
import { first, fourth, second, third, transpose } from './transpose';
import { readDayWindows, readWindows, slopeOf } from './windows';

/**
 * Bytes of the moments of a cell and bin, f32: weight, Y, YY, R, RY, U, V, UU + VV, RU, RV, RU U + RV V and a zero, where R, RU and
 * RV are Y, U and V of the night.
 */
const NODE: i32 = 48;
const CELL: i32 = GRID_BINS * NODE;
const NODES: i32 = GRID_WIDTH * GRID_HEIGHT * GRID_BINS;
/** Bytes of an affine transform. */
const AFFINE: i32 = 48;
/** Weight of a cell's neighbours on either side in its fit. */
const NEIGHBOUR: f32 = 0.2;
/** Weight of a bin in the fit of the next one, falling from bin to bin: it fills bins that hold nothing. */
const BIN_SHARE: f32 = 0.02;
const BIN_DECAY: f32 = 0.3;
/** Weight of a sample that shines itself; those that only reflect have 1. */
const FLOOR: f32 = 0.15;
/**
 * Luma by which the weight of a bright night falls to a quarter: a cell and bin follow what is darkest there. A pixel on the edge of a
 * dark thing has the day's luma of a lit one beside it; it must not shine. What is brighter is the lights layer's.
 */
const DIM: f32 = 0.07;
/** Luma of the day below which ratios do not grow. */
const DARKEST: f32 = 0.02;
/** How much faster than in proportion a night grows with the luma of a sample's pixels, at most. */
const STEEPEST: f32 = 1.5;
/** How strongly a slope is drawn to the ratio of night to day, which keeps texture. */
const RIDGE: f64 = 0.0012;

/**
 * Fits a grid `[9, 16, 8, 3, 4]`: in each cell and bin, night Y is affine in day Y, and night U, V in day U, V with one common slope.
 * `day` is planes Y, U, V `[72, 128]`, one after the other; `night` is Y, U, V and the share of its light that things reflect. `ground` is its
 * share. `moments` has room for two times `[9, 16, 8, 12]`, `means` for four planes, of which
 * `fitLights` reads the first two.
 */
export function fitGrid(day: usize, night: usize, ground: usize, moments: usize, grid: usize, means: usize): void {
  const spare = moments + NODES * NODE;
  readDayWindows(day, means);
  readWindows(day, night, night + 3 * PLANE, means);
  memory.fill(moments, 0, NODES * NODE);
  memory.fill(grid, 0, NODES * AFFINE);
  for (let y = 0; y < HEIGHT; y++) {
    const cells = moments + (y / (HEIGHT / GRID_HEIGHT)) * GRID_WIDTH * CELL;
    for (let x = 0; x < WIDTH; x += 4) {
      splatFour(day, night, cells + (x / (WIDTH / GRID_WIDTH)) * CELL, ground, means);
      means += 16;
      ground += 16;
      day += 16;
      night += 16;
    }
  }
  spreadNodes(moments, spare, GRID_BINS, GRID_WIDTH, NEIGHBOUR, NODE);
  spreadNodes(spare, moments, GRID_BINS * GRID_WIDTH, GRID_HEIGHT, NEIGHBOUR, NODE);
  for (let cell = moments; cell < spare; cell += CELL) spreadBins(cell, spare);
  for (let node = 0; node < NODES; node++) solve(moments + node * NODE, grid + node * AFFINE);
}

/** Adds four samples to the moments of a cell, half of each as its darkest and half as its brightest pixel. */
// @ts-ignore: decorator
@inline
function splatFour(day: usize, night: usize, cell: usize, ground: usize, means: usize): void {
  const y = v128.load(day);
  const r = v128.load(night);
  const ratio = f32x4.div(r, f32x4.pmax(f32x4.splat(DARKEST), y));
  const steepest = f32x4.mul(f32x4.splat(STEEPEST), ratio);
  const slope = f32x4.pmax(f32x4.splat(0), f32x4.pmin(steepest, slopeOf(means, ground, ratio)));
  const share = f32x4.add(f32x4.splat(FLOOR), f32x4.mul(f32x4.splat(1 - FLOOR), v128.load(night + 3 * PLANE)));
  const dim = f32x4.div(f32x4.splat(DIM), f32x4.add(f32x4.splat(DIM), f32x4.pmax(f32x4.splat(0), r)));
  const weight = f32x4.mul(share, f32x4.mul(dim, dim));
  splatPixels(day, night, cell, v128.load(day + 7 * PLANE), slope, weight);
  splatPixels(day, night, cell, v128.load(day + 8 * PLANE), slope, weight);
}

/** Adds four pixels of luma `y`, whose nights differ from those of their samples as things around them do. */
// @ts-ignore: decorator
@inline
function splatPixels(day: usize, night: usize, cell: usize, y: v128, slope: v128, weight: v128): void {
  const one = f32x4.splat(1);
  const u = v128.load(day + PLANE);
  const v = v128.load(day + 2 * PLANE);
  const difference = f32x4.sub(y, v128.load(day));
  const r = f32x4.pmax(f32x4.splat(0), f32x4.add(v128.load(night), f32x4.mul(slope, difference)));
  const ru = v128.load(night + PLANE);
  const rv = v128.load(night + 2 * PLANE);
  findBins(y);
  const high = f32x4.mul(weight, shares);
  const low = f32x4.sub(weight, high);
  const squares = f32x4.add(f32x4.mul(u, u), f32x4.mul(v, v));
  const joint = f32x4.add(f32x4.mul(ru, u), f32x4.mul(rv, v));
  splatVector(cell, 0, one, y, f32x4.mul(y, y), r, low, high);
  splatVector(cell, 16, f32x4.mul(r, y), u, v, squares, low, high);
  splatVector(cell, 32, ru, rv, joint, f32x4.splat(0), low, high);
}

/** Adds four moments of four samples to their bins. */
// @ts-ignore: decorator
@inline
function splatVector(
  cell: usize,
  offset: usize,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  low: v128,
  high: v128,
): void {
  transpose(a, b, c, d);
  addBins(cell + offset + i32x4.extract_lane(bins, 0) * NODE, first, v128.shuffle<i32>(low, low, 0, 0, 0, 0), v128.shuffle<i32>(high, high, 0, 0, 0, 0));
  addBins(cell + offset + i32x4.extract_lane(bins, 1) * NODE, second, v128.shuffle<i32>(low, low, 1, 1, 1, 1), v128.shuffle<i32>(high, high, 1, 1, 1, 1));
  addBins(cell + offset + i32x4.extract_lane(bins, 2) * NODE, third, v128.shuffle<i32>(low, low, 2, 2, 2, 2), v128.shuffle<i32>(high, high, 2, 2, 2, 2));
  addBins(cell + offset + i32x4.extract_lane(bins, 3) * NODE, fourth, v128.shuffle<i32>(low, low, 3, 3, 3, 3), v128.shuffle<i32>(high, high, 3, 3, 3, 3));
}

/** Adds moments to a bin and to the next one. */
// @ts-ignore: decorator
@inline
function addBins(bin: usize, values: v128, low: v128, high: v128): void {
  v128.store(bin, f32x4.add(v128.load(bin), f32x4.mul(values, low)));
  v128.store(bin, f32x4.add(v128.load(bin, NODE), f32x4.mul(values, high)), NODE);
}

/** Adds to each bin of a cell a little of the others, less the farther they are. `spare` has room for a cell. */
function spreadBins(cell: usize, spare: usize): void {
  const share = f32x4.splat(BIN_SHARE);
  const decay = f32x4.splat(BIN_DECAY);
  for (let offset = 0; offset < NODE; offset += 16) {
    let carried = f32x4.splat(0);
    for (let at = offset; at < CELL; at += NODE) {
      v128.store(spare + at, carried);
      carried = f32x4.mul(decay, f32x4.add(carried, v128.load(cell + at)));
    }
    carried = f32x4.splat(0);
    for (let at = offset + CELL - NODE; at >= 0; at -= NODE) {
      const own = v128.load(cell + at);
      const others = f32x4.add(v128.load(spare + at), carried);
      v128.store(cell + at, f32x4.add(own, f32x4.mul(share, others)));
      carried = f32x4.mul(decay, f32x4.add(carried, own));
    }
  }
}

/** Solves one cell and bin and writes its affine transform. */
function solve(node: usize, out: usize): void {
  const scale = 1 / (<f64>load<f32>(node) + 1e-9);
  const y = scale * <f64>load<f32>(node, 4);
  const yy = scale * <f64>load<f32>(node, 8);
  const r = scale * <f64>load<f32>(node, 12);
  const ry = scale * <f64>load<f32>(node, 16);
  const ratio = ry / (yy + 1e-4);
  const slope = (ry - y * r + RIDGE * ratio) / (max(0, yy - y * y) + RIDGE);
  store<f32>(out, <f32>slope);
  store<f32>(out, <f32>(r - slope * y), 12);
  const u = scale * <f64>load<f32>(node, 20);
  const v = scale * <f64>load<f32>(node, 24);
  const square = max(0, scale * <f64>load<f32>(node, 28) - u * u - v * v);
  const nightU = scale * <f64>load<f32>(node, 32);
  const nightV = scale * <f64>load<f32>(node, 36);
  const joint = scale * <f64>load<f32>(node, 40) - u * nightU - v * nightV;
  const tint = (joint + RIDGE * 0.4 * ratio) / (square + RIDGE);
  store<f32>(out, <f32>tint, 20);
  store<f32>(out, <f32>(nightU - tint * u), 28);
  store<f32>(out, <f32>tint, 40);
  store<f32>(out, <f32>(nightV - tint * v), 44);
}
