import { takeComponents } from './components.js';
import { SURFACE_HEIGHT, SURFACE_WIDTH, type Place } from './scene.js';
import { markAbove, surfacePlane } from './scene-maps.js';

/** The head of a street lamp in one frame. */
export interface FoundLampHead {
  readonly place: Place;
  /** Shares of the image's width. */
  readonly radius: number;
  /** Height of the pole below it, shares of the image's height. */
  readonly height: number;
}

/** Probability from which a sample is a lamp head. */
const MIN_HEAD = 0.6;
/** Probability from which a sample belongs to a pole. */
const MIN_POLE = 0.6;
/** A pole with a lamp is at least this high, and ends at least this far above the horizon; shares of the image's height. */
const MIN_HEIGHT = 0.12;
const MIN_RISE = 0.1;
/** A pole is at least so many times as high as wide. */
const MIN_SLENDERNESS = 2;
/** Radius of a head, as a share of its pole's height. */
const RADIUS_SHARE = 0.02;
/** Heads nearer to each other than this are one; shares of the image's width. */
const MIN_DISTANCE = 0.02;
/** Largest distance of a head from the top of its pole, shares of the image's width and height. */
const MAX_ARM = 0.07;
/** Largest area of a head, samples. */
const MAX_HEAD_AREA = 60;

/**
 * The lamp heads: those of `posts`, then where the network sees one, and at the top of tall poles.
 * @param surfaces `[13, 72, 128]`. @param horizon share of the image's height. @param posts heads of posts before the sky.
 */
export function findLampHeads(
  surfaces: Float32Array,
  horizon: number,
  posts: readonly FoundLampHead[],
  { head: minHead, pole: minPole }: { readonly head: number; readonly pole: number } = {
    head: MIN_HEAD,
    pole: MIN_POLE,
  },
): FoundLampHead[] {
  const heads = markAbove(surfacePlane(surfaces, 'lampHead'), minHead);
  const found = [...posts];
  for (const area of takeComponents(heads, SURFACE_WIDTH, MAX_HEAD_AREA)) {
    const y = (area.top + area.bottom) / 2 / SURFACE_HEIGHT;
    const height = Math.max(0.03, 1.15 * (horizon - y));
    const place = { x: (area.left + area.right) / 2 / SURFACE_WIDTH, y };
    if (posts.some((head) => isOnePole(head.place, place))) continue;
    found.push({
      place,
      radius: Math.min(0.012, Math.max(0.0016, (0.35 * (area.right - area.left)) / SURFACE_WIDTH)),
      height,
    });
  }
  const pole = surfacePlane(surfaces, 'pole');
  const signal = surfacePlane(surfaces, 'signal');
  const sign = surfacePlane(surfaces, 'sign');
  const poles = markAbove(pole, minPole);
  const kept = poles.slice();
  const seen = [...found];
  for (const area of takeComponents(poles, SURFACE_WIDTH)) {
    const height = (area.bottom - area.top) / SURFACE_HEIGHT;
    const top = area.top / SURFACE_HEIGHT;
    const width = (area.right - area.left) / SURFACE_WIDTH;
    const isSlender = height * SURFACE_HEIGHT >= MIN_SLENDERNESS * width * SURFACE_WIDTH;
    if (height < MIN_HEIGHT || top > horizon - MIN_RISE || area.top < 1 || !isSlender) continue;
    let [sum, count, other] = [0, 0, 0];
    for (let x = area.left; x < area.right; x++) {
      const i = area.top * SURFACE_WIDTH + x;
      if (kept[i] === 0) continue;
      sum += x + 0.5;
      count++;
      for (const y of [-2, -1, 0, 1]) {
        const at = i + y * SURFACE_WIDTH;
        other = Math.max(other, (signal[at] ?? 0) + (sign[at] ?? 0));
      }
    }
    if (other > 0.3) continue; // the pole bears a signal or a sign
    const place = { x: sum / count / SURFACE_WIDTH, y: (area.top + 0.5) / SURFACE_HEIGHT };
    if (seen.some((head) => isOnePole(head.place, place))) continue;
    if (found.some((head) => Math.abs(head.place.x - place.x) < MIN_DISTANCE)) continue;
    found.push({ place, radius: headRadius(height), height });
  }
  return found;
}

/** Whether a head may be that of a pole whose top is at a place. */
function isOnePole(head: Place, top: Place): boolean {
  return Math.abs(head.x - top.x) < MAX_ARM && Math.abs(head.y - top.y) < MAX_ARM;
}

/** Radius of a head, a share of the image's width. @param height of its pole, a share of the image's height. */
export function headRadius(height: number): number {
  return Math.min(0.006, Math.max(0.0014, (RADIUS_SHARE * height * 9) / 16));
}
