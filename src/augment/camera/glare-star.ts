import type { GlareLamp } from './glare-lamps.js';
import type { LightPlanes } from './glare-light.js';

/** Lines through a lamp; each is two rays. */
const LINES = 3;
/** Light in the middle of a star at glare 1, as a share of its lamp's. */
const MAX_SHARE = 0.05;
/** Distance from the lamp over which a ray loses three quarters of its light, in the lamp's radii; at least so many samples. */
const FADE_RADII = 2.2;
const MIN_FADE = 3;
/** Half the width of a ray: deviation, as a share of the frame's width; at least so many samples. */
const RAY_SHARE = 0.0011;
const MIN_RAY = 0.7;
/** A ray ends where it is this faint, whites. */
const MIN_LIGHT = 0.0008;
/** Longest ray as a share of the frame's width. */
const MAX_LENGTH = 0.12;

/** Adds a soft star around each lamp, as the grime of a windscreen and the blades of an aperture draw them. @param amount 0 to 1. */
export function addStars(added: LightPlanes, lamps: readonly GlareLamp[], amount: number): void {
  const first = ((amount * 1e4) % 1) * (Math.PI / LINES); // of a draw, not of an item: the lens is one
  for (const lamp of lamps) {
    for (let line = 0; line < LINES; line++) addLine(added, lamp, first + (line * Math.PI) / LINES, amount * MAX_SHARE);
  }
}

function addLine({ width, height, luma, blue, red }: LightPlanes, lamp: GlareLamp, angle: number, share: number): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const isFlat = Math.abs(cos) >= Math.abs(sin);
  const main = isFlat ? cos : sin;
  const slope = (isFlat ? sin : cos) / main;
  const ray = Math.max(MIN_RAY, RAY_SHARE * width);
  const reach = Math.ceil((2.5 * ray) / Math.abs(main));
  const fade = Math.max(MIN_FADE, FADE_RADII * Math.sqrt(lamp.pixels / (8 * Math.PI))); // samples of half size
  const peak = share * lamp.light;
  const length = Math.min(MAX_LENGTH * width, fade * (Math.sqrt(peak / MIN_LIGHT) - 1));
  const [middleX, middleY] = [lamp.x / 2 - 0.5, lamp.y / 2 - 0.5];
  const [middle, side] = isFlat ? [middleX, middleY] : [middleY, middleX];
  const [count, sideCount] = isFlat ? [width, height] : [height, width];
  const from = Math.max(0, Math.ceil(middle - length * Math.abs(main)));
  const to = Math.min(count - 1, Math.floor(middle + length * Math.abs(main)));
  for (let at = from; at <= to; at++) {
    const distance = Math.abs((at - middle) / main);
    const center = side + (at - middle) * slope;
    const along = (peak / (1 + distance / fade) ** 2) * (1 - (distance / (length + 1)) ** 2);
    const nearest = Math.round(center);
    for (let across = Math.max(0, nearest - reach); across <= Math.min(sideCount - 1, nearest + reach); across++) {
      const light = along * Math.exp(-((((across - center) * main) / ray) ** 2) / 2);
      const i = isFlat ? across * width + at : at * width + across;
      luma[i] = (luma[i] ?? 0) + light;
      blue[i] = (blue[i] ?? 0) + light * lamp.blue;
      red[i] = (red[i] ?? 0) + light * lamp.red;
    }
  }
}
