// The grade's per-sample steps of sky detection. src/infer/grade/grade-sky.ts explains the numbers.

// @ts-ignore: decorator
@inline
function constant(value: f32): v128 {
  return f32x4.splat(value);
}

/** Smoothstep: 0 up to `from`, 1 from `from + 1 / slope` on. */
// @ts-ignore: decorator
@inline
function smoothstep(from: f32, slope: f32, x: v128): v128 {
  const straight = f32x4.mul(f32x4.sub(x, constant(from)), constant(slope));
  const t = f32x4.min(f32x4.max(straight, constant(0)), constant(1));
  return f32x4.mul(f32x4.mul(t, t), f32x4.sub(constant(3), f32x4.add(t, t)));
}

// @ts-ignore: decorator
@inline
function inverse(x: v128): v128 {
  return f32x4.sub(constant(1), x);
}

/** Writes each sample's absolute difference to its right neighbour plus that to the one below. Missing neighbours add 0. */
export function steps(plane: usize, out: usize, width: i32, height: i32): void {
  const row = width * 4;
  for (let y = 0; y < height; y++) {
    const below: usize = y < height - 1 ? <usize>row : 0;
    for (let x = 0; x < row; x += 16) {
      const here = v128.load(plane);
      const next = v128.load(plane, 4);
      const right = x + 16 < row ? next : v128.shuffle<i32>(next, here, 0, 1, 2, 7);
      const across = f32x4.abs(f32x4.sub(right, here));
      v128.store(out, f32x4.add(across, f32x4.abs(f32x4.sub(v128.load(plane + below), here))));
      plane += 16;
      out += 16;
    }
  }
}

// Slopes of smoothsteps: one over the width of the ramp.
const SLOPE_BRIGHT: f32 = 1 / 0.18;
const SLOPE_WHITE: f32 = 1 / 0.2;
const SLOPE_CAST: f32 = 1 / 0.07;
const SLOPE_TEXTURE: f32 = 1 / 0.085;
const SLOPE_FACADE: f32 = 1 / 0.045;

/**
 * Rates `count` samples of a row: `score` is how likely each sample is sky, `pale` how free of a colour cast it is. `busy` holds
 * the texture around the samples, `threshold` is the minimum luma of sky, `height` is the row's weight. Overexposure rises
 * from luma `white` on, over `1 / whiteSlope`.
 */
export function rateSky(
  luma: usize,
  u: usize,
  v: usize,
  texture: usize,
  busy: usize,
  score: usize,
  pale: usize,
  count: i32,
  threshold: f32,
  height: f32,
  white: f32,
  whiteSlope: f32,
): void {
  for (let i: usize = 0; i < <usize>count * 4; i += 16) {
    const light = v128.load(luma + i);
    const blueness = v128.load(u + i);
    const redness = v128.load(v + i);
    const blue = f32x4.max(blueness, constant(0));
    const green = f32x4.sub(f32x4.neg(redness), f32x4.add(blue, constant(0.04)));
    const yellow = f32x4.sub(f32x4.neg(blueness), constant(0.02));
    const cast = f32x4.max(f32x4.max(yellow, redness), green);
    const bluer = f32x4.add(light, f32x4.mul(constant(1.6), blue));
    const bright = smoothstep(-0.06, SLOPE_BRIGHT, f32x4.sub(bluer, constant(threshold)));
    const allowed = f32x4.mul(constant(0.12), smoothstep(0.75, SLOPE_WHITE, light));
    const isPale = inverse(smoothstep(0.05, SLOPE_CAST, f32x4.sub(cast, allowed)));
    const smooth = inverse(smoothstep(0.045, SLOPE_TEXTURE, v128.load(texture + i)));
    const facade = smoothstep(0.045, SLOPE_FACADE, v128.load(busy + i));
    const seen = inverse(smoothstep(white, whiteSlope, light));
    const open = inverse(f32x4.mul(constant(0.65), f32x4.mul(facade, seen)));
    v128.store(pale + i, isPale);
    const all = f32x4.mul(f32x4.mul(bright, isPale), f32x4.mul(smooth, open));
    v128.store(score + i, f32x4.mul(all, constant(height)));
  }
}

// @ts-ignore: decorator
@inline
function total(sums: v128): f32 {
  return (
    f32x4.extract_lane(sums, 0) +
    f32x4.extract_lane(sums, 1) +
    (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3))
  );
}

/** Writes sums over `count` sky samples, weighted by brightness and blueness: weight, luma, U; three f32 at `out`. */
export function skyColour(mask: usize, luma: usize, u: usize, count: i32, out: usize): void {
  let weight = constant(0);
  let lumaSum = constant(0);
  let uSum = constant(0);
  for (let i: usize = 0; i < <usize>count * 4; i += 16) {
    const light = v128.load(luma + i);
    const blue = v128.load(u + i);
    const share = f32x4.mul(
      f32x4.mul(v128.load(mask + i), light),
      f32x4.add(constant(0.02), f32x4.max(blue, constant(0))),
    );
    weight = f32x4.add(weight, share);
    lumaSum = f32x4.add(lumaSum, f32x4.mul(share, light));
    uSum = f32x4.add(uSum, f32x4.mul(share, blue));
  }
  store<f32>(out, total(weight));
  store<f32>(out, total(lumaSum), 4);
  store<f32>(out, total(uSum), 8);
}

const SLOPE_LACKING: f32 = 1 / 0.04;

/** Removes `share` of the samples that are less blue than the sky and not brighter, from `mask` and `pale`. */
export function dropGrey(
  mask: usize,
  pale: usize,
  luma: usize,
  u: usize,
  count: i32,
  skyLuma: f32,
  skyU: f32,
  share: f32,
): void {
  for (let i: usize = 0; i < <usize>count * 4; i += 16) {
    const brighter = f32x4.mul(constant(0.5), f32x4.sub(v128.load(luma + i), constant(skyLuma)));
    const lacking = f32x4.sub(f32x4.sub(constant(skyU), v128.load(u + i)), brighter);
    const keep = inverse(f32x4.mul(constant(share), smoothstep(0.03, SLOPE_LACKING, lacking)));
    v128.store(mask + i, f32x4.mul(v128.load(mask + i), keep));
    v128.store(pale + i, f32x4.mul(v128.load(pale + i), keep));
  }
}
