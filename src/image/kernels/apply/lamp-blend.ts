// Blends the summed light of the lamps with two rows of luma and one of chroma, in place, and sets the sums back to zero.
import * as at from './layout';
import { frameWidth, lampLuma, lampMarks, lampRowBytes, lampU, lampV } from './frame';

// Vectors of a frame, i16 but for the first: luma of white, u8, as a code; with 4 fraction bits, and half of that; chroma that
// always fits below half of white; factors, 15 fraction bits: from luma to the share, with 12, of the luma that leaves no room for
// colour; the room without luma; from U and from V to what red, green and blue exceed luma by; from U and V to luma; what undoes
// that white, squared as a share of 4096, is less than 1, 7 fraction bits.
const WHITE: usize = at.LAMP_VECTORS;
const ONE: usize = WHITE + 16;
const HALF: usize = ONE + 16;
const FITS: usize = HALF + 16;
const TO_SHARE: usize = FITS + 16;
const ROOM: usize = TO_SHARE + 16;
const RED: usize = ROOM + 16;
const GREEN: usize = RED + 32;
const BLUE: usize = GREEN + 32;
const CROSS: usize = BLUE + 32;
const UNSQUARE: usize = CROSS + 32;
const VECTORS: i32 = 15;

/** One, with 12 fraction bits, cut so that it fits 15 bits. */
const ALMOST_ONE: i16 = 4095;
/** Luma of this colour matrix is not BT.709's: lamps' chroma changes it. */
let crosses: bool = false;

/** Writes the vectors from the numbers at LAMP_FRAME, in their order. */
export function writeLampVectors(): void {
  v128.store(WHITE, i8x16.splat(<i8>(<i32>load<f32>(at.LAMP_FRAME))));
  for (let i = 1; i < VECTORS; i++) {
    v128.store(WHITE + i * 16, i16x8.splat(<i16>nearest(load<f32>(at.LAMP_FRAME + i * 4))));
  }
  crosses = load<f32>(at.LAMP_FRAME, 48) != 0 || load<f32>(at.LAMP_FRAME, 52) != 0;
}

/** Blends all sums with the rows at `y0`, `y1`, `u` and `v`. */
export function blendLamps(y0: usize, y1: usize, u: usize, v: usize): void {
  const count = (frameWidth + 15) >> 4;
  for (let first = 0; first < count; first += 8) {
    if (load<u64>(lampMarks + first) == 0) continue;
    for (let i = first; i < min(first + 8, count); i++) {
      if (load<u8>(lampMarks + i) == 0) continue;
      blend(i * 16, y0 + i * 16, y1 + i * 16, u + i * 8, v + i * 8);
      store<u8>(lampMarks + i, 0);
    }
  }
}

/** Blends sixteen columns, from `x` on. */
// @ts-ignore: decorator
@inline
function blend(x: i32, y0: usize, y1: usize, u: usize, v: usize): void {
  const luma = lampLuma + x * 2;
  const a0 = v128.load(luma);
  const b0 = v128.load(luma, 16);
  const a1 = v128.load(luma + lampRowBytes);
  const b1 = v128.load(luma + lampRowBytes, 16);
  const zero = i64x2.splat(0);
  v128.store(luma, zero);
  v128.store(luma, zero, 16);
  v128.store(luma + lampRowBytes, zero);
  v128.store(luma + lampRowBytes, zero, 16);
  let chromaU = takeChroma(lampU + x * 2);
  let chromaV = takeChroma(lampV + x * 2);

  // [8] light on the samples of chroma
  const a = i16x8.avgr_u(a0, a1);
  const b = i16x8.avgr_u(b0, b1);
  const even = v128.shuffle<i16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
  const light = i16x8.avgr_u(even, v128.shuffle<i16>(a, b, 1, 3, 5, 7, 9, 11, 13, 15));

  const strongest = i16x8.max_s(i16x8.abs(chromaU), i16x8.abs(chromaV));
  const mayClip = v128.or(i16x8.gt_s(light, v128.load(HALF)), i16x8.gt_s(strongest, v128.load(FITS)));
  if (v128.any_true(mayClip)) {
    const share = i16x8.sub(i16x8.splat(ALMOST_ONE), i16x8.q15mulr_sat_s(light, v128.load(TO_SHARE)));
    const rest = i16x8.shl(i16x8.max_s(share, zero), 3);
    const room = i16x8.q15mulr_sat_s(i16x8.q15mulr_sat_s(rest, rest), v128.load(ROOM));
    const reds = weighed(RED, chromaU, chromaV);
    const excess = i16x8.max_s(reds, i16x8.max_s(weighed(GREEN, chromaU, chromaV), weighed(BLUE, chromaU, chromaV)));
    const kept = keptShare(room, excess);
    chromaU = i16x8.q15mulr_sat_s(chromaU, kept);
    chromaV = i16x8.q15mulr_sat_s(chromaV, kept);
  }
  const cut = i16x8.shl(i16x8.min_s(light, v128.load(ONE)), 3);
  const covered = i16x8.q15mulr_sat_s(cut, cut);
  blendChroma(u, chromaU, covered);
  blendChroma(v, chromaV, covered);

  if (crosses) {
    const cross = weighed(CROSS, chromaU, chromaV);
    const low = v128.shuffle<i16>(cross, cross, 0, 0, 1, 1, 2, 2, 3, 3);
    const high = v128.shuffle<i16>(cross, cross, 4, 4, 5, 5, 6, 6, 7, 7);
    blendLuma(y0, i16x8.add_sat_s(a0, low), i16x8.add_sat_s(b0, high));
    blendLuma(y1, i16x8.add_sat_s(a1, low), i16x8.add_sat_s(b1, high));
  } else {
    blendLuma(y0, a0, b0);
    blendLuma(y1, a1, b1);
  }
}

/** Returns eight sums of chroma with 4 fraction bits, and sets them to zero. */
// @ts-ignore: decorator
@inline
function takeChroma(address: usize): v128 {
  const half = i32x4.splat(2048);
  const low = i32x4.shr_s(i32x4.add(v128.load(address), half), 12);
  const high = i32x4.shr_s(i32x4.add(v128.load(address, 16), half), 12);
  v128.store(address, i64x2.splat(0));
  v128.store(address, i64x2.splat(0), 16);
  return i16x8.narrow_i32x4_s(low, high);
}

/** Returns U and V times the two vectors at `factors`. */
// @ts-ignore: decorator
@inline
function weighed(factors: usize, u: v128, v: v128): v128 {
  return i16x8.add_sat_s(
    i16x8.q15mulr_sat_s(u, v128.load(factors)),
    i16x8.q15mulr_sat_s(v, v128.load(factors, 16)),
  );
}

/** Returns the share of the chroma that the room holds, 15 fraction bits. */
// @ts-ignore: decorator
@inline
function keptShare(room: v128, excess: v128): v128 {
  const all = i16x8.max_s(i16x8.max_s(room, excess), i16x8.splat(1));
  const low = quotient(i32x4.extend_low_i16x8_s(room), i32x4.extend_low_i16x8_s(all));
  const high = quotient(i32x4.extend_high_i16x8_s(room), i32x4.extend_high_i16x8_s(all));
  return i16x8.narrow_i32x4_s(low, high);
}

// @ts-ignore: decorator
@inline
function quotient(a: v128, b: v128): v128 {
  const share = f32x4.div(f32x4.convert_i32x4_s(a), f32x4.convert_i32x4_s(b));
  return i32x4.trunc_sat_f32x4_s(f32x4.mul(share, f32x4.splat(32767)));
}

/** Adds code values with 4 fraction bits to sixteen pixels: up to white, and never darkens. */
// @ts-ignore: decorator
@inline
function blendLuma(y: usize, low: v128, high: v128): void {
  const half = i16x8.splat(8);
  const added = i8x16.narrow_i16x8_u(
    i16x8.shr_s(i16x8.add_sat_s(low, half), 4),
    i16x8.shr_s(i16x8.add_sat_s(high, half), 4),
  );
  const before = v128.load(y);
  v128.store(y, i8x16.max_u(before, i8x16.min_u(i8x16.add_sat_u(before, added), v128.load(WHITE))));
}

/** Fades eight chroma samples by the share that is covered and adds the lamps' chroma. */
// @ts-ignore: decorator
@inline
function blendChroma(address: usize, chroma: v128, covered: v128): void {
  const day = i16x8.sub(i16x8.extend_low_i8x16_u(v128.load64_zero(address)), i16x8.splat(128));
  const faded = i16x8.shr_s(i16x8.q15mulr_sat_s(i16x8.mul(day, v128.load(UNSQUARE)), covered), 3);
  const sum = i16x8.add_sat_s(i16x8.sub(i16x8.shl(day, 4), faded), chroma);
  const codes = i16x8.add(i16x8.shr_s(i16x8.add_sat_s(sum, i16x8.splat(8)), 4), i16x8.splat(128));
  v128.store64_lane(address, i8x16.narrow_i16x8_u(codes, codes), 0);
}
