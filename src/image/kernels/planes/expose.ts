// From light to what a camera shows.
import { smoothStep } from '../math/smooth-step';
import { PLANE } from './sizes';

/** Saturation in the dark and in bright light, as cameras raise it, and the lumas between which it changes. */
const DARK_SATURATION: f32 = 1.15;
const BRIGHT_SATURATION: f32 = 1.4;
const DARK: f32 = 0.03;
const BRIGHT: f32 = 0.4;

/**
 * Writes Y, U, V (BT.709) and the share of the light that things reflect, planes `[72, 128]` one after the other, of `gain * light + shine`.
 * `light` and `shine` are planes R, G, B. A camera loses half of a light as strong as `black`, more of a fainter one and less of a stronger one, and its
 * colour stays: subtracted, it would leave hard black edges with bright colours. `table` is `steps + 1` display values, gamma-coded, by `scale` times
 * the square root of light.
 */
export function expose(
  light: usize,
  gain: f32,
  shine: usize,
  black: f32,
  table: usize,
  steps: i32,
  scale: f32,
  out: usize,
): void {
  const gains = f32x4.splat(gain);
  for (let at: usize = 0; at < PLANE; at += 16) {
    const lit = f32x4.mul(gains, v128.load(light + PLANE + at));
    const total = f32x4.add(lit, v128.load(shine + PLANE + at));
    const totalR = f32x4.add(f32x4.mul(gains, v128.load(light + at)), v128.load(shine + at));
    const totalB = f32x4.add(f32x4.mul(gains, v128.load(light + 2 * PLANE + at)), v128.load(shine + 2 * PLANE + at));
    const luminance = f32x4.add(
      f32x4.add(f32x4.mul(f32x4.splat(0.2126), totalR), f32x4.mul(f32x4.splat(0.7152), total)),
      f32x4.mul(f32x4.splat(0.0722), totalB),
    );
    const squared = f32x4.mul(luminance, luminance);
    const seen = f32x4.div(squared, f32x4.add(squared, f32x4.splat(black * black + 1e-9)));
    const red = displayed(f32x4.mul(totalR, seen), table, steps, scale);
    const green = displayed(f32x4.mul(total, seen), table, steps, scale);
    const blue = displayed(f32x4.mul(totalB, seen), table, steps, scale);
    const redAndGreen = f32x4.add(f32x4.mul(f32x4.splat(0.2126), red), f32x4.mul(f32x4.splat(0.7152), green));
    const luma = f32x4.add(redAndGreen, f32x4.mul(f32x4.splat(0.0722), blue));
    const saturation = saturationOf(luma);
    v128.store(out + at, luma);
    v128.store(out + PLANE + at, f32x4.mul(f32x4.mul(saturation, f32x4.sub(blue, luma)), f32x4.splat(1 / 1.8556)));
    v128.store(out + 2 * PLANE + at, f32x4.mul(f32x4.mul(saturation, f32x4.sub(red, luma)), f32x4.splat(1 / 1.5748)));
    v128.store(out + 3 * PLANE + at, f32x4.div(lit, f32x4.add(total, f32x4.splat(1e-5))));
  }
}

// @ts-ignore: decorator
@inline
function displayed(light: v128, table: usize, steps: i32, scale: f32): v128 {
  const above = f32x4.pmax(f32x4.splat(0), light);
  const position = f32x4.add(f32x4.mul(f32x4.sqrt(above), f32x4.splat(scale)), f32x4.splat(0.5));
  const step = i32x4.min_s(i32x4.trunc_sat_f32x4_s(position), i32x4.splat(steps));
  const first = v128.load32_zero(table + i32x4.extract_lane(step, 0) * 4);
  const second = v128.load32_lane(table + i32x4.extract_lane(step, 1) * 4, first, 1);
  const third = v128.load32_lane(table + i32x4.extract_lane(step, 2) * 4, second, 2);
  return v128.load32_lane(table + i32x4.extract_lane(step, 3) * 4, third, 3);
}

// @ts-ignore: decorator
@inline
function saturationOf(luma: v128): v128 {
  const brightness = smoothStep(luma, DARK, BRIGHT);
  return f32x4.add(f32x4.splat(DARK_SATURATION), f32x4.mul(f32x4.splat(BRIGHT_SATURATION - DARK_SATURATION), brightness));
}
