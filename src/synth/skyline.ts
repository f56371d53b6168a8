import { Random } from '../core/random.js';
import type { Camera } from './camera.js';
import { hash } from './street-plan.js';

/** What stands at the end of the street: the houses of a town, a row of trees, wooded hills, or nothing. */
export type Backdrop = 'town' | 'trees' | 'hills' | 'none';

/** A far house, or a slice of far trees: a rectangle in the sky. */
interface SkylinePart {
  /** Rows `top` to `bottom` and columns `from` to `to`, both exclusive at the end, inside the frame. */
  readonly top: number;
  readonly bottom: number;
  readonly from: number;
  readonly to: number;
  /** Height in pixels, not rounded. */
  readonly height: number;
  /** Share of its own colour, the rest is haze. */
  readonly tone: number;
  readonly surface: 'facade' | 'vegetation';
  /** Draws its lit windows, before the next house. */
  readonly random: Random;
}

/** Gives what is painted into the sky at the horizon, in the order of painting. */
export function skyline(seed: number, camera: Camera, backdrop: Backdrop): Iterable<SkylinePart> {
  if (backdrop === 'town') return farHouses(seed, camera);
  return backdrop === 'none' ? [] : farTrees(seed, camera, backdrop);
}

function* farHouses(seed: number, camera: Camera): Generator<SkylinePart, void, undefined> {
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
    if (from < to) yield { top, bottom, from, to, height, tone, surface: 'facade', random };
  }
}

/** Columns of one slice of far trees. */
const SLICE = 2;

/** Trees are rough and low, hills smooth, high and hazy. */
function* farTrees(seed: number, camera: Camera, kind: 'trees' | 'hills'): Generator<SkylinePart, void, undefined> {
  const random = new Random(hash(seed, 34));
  const { width, height: rows, focal, centerX, horizonY } = camera;
  const isHill = kind === 'hills';
  const base = (isHill ? random.between(0.03, 0.12) : random.between(0.015, 0.05)) * focal;
  const tone = isHill ? random.between(0.3, 0.7) : random.between(0.5, 0.95);
  const waves = Array.from({ length: 7 }, (_, i) => ({
    phase: random.between(0, 6.28),
    frequency: (isHill ? 2.2 : 9) * 1.7 ** i,
    share: 0.55 / 1.35 ** i,
  }));
  for (let from = 0; from < width; from += SLICE) {
    const aside = (from - centerX) / focal;
    const wave = waves.reduce(
      (sum, { phase, frequency, share }) => sum + share * Math.sin(aside * frequency + phase),
      0,
    );
    const height = Math.max(1, base * (1 + 0.5 * wave));
    const top = Math.max(0, Math.round(horizonY - height));
    const bottom = Math.max(top, Math.ceil(Math.min(rows, horizonY + 2)));
    yield { top, bottom, from, to: Math.min(width, from + SLICE), height, tone, surface: 'vegetation', random };
  }
}
