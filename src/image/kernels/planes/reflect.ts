// What things reflect, from the day's light and the probabilities of their surfaces.
import { exp2 } from '../math/exponential';
import { smoothStep } from '../math/smooth-step';
import { PLANE } from './sizes';

const LOG2E: f32 = 1.442695;
/** Shares of a surface below this do not count. */
const FAINTEST: f32 = 0.01;
/** Share of sky above which a sample holds nothing else. */
const ALL_SKY: f32 = 0.995;
/** Share of the light that stays where the scene is not sure of anything: what is not sure is dark; between two shares of the surest. */
const UNSURE: f32 = 0.3;
const UNSURE_BELOW: f32 = 0.1;
const SURE_ABOVE: f32 = 0.35;
/** Largest reflectance, and the largest of one colour, in reflectances. */
const WHITEST: f32 = 0.85;
const MOST_VIVID: f32 = 2.4;
/** Differences of log light between which one is of sun and shadow, and those above the surface's level between which a bright one is paint. */
const SHADOW_FROM: f32 = 0.06;
const SHADOW_FULL: f32 = 0.3;
const PAINT_FROM: f32 = 0.15;
const PAINT_FULL: f32 = 0.6;
/** Luminance of the day from which it nears clipping, and at which it clips. */
const NEARLY_BLOWN: f32 = 0.79;
const BLOWN: f32 = 0.98;
/** Luminance of the day at which half of a colour counts. */
const DIM_COLOR: f32 = 0.012;
/** Bytes of a material. */
const MATERIAL: usize = 36;

/**
 * Writes reflectance by colour, planes R, G, B `[72, 128]`, one after the other; 0 where `sky` is all. `surfaces` is `[count, 72, 128]` shares;
 * `materials` is `[count, 9]`: of each surface what is constant of its log reflectance, its shares of large and small differences of log
 * light, that of colour, how much stronger small bright differences are, how much darker it is where the day is blown out, how much of it lets
 * the sky through, how much the sun's shadows and patches are pressed flat, and the mean of log light there. `light` is planes R, G, B and luminance of the day; `logs` is its log luminance and that smoothed; `brightest` is the largest
 * luminance around: the edges of what is blown out are as dark as its middle. `rim` is the share by which samples border the
 * sky, `even` that of ground which nothing stands on or near. Where these let the sky through, luminance from `clear` on is ever more of the sky, and from `through` on all of it.
 */
export function reflect(
  surfaces: usize,
  materials: usize,
  count: i32,
  light: usize,
  logs: usize,
  sky: usize,
  brightest: usize,
  rim: usize,
  even: usize,
  clear: f32,
  through: f32,
  keep: f32,
  black: f32,
  out: usize,
): void {
  for (let at: usize = 0; at < PLANE; at += 16) {
    const shows = f32x4.le(v128.load(sky + at), f32x4.splat(ALL_SKY));
    if (!v128.any_true(shows)) {
      storeColors(out + at, f32x4.splat(0), f32x4.splat(0), f32x4.splat(0));
      continue;
    }
    let constant = f32x4.splat(0);
    let large = f32x4.splat(0);
    let small = f32x4.splat(0);
    let color = f32x4.splat(0);
    let sure = f32x4.splat(0);
    let paint = f32x4.splat(1);
    let blownOut = f32x4.splat(0);
    let open = v128.load(rim + at);
    let flat = f32x4.splat(0);
    let mean = f32x4.splat(0);
    for (let surface: usize = 0; surface < <usize>count; surface++) {
      const all = v128.load(surfaces + surface * PLANE + at);
      const counts = f32x4.ge(all, f32x4.splat(FAINTEST));
      if (!v128.any_true(counts)) continue;
      const share = v128.and(all, counts);
      const material = materials + surface * MATERIAL;
      sure = f32x4.pmax(sure, share);
      constant = f32x4.add(constant, f32x4.mul(share, v128.load32_splat(material)));
      large = f32x4.add(large, f32x4.mul(share, v128.load32_splat(material, 4)));
      small = f32x4.add(small, f32x4.mul(share, v128.load32_splat(material, 8)));
      color = f32x4.add(color, f32x4.mul(share, v128.load32_splat(material, 12)));
      paint = f32x4.add(paint, f32x4.mul(share, v128.load32_splat(material, 16)));
      blownOut = f32x4.add(blownOut, f32x4.mul(share, v128.load32_splat(material, 20)));
      open = f32x4.add(open, f32x4.mul(share, v128.load32_splat(material, 24)));
      const even = f32x4.mul(share, v128.load32_splat(material, 28));
      flat = f32x4.add(flat, even);
      mean = f32x4.add(mean, f32x4.mul(even, v128.load32_splat(material, 32)));
    }
    const level = v128.load(logs + PLANE + at);
    const difference = f32x4.sub(v128.load(logs + at), level);
    const isBrighter = f32x4.gt(difference, f32x4.splat(0));
    // Even ground differs by paint alone; all else is sun and shadow.
    const above = f32x4.sub(v128.load(logs + at), f32x4.div(mean, f32x4.pmax(f32x4.splat(FAINTEST), flat)));
    const notPaint = f32x4.sub(f32x4.splat(1), smoothStep(above, PAINT_FROM, PAINT_FULL));
    const isStrong = smoothStep(f32x4.abs(difference), SHADOW_FROM, SHADOW_FULL);
    const isEven = f32x4.mul(isStrong, v128.load(even + at));
    const isSun = f32x4.mul(isEven, v128.bitselect(notPaint, f32x4.splat(1), isBrighter));
    const gain = f32x4.sub(v128.bitselect(paint, f32x4.splat(1), isBrighter), f32x4.mul(flat, isSun));
    const detail = f32x4.mul(difference, f32x4.pmax(f32x4.splat(0), gain));
    const kept = f32x4.mul(f32x4.splat(keep), f32x4.add(f32x4.mul(large, level), f32x4.mul(small, detail)));
    const value = f32x4.pmin(f32x4.splat(WHITEST), exp2(f32x4.mul(f32x4.add(constant, kept), f32x4.splat(LOG2E))));
    const luminance = v128.load(light + 3 * PLANE + at);
    const blown = f32x4.mul(blownOut, smoothStep(v128.load(brightest + at), NEARLY_BLOWN, BLOWN));
    const seen = f32x4.mul(f32x4.pmin(f32x4.splat(1), open), smoothStep(luminance, clear, through));
    const solid = f32x4.mul(f32x4.sub(f32x4.splat(1), blown), f32x4.sub(f32x4.splat(1), seen));
    const stays = f32x4.mul(sureness(sure), solid);
    const reflectance = v128.and(f32x4.mul(value, stays), shows);
    // Neither is that of the dark, which is noise.
    const bright = f32x4.div(luminance, f32x4.add(luminance, f32x4.splat(DIM_COLOR)));
    const own = f32x4.mul(f32x4.mul(solid, bright), f32x4.sub(f32x4.splat(1), f32x4.mul(flat, isSun)));
    const colored = f32x4.mul(f32x4.mul(color, own), reflectance); // the colour of sky and of its shadows is not its own
    const grey = f32x4.sub(reflectance, colored);
    const scale = f32x4.div(colored, f32x4.add(luminance, f32x4.splat(black)));
    const most = f32x4.mul(colored, f32x4.splat(MOST_VIVID));
    storeColors(
      out + at,
      f32x4.add(grey, f32x4.pmin(most, f32x4.mul(scale, v128.load(light + at)))),
      f32x4.add(grey, f32x4.pmin(most, f32x4.mul(scale, v128.load(light + PLANE + at)))),
      f32x4.add(grey, f32x4.pmin(most, f32x4.mul(scale, v128.load(light + 2 * PLANE + at)))),
    );
  }
}

/** Returns the share of the light that stays, by the largest share of a surface. */
// @ts-ignore: decorator
@inline
function sureness(largest: v128): v128 {
  const smooth = smoothStep(largest, UNSURE_BELOW, SURE_ABOVE);
  return f32x4.add(f32x4.splat(UNSURE), f32x4.mul(f32x4.splat(1 - UNSURE), smooth));
}

// @ts-ignore: decorator
@inline
function storeColors(out: usize, red: v128, green: v128, blue: v128): void {
  v128.store(out, red);
  v128.store(out + PLANE, green);
  v128.store(out + 2 * PLANE, blue);
}

/** Share of light that the own bonnet swallows. */
const BONNET: f32 = 0.985;

/**
 * Turns the light that falls on things, planes R, G, B, into what they send to the camera, times `gains`; the bonnet swallows it and what
 * shines. `reflectance` and `shine` are planes R, G, B; `bonnet` and `gains` one plane each.
 */
export function sendBack(light: usize, reflectance: usize, shine: usize, bonnet: usize, gains: usize): void {
  for (let at: usize = 0; at < PLANE; at += 16) {
    const clear = f32x4.sub(f32x4.splat(1), f32x4.mul(f32x4.splat(BONNET), v128.load(bonnet + at)));
    const gain = f32x4.mul(clear, v128.load(gains + at));
    for (let plane = at; plane < 3 * PLANE; plane += PLANE) {
      const sent = f32x4.mul(v128.load(light + plane), v128.load(reflectance + plane));
      v128.store(light + plane, f32x4.mul(sent, gain));
      v128.store(shine + plane, f32x4.mul(v128.load(shine + plane), clear));
    }
  }
}
