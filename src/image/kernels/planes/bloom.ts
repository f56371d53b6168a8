// What a lens makes of bright light: bloom around it, and a veil over all.
import { boxBlur } from './blur';
import { addDoubled, halved } from './half-plane';
import { HALF, HALF_HEIGHT, HALF_WIDTH, ROW } from './sizes';

/** Linear light above which a sample blooms, and the most that one sample gives. */
const CLIP: f32 = 0.35;
const BRIGHTEST: f32 = 14;
/** Widths of the bloom in samples of half size, two means each, and their shares of the light. */
const NEAR_RADIUS: i32 = 1;
const NEAR_SHARE: f32 = 0.2;
const WIDE_RADIUS: i32 = 5;
const WIDE_SHARE: f32 = 0.11;

/** Adds to a plane `[72, 128]` of light `veil`, and `strength` times its bloom and that of lamps. `spare` has room for three planes `[36, 64]`. */
export function bloom(plane: usize, lamps: usize, strength: f32, veil: f32, spare: usize): void {
  const near = spare + HALF;
  const wide = spare + 2 * HALF;
  halveBright(plane, lamps, spare);
  smoothTwice(spare, near, NEAR_RADIUS);
  smoothTwice(spare, wide, WIDE_RADIUS);
  const nearShare = f32x4.splat(strength * NEAR_SHARE);
  const wideShare = f32x4.splat(strength * WIDE_SHARE);
  for (let at: usize = 0; at < HALF; at += 16) {
    const sum = f32x4.add(f32x4.mul(nearShare, v128.load(near + at)), f32x4.mul(wideShare, v128.load(wide + at)));
    v128.store(spare + at, sum);
  }
  addDoubled(spare, plane, veil);
}

function smoothTwice(source: usize, out: usize, radius: i32): void {
  boxBlur(source, out, HALF_WIDTH, HALF_HEIGHT, radius, radius, true);
  boxBlur(out, out, HALF_WIDTH, HALF_HEIGHT, radius, radius, true);
}

/** Writes the 2 x 2 means of what blooms. */
function halveBright(plane: usize, lamps: usize, out: usize): void {
  for (let y = 0; y < HALF_HEIGHT; y++) {
    for (let x: usize = 0; x < ROW; x += 32) {
      const low = f32x4.add(bright(plane + x, lamps + x), bright(plane + x + ROW, lamps + x + ROW));
      const high = f32x4.add(bright(plane + x + 16, lamps + x + 16), bright(plane + x + ROW + 16, lamps + x + ROW + 16));
      v128.store(out, halved(low, high));
      out += 16;
    }
    plane += 2 * ROW;
    lamps += 2 * ROW;
  }
}

// @ts-ignore: decorator
@inline
function bright(light: usize, lamps: usize): v128 {
  const over = f32x4.pmax(f32x4.splat(0), f32x4.sub(v128.load(light), f32x4.splat(CLIP)));
  return f32x4.pmin(f32x4.splat(BRIGHTEST), f32x4.add(over, v128.load(lamps)));
}
