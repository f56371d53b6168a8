// Between which bins of the grid a luma lies.
import { GRID_BINS } from './sizes';

/** [4] of the last {@link findBins}: the lower bins, and the shares of the next ones. */
export let bins: v128 = i64x2.splat(0);
export let shares: v128 = i64x2.splat(0);

// @ts-ignore: decorator
@inline
export function findBins(luma: v128): void {
  const clamped = f32x4.pmin(f32x4.splat(1), f32x4.pmax(f32x4.splat(0), luma));
  const position = f32x4.mul(clamped, f32x4.splat(<f32>(GRID_BINS - 1)));
  bins = i32x4.min_s(i32x4.trunc_sat_f32x4_s(position), i32x4.splat(GRID_BINS - 2));
  shares = f32x4.sub(position, f32x4.convert_i32x4_s(bins));
}
