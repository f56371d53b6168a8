// A thumbnail at half its size, gamma-coded and in linear light.
import { halved } from './half-plane';

const WIDTH: usize = 256;
const HEIGHT: i32 = 144;
const ROW: usize = WIDTH * 4;
const CHANNEL: usize = WIDTH * HEIGHT * 4;
const PLANE: usize = CHANNEL / 4;

/**
 * Reads a thumbnail `[3, 144, 256]` and writes nine planes `[72, 128]`, one after the other: mean Y, U, V, linear R, G, B (BT.709) and their
 * luminance, the least and the largest Y of the four. `table` is the linear light of gamma-coded values from -1 to 2, `3 * steps + 1` numbers; `haze`, below 1, is light that lies over
 * the whole frame: linear light is what remains without it, 1 remaining 1.
 */
export function readDay(thumbnail: usize, table: usize, steps: i32, haze: f32, out: usize): void {
  const hazes = f32x4.splat(haze);
  const rest = f32x4.splat(1 / (1 - haze));
  const scale = f32x4.splat(<f32>steps);
  const last = i32x4.splat(3 * steps);
  for (let y = 0; y < HEIGHT; y += 2) {
    for (let x: usize = 0; x < ROW; x += 32) {
      const luma = four(thumbnail + x);
      const u = four(thumbnail + CHANNEL + x);
      const v = four(thumbnail + 2 * CHANNEL + x);
      const position = f32x4.add(f32x4.mul(luma, scale), f32x4.add(scale, f32x4.splat(0.5)));
      const stepsU = f32x4.mul(u, scale);
      const stepsV = f32x4.mul(v, scale);
      const red = clear(linear(f32x4.add(position, f32x4.mul(f32x4.splat(1.5748), stepsV)), table, last), hazes, rest);
      const chroma = f32x4.add(f32x4.mul(f32x4.splat(0.1873), stepsU), f32x4.mul(f32x4.splat(0.4681), stepsV));
      const green = clear(linear(f32x4.sub(position, chroma), table, last), hazes, rest);
      const blue = clear(linear(f32x4.add(position, f32x4.mul(f32x4.splat(1.8556), stepsU)), table, last), hazes, rest);
      const redAndGreen = f32x4.add(f32x4.mul(f32x4.splat(0.2126), red), f32x4.mul(f32x4.splat(0.7152), green));
      v128.store(out, luma);
      v128.store(out + PLANE, u);
      v128.store(out + 2 * PLANE, v);
      v128.store(out + 3 * PLANE, red);
      v128.store(out + 4 * PLANE, green);
      v128.store(out + 5 * PLANE, blue);
      v128.store(out + 6 * PLANE, f32x4.add(redAndGreen, f32x4.mul(f32x4.splat(0.0722), blue)));
      v128.store(out + 7 * PLANE, least(thumbnail + x));
      v128.store(out + 8 * PLANE, largest(thumbnail + x));
      out += 16;
    }
    thumbnail += 2 * ROW;
  }
}

/** Returns light without haze. */
// @ts-ignore: decorator
@inline
function clear(light: v128, haze: v128, rest: v128): v128 {
  return f32x4.mul(f32x4.max(f32x4.splat(0), f32x4.sub(light, haze)), rest);
}

/** Returns four 2 x 2 means. */
// @ts-ignore: decorator
@inline
function four(at: usize): v128 {
  const low = f32x4.add(v128.load(at), v128.load(at + ROW));
  return halved(low, f32x4.add(v128.load(at, 16), v128.load(at + ROW, 16)));
}

/** Returns the least of four times 2 x 2. */
// @ts-ignore: decorator
@inline
function least(at: usize): v128 {
  const low = f32x4.pmin(v128.load(at), v128.load(at + ROW));
  const high = f32x4.pmin(v128.load(at, 16), v128.load(at + ROW, 16));
  return f32x4.pmin(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}

/** Returns the largest of four times 2 x 2. */
// @ts-ignore: decorator
@inline
function largest(at: usize): v128 {
  const low = f32x4.pmax(v128.load(at), v128.load(at + ROW));
  const high = f32x4.pmax(v128.load(at, 16), v128.load(at + ROW, 16));
  return f32x4.pmax(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}

// @ts-ignore: decorator
@inline
function linear(position: v128, table: usize, last: v128): v128 {
  const step = i32x4.max_s(i32x4.splat(0), i32x4.min_s(i32x4.trunc_sat_f32x4_s(position), last));
  const first = v128.load32_zero(table + i32x4.extract_lane(step, 0) * 4);
  const second = v128.load32_lane(table + i32x4.extract_lane(step, 1) * 4, first, 1);
  const third = v128.load32_lane(table + i32x4.extract_lane(step, 2) * 4, second, 2);
  return v128.load32_lane(table + i32x4.extract_lane(step, 3) * 4, third, 3);
}
