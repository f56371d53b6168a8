// How a plane follows the day's luma around each sample: means over windows, and the slope that they give.
import { boxBlur } from './blur';
import { HEIGHT, PLANE, WIDTH } from './sizes';

/** Radius of the windows, samples. */
const RADIUS: i32 = 2;
/** Variance of the day's luma in a window below which it is texture, in proportion to which a plane is taken to change. */
const TEXTURE: f32 = 0.0015;

/** Writes means over windows of Y of the day and of its square, the first two of four planes `[72, 128]` at `means`. */
export function readDayWindows(day: usize, means: usize): void {
  for (let at: usize = 0; at < PLANE; at += 16) {
    const y = v128.load(day + at);
    v128.store(means + at, y);
    v128.store(means + PLANE + at, f32x4.mul(y, y));
  }
  blur(means);
  blur(means + PLANE);
}

/** Writes means over windows of `weights` times `values`, and of the product of these and Y of the day: the last two planes at `means`. */
export function readWindows(day: usize, values: usize, weights: usize, means: usize): void {
  for (let at: usize = 0; at < PLANE; at += 16) {
    const value = f32x4.mul(v128.load(weights + at), v128.load(values + at));
    v128.store(means + 2 * PLANE + at, value);
    v128.store(means + 3 * PLANE + at, f32x4.mul(v128.load(day + at), value));
  }
  blur(means + 2 * PLANE);
  blur(means + 3 * PLANE);
}

function blur(plane: usize): void {
  boxBlur(plane, plane, WIDTH, HEIGHT, RADIUS, RADIUS, true);
}

/**
 * Returns the slopes of four samples against the day's luma. `ratio` is that of what changes in proportion to it, as all but `ground` (shares) does:
 * bodies and leaves keep their shading, the sun's shadows on even ground do not. `means` are those of {@link readDayWindows} and
 * {@link readWindows}.
 */
// @ts-ignore: decorator
@inline
export function slopeOf(means: usize, ground: usize, ratio: v128): v128 {
  const mean = v128.load(means);
  const variance = f32x4.pmax(f32x4.splat(0), f32x4.sub(v128.load(means + PLANE), f32x4.mul(mean, mean)));
  const joint = f32x4.sub(v128.load(means + 3 * PLANE), f32x4.mul(mean, v128.load(means + 2 * PLANE)));
  const texture = f32x4.splat(TEXTURE);
  const slope = f32x4.div(f32x4.add(joint, f32x4.mul(texture, ratio)), f32x4.add(variance, texture));
  return f32x4.add(ratio, f32x4.mul(v128.load(ground), f32x4.sub(slope, ratio)));
}
