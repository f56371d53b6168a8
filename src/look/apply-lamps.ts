import { lampReach, lampShapes, type LampShape } from './lamp-shape.js';

/** Excess over luma per unit of U and of V, BT.709: red, green and blue. */
const EXCESS = { redV: 1.5748, greenU: -0.18732, greenV: -0.46812, blueU: 1.8556 } as const;
/** Room for colour above a luma of 0, and the luma from which there is none: see `Look`. */
const HEADROOM = { black: 1.06, none: 1.5 } as const;
/** The sum of all lamps at a pixel ends here. */
const MAX_LIGHT = 8;

/**
 * Draws the lamps of a look on an image in float arithmetic: see `Look`. A chroma sample stands for its own pixel alone.
 * @param image `[3, height, width]` of Y, U, V in BT.709 full range; changed in place. @param day the same by day.
 */
export function applyLampsInto(
  lamps: Float32Array,
  image: Float32Array,
  day: Float32Array,
  [width, height]: readonly [width: number, height: number],
): void {
  const shapes = lampShapes(lamps, width, height);
  if (shapes.length === 0) return;
  const light = new Float32Array(3 * width * height);
  for (const shape of shapes) addLight(shape, light, day, [width, height]);
  const count = width * height;
  for (let i = 0; i < count; i++) {
    const luma = Math.min(MAX_LIGHT, light[i] ?? 0);
    if (luma === 0) continue;
    const [u, v] = [light[count + i] ?? 0, light[2 * count + i] ?? 0];
    const share = colorShare(luma, u, v);
    const rest = 1 - Math.min(1, luma) ** 2;
    const y = image[i] ?? 0;
    image[i] = Math.max(y, Math.min(1, y + luma));
    image[count + i] = rest * (image[count + i] ?? 0) + share * u;
    image[2 * count + i] = rest * (image[2 * count + i] ?? 0) + share * v;
  }
}

/** Adds the luma of a lamp and its chroma to `[3, height, width]`. */
function addLight(
  shape: LampShape,
  light: Float32Array,
  day: Float32Array,
  [width, height]: readonly [width: number, height: number],
): void {
  const [reachX, reachY] = lampReach(shape);
  const count = width * height;
  const fromX = Math.max(0, Math.floor(shape.x - reachX));
  const toX = Math.min(width, Math.ceil(shape.x + reachX));
  const fromY = Math.max(0, Math.floor(shape.y - reachY));
  const toY = Math.min(height, Math.ceil(shape.y + reachY));
  for (let y = fromY; y < toY; y++) {
    for (let x = fromX; x < toX; x++) {
      const i = y * width + x;
      const shown = shownAt(shape, day[i] ?? 0, day[2 * count + i] ?? 0);
      const luma = lumaAt(shape, x + 0.5 - shape.x, y + 0.5 - shape.y, shown);
      light[i] = (light[i] ?? 0) + luma;
      light[count + i] = (light[count + i] ?? 0) + shape.u * luma;
      light[2 * count + i] = (light[2 * count + i] ?? 0) + shape.v * luma;
    }
  }
}

/** Share of a lamp's spot that shows where the day has a luma and a V. */
function shownAt({ dayEnd, daySlope, redStart, redSlope }: LampShape, luma: number, v: number): number {
  const clamped = (share: number): number => Math.min(1, Math.max(0, share));
  if (dayEnd > 0) return clamped((dayEnd - luma) * daySlope);
  return redStart === undefined ? 1 : clamped((v - redStart) * redSlope);
}

/** Luma of a lamp at a distance from its centre, pixels. @param shown share of its spot that shows there. */
function lumaAt(shape: LampShape, dx: number, dy: number, shown: number): number {
  const across = ((dx / shape.radiusX) ** 2) ** shape.hardness;
  const down = ((dy / shape.radiusY) ** 2) ** shape.hardness;
  const spot = shown * shape.spotLuma * Math.exp(-0.5 * (across + down));
  const distance = dx * dx + dy * dy;
  const near = Math.exp(-0.5 * (distance / shape.nearRadius ** 2));
  const wide = Math.exp(-0.5 * (distance / shape.wideRadius ** 2));
  return spot + 0.5 * shape.glowLuma * (near + wide);
}

/** Share of the lamps' chroma that remains: what fits between their luma and white, softly. */
function colorShare(luma: number, u: number, v: number): number {
  const room = HEADROOM.black * Math.max(0, 1 - luma / HEADROOM.none) ** 2;
  const excess = Math.max(EXCESS.redV * v, EXCESS.greenU * u + EXCESS.greenV * v, EXCESS.blueU * u);
  return excess > room ? room / excess : 1;
}
