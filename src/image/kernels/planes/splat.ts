// Splats samples onto the nodes of a bilateral grid: the sums that a local regression needs.
import { GRID_BINS, GRID_HEIGHT, GRID_WIDTH, HEIGHT, WIDTH } from './sizes';

/** Bytes of a node's sums: weight, U, U^2, S, then U * S and three zeros, f32. */
const NODE: i32 = 32;
const COLUMN: i32 = GRID_BINS * NODE;
const ROW: i32 = GRID_WIDTH * COLUMN;

/** Adds a sample, times `weight`, to two bins of one cell; the upper bin gets `share` of it. */
// @ts-ignore: decorator
@inline
function addBins(node: usize, values: v128, product: v128, weight: f32, share: f32): void {
  const low = f32x4.splat(weight * (1 - share));
  const high = f32x4.splat(weight * share);
  v128.store(node, f32x4.add(v128.load(node), f32x4.mul(values, low)));
  v128.store(node, f32x4.add(v128.load(node, 16), f32x4.mul(product, low)), 16);
  v128.store(node, f32x4.add(v128.load(node, NODE), f32x4.mul(values, high)), NODE);
  v128.store(node, f32x4.add(v128.load(node, NODE + 16), f32x4.mul(product, high)), NODE + 16);
}

/**
 * Splats each sample of planes `[72, 128]` onto the eight nodes around it, trilinearly: cells by their centres, bins by luma.
 * `sums` is `[9, 16, 8]` nodes of eight numbers: weight, U, U^2, S, U * S, zeros.
 */
export function splat(luma: usize, u: usize, s: usize, sums: usize): void {
  memory.fill(sums, 0, GRID_HEIGHT * ROW);
  for (let y = 0; y < HEIGHT; y++) {
    const py = max<f32>(0, (<f32>y + 0.5) * (<f32>GRID_HEIGHT / <f32>HEIGHT) - 0.5);
    const row = min(GRID_HEIGHT - 2, <i32>py);
    const fy = min<f32>(1, py - <f32>row);
    for (let x = 0; x < WIDTH; x++) {
      const px = max<f32>(0, (<f32>x + 0.5) * (<f32>GRID_WIDTH / <f32>WIDTH) - 0.5);
      const column = min(GRID_WIDTH - 2, <i32>px);
      const fx = min<f32>(1, px - <f32>column);
      const pz = min<f32>(1, max<f32>(0, load<f32>(luma))) * <f32>(GRID_BINS - 1);
      const bin = min(GRID_BINS - 2, <i32>pz);
      const fz = pz - <f32>bin;

      const su = load<f32>(u);
      const ss = load<f32>(s);
      const product = f32x4.replace_lane(f32x4.splat(0), 0, su * ss);
      let values = f32x4.splat(su);
      values = f32x4.replace_lane(values, 0, 1);
      values = f32x4.replace_lane(values, 2, su * su);
      values = f32x4.replace_lane(values, 3, ss);
      const node = sums + row * ROW + column * COLUMN + bin * NODE;
      addBins(node, values, product, (1 - fx) * (1 - fy), fz);
      addBins(node + COLUMN, values, product, fx * (1 - fy), fz);
      addBins(node + ROW, values, product, (1 - fx) * fy, fz);
      addBins(node + ROW + COLUMN, values, product, fx * fy, fz);
      luma += 4;
      u += 4;
      s += 4;
    }
  }
}

/**
 * Adds to each node `share` of its two neighbours along one axis of `[9, 16, 8]`. The neighbours are `step` nodes away; the axis
 * has `count` nodes. At its ends a node is its own neighbour. `out` may not be `sums`.
 */
export function spread(sums: usize, out: usize, step: i32, count: i32, share: f32): void {
  spreadNodes(sums, out, step, count, share, NODE);
}

/** The same of nodes of any number of `bytes`, a multiple of 16. */
export function spreadNodes(sums: usize, out: usize, step: i32, count: i32, share: f32, bytes: i32): void {
  const weight = f32x4.splat(share);
  for (let node = 0; node < GRID_HEIGHT * GRID_WIDTH * GRID_BINS; node++) {
    const position = (node / step) % count;
    const at = sums + node * bytes;
    const before = position > 0 ? -step * bytes : 0;
    const after = position < count - 1 ? step * bytes : 0;
    for (let offset = 0; offset < bytes; offset += 16) {
      const neighbours = f32x4.add(v128.load(at + before + offset), v128.load(at + after + offset));
      v128.store(out + node * bytes + offset, f32x4.add(v128.load(at + offset), f32x4.mul(weight, neighbours)));
    }
  }
}
