import { Random } from '../core/random.js';
import type { Camera } from './camera.js';
import { hash } from './street-plan.js';

/** A far house, a rectangle in the sky. */
interface SkylineHouse {
  /** Rows `top` to `bottom` and columns `from` to `to`, both exclusive at the end, inside the frame. */
  readonly top: number;
  readonly bottom: number;
  readonly from: number;
  readonly to: number;
  /** Height in pixels, not rounded. */
  readonly height: number;
  /** Share of its own colour, the rest is haze. */
  readonly tone: number;
  /** Draws its lit windows, before the next house. */
  readonly random: Random;
}

/** Gives the far houses that are painted into the sky at the end of the street, in the order of painting. */
export function* skyline(seed: number, camera: Camera): Generator<SkylineHouse, void, undefined> {
  const random = new Random(hash(seed, 33));
  const unit = camera.focal / 1000;
  for (let n = 0; n < 26; n++) {
    const width = Math.round(random.between(14, 46) * unit);
    const height = random.between(16, 105) * unit * (random.next() < 0.3 ? 1.4 : 0.8);
    const left = Math.round(camera.centerX + random.between(-330, 330) * unit);
    const tone = random.between(0.22, 0.5);
    const top = Math.max(0, Math.round(camera.horizonY - height));
    const bottom = Math.max(top, Math.ceil(Math.min(camera.height, camera.horizonY + 2)));
    const from = Math.max(0, left);
    const to = Math.min(camera.width, left + width);
    if (from < to) yield { top, bottom, from, to, height, tone, random };
  }
}
