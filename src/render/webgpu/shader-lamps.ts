/**
 * WGSL: the light of lamps on a block of 8x2 pixels, and its blend with the night. As `lamp-light.ts`, `lamp-math.ts` and
 * `lamp-blend.ts` of the kernel; `lamp-records.ts` writes the records.
 */
export const LAMPS = /* wgsl */ `
/** Sums of a block: luma of the upper row, then of the lower one, 4 fraction bits; U and V, 15 fraction bits. */
var<private> lampLuma: array<i32, 16>;
var<private> lampU: array<i32, 4>;
var<private> lampV: array<i32, 4>;

const RECORD = 24u;
fn numberOf(lamp: u32, field: u32) -> f32 { return bitcast<f32>(lamps[lamp * RECORD + field]); }
fn integerOf(lamp: u32, field: u32) -> i32 { return bitcast<i32>(lamps[lamp * RECORD + field]); }

fn powerOfTwo(x: f32) -> f32 {
  let cut = max(x, -100.0);
  let whole = floor(cut);
  let f = cut - whole;
  let p = (((0.01369766 * f + 0.05169037) * f + 0.24163844) * f + 0.6929661) * f + 1.0000037;
  return ldexp(p, i32(whole));
}
fn logarithm(x: f32) -> f32 {
  let bits = bitcast<i32>(x);
  let f = bitcast<f32>((bits & 0x7fffff) | 0x3f800000) - 1.0;
  let p = (((0.04638469 * f - 0.196268) * f + 0.4175944) * f - 0.70966238) * f + 1.44196558;
  return f32((bits >> 23u) - 127) + p * f;
}
/** exp(-squared / 2). */
fn bell(squared: f32) -> f32 { return powerOfTwo(squared * -0.72134752); }
fn power(x: f32, exponent: f32) -> f32 { return powerOfTwo(logarithm(x) * exponent); }
fn packed(value: f32) -> i32 { return sat(i32(round(value))); }

/** Whether a block lies within a distance of a lamp's centre. */
fn isWithin(x: i32, center: f32, half: f32) -> bool {
  let first = i32(max(f32(params.fromColumn), floor(center - half))) & ~7;
  return x >= first && x < i32(min(f32(params.width), ceil(center + half)));
}

fn addColumn(i: u32, upper: i32, lower: i32, tint: vec2<i32>) {
  lampLuma[i] = min(32767, lampLuma[i] + upper);
  lampLuma[i + 8u] = min(32767, lampLuma[i + 8u] + lower);
  let both = mean(upper, lower);
  lampU[i >> 1u] += both * tint.x;
  lampV[i >> 1u] += both * tint.y;
}

fn addGlow(lamp: u32, x: i32, row: i32) -> bool {
  let y0 = f32(row) + 0.5 - numberOf(lamp, 3u);
  let y1 = y0 + 1.0;
  let rest = numberOf(lamp, 11u) - min(y0 * y0, y1 * y1);
  let center = numberOf(lamp, 2u);
  if (rest <= 0.0) { return false; }
  if (!isWithin(x, center, sqrt(rest))) { return false; }
  let inverse = vec2<f32>(numberOf(lamp, 9u), numberOf(lamp, 10u));
  let height = numberOf(lamp, 12u);
  let up = y0 * inverse;
  let down = y1 * inverse;
  let upper = vec2<i32>(packed(bell(up.x * up.x) * height), packed(bell(up.y * up.y) * height));
  let lower = vec2<i32>(packed(bell(down.x * down.x) * height), packed(bell(down.y * down.y) * height));
  let origin = integerOf(lamp, 15u);
  let start = f32(origin) + 0.5 - center;
  let tint = vec2<i32>(integerOf(lamp, 13u), integerOf(lamp, 14u));
  for (var i = 0u; i < 8u; i++) {
    let d = (start + f32(x - origin + i32(i))) * inverse;
    let profile = vec2<i32>(packed(bell(d.x * d.x) * 32767.0), packed(bell(d.y * d.y) * 32767.0));
    let a = sat((profile.x * upper.x + profile.y * upper.y + 16384) >> 15u);
    let b = sat((profile.x * lower.x + profile.y * lower.y + 16384) >> 15u);
    addColumn(i, a, b, tint);
  }
  return true;
}

fn share(day: i32, end: f32, slope: f32) -> f32 { return clamp((end - f32(day)) * slope, 0.0, 1.0); }

/** @param day words of luma: upper row, lower row. @param dayV word of V. */
fn addSpot(lamp: u32, x: i32, row: i32, day: vec4<u32>, dayV: u32) -> bool {
  let inverseX = numberOf(lamp, 4u);
  let inverseY = numberOf(lamp, 5u);
  let y0 = (f32(row) + 0.5 - numberOf(lamp, 3u)) * inverseY;
  let y1 = y0 + inverseY;
  let reach = numberOf(lamp, 7u);
  let rest = reach - min(y0 * y0, y1 * y1);
  if (rest <= 0.0) { return false; }
  let hardness = numberOf(lamp, 6u);
  let dayEnd = numberOf(lamp, 18u);
  let redStart = numberOf(lamp, 20u);
  let isSoft = hardness == 1.0 && !(dayEnd > 0.0) && !(redStart >= 0.0);
  let center = numberOf(lamp, 2u);
  if (!isWithin(x, center, sqrt(select(reach, rest, isSoft)) / inverseX)) { return false; }
  let height = numberOf(lamp, 8u);
  let tint = vec2<i32>(integerOf(lamp, 13u), integerOf(lamp, 14u));
  if (isSoft) {
    let upper = packed(bell(y0 * y0) * height);
    let lower = packed(bell(y1 * y1) * height);
    let origin = integerOf(lamp, 15u);
    let start = f32(origin) + 0.5 - center;
    for (var i = 0u; i < 8u; i++) {
      let d = (start + f32(x - origin + i32(i))) * inverseX;
      let profile = packed(bell(d * d) * 32767.0);
      addColumn(i, q15(profile, upper), q15(profile, lower), tint);
    }
    return true;
  }
  let upper = power(y0 * y0, hardness);
  let lower = power(y1 * y1, hardness);
  for (var i = 0u; i < 8u; i++) {
    let d = (f32(x + i32(i)) + 0.5 - center) * inverseX;
    let across = power(d * d, hardness);
    var a = bell(upper + across);
    var b = bell(lower + across);
    if (dayEnd > 0.0) {
      let slope = numberOf(lamp, 19u);
      a *= share(byteOf(select(day.x, day.y, i >= 4u), i & 3u), dayEnd, slope);
      b *= share(byteOf(select(day.z, day.w, i >= 4u), i & 3u), dayEnd, slope);
    } else if (redStart >= 0.0) {
      let shown = share(byteOf(dayV, i >> 1u), redStart, -numberOf(lamp, 21u));
      a *= shown;
      b *= shown;
    }
    addColumn(i, packed(a * height), packed(b * height), tint);
  }
  return true;
}

/** Numbers of the frame, in the order of lamp-blend.ts. */
fn frameNumber(i: u32) -> i32 { return params.lampFrame[i >> 2u][i & 3u]; }
fn weighed(first: u32, u: i32, v: i32) -> i32 { return sat(q15(u, frameNumber(first)) + q15(v, frameNumber(first + 1u))); }

/** Light on a chroma sample; U and V of the lamps, 4 fraction bits, cut to what fits below white. */
struct LampChroma { light: i32, u: i32, v: i32 }
fn lampChroma(i: u32) -> LampChroma {
  let a = mean(lampLuma[2u * i], lampLuma[2u * i + 8u]);
  let light = mean(a, mean(lampLuma[2u * i + 1u], lampLuma[2u * i + 9u]));
  let u = sat((lampU[i] + 2048) >> 12u);
  let v = sat((lampV[i] + 2048) >> 12u);
  if (light <= frameNumber(2u) && max(abs(u), abs(v)) <= frameNumber(3u)) { return LampChroma(light, u, v); }
  let rest = max(4095 - q15(light, frameNumber(4u)), 0) << 3u;
  let room = q15(q15(rest, rest), frameNumber(5u));
  let excess = max(weighed(6u, u, v), max(weighed(8u, u, v), weighed(10u, u, v)));
  let kept = sat(i32(f32(room) / f32(max(max(room, excess), 1)) * 32767.0));
  return LampChroma(light, q15(u, kept), q15(v, kept));
}

fn blendLuma(night: u32, light: i32) -> u32 {
  let sum = min(night + code(sat(light + 8) >> 4u), 255u);
  return max(night, min(sum, u32(frameNumber(0u))));
}
fn blendChroma(night: u32, chroma: i32, light: i32) -> u32 {
  let cut = min(light, frameNumber(1u)) << 3u;
  let day = i32(night) - 128;
  let faded = q15(day * frameNumber(14u), q15(cut, cut)) >> 3u;
  return code((sat(sat((day << 4u) - faded + chroma) + 8) >> 4u) + 128);
}
`;
