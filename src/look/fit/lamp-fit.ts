import type { Planes } from './fit-kernel.js';
import type { SpotRegion } from './spot-region.js';

/** A lamp in samples of its image: as `Look.lamps`, but for units. */
export interface FittedLamp {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly luma: number;
  readonly u: number;
  readonly v: number;
  readonly hardness: number;
  /** How sure it is: luma by which it exceeds what is around it. */
  readonly strength: number;
}

/** Mean over peak within half height: of a Gaussian, and of a box; and hardness of the latter. */
const GAUSSIAN_FLATNESS = 0.72;
const BOX_FLATNESS = 0.97;
const MAX_HARDNESS = 4;
/** Distance, in half axes, up to which a lamp's samples are read. */
const REACH = 1.9;
/** How often a lamp exceeds what the grid leaves around it: less is texture. */
const MIN_CONTRAST = 4;
/** Ring around a lamp, in samples beyond its reach, that says what is left there. */
const RING = 4;
/** Luma above which a sample of the night is clipped, and how much brighter a lamp is whose middle clips. */
const CLIPPED = 0.97;
const CLIPPED_LUMA = 1.15;
/** Largest chroma per luma: a red lamp's. */
const MAX_TINT = 1.6;
/** Smallest luma of a lamp. */
const MIN_LUMA = 0.06;

/**
 * Fits a lamp to a spot: its radii from the spot's, its luma by least squares to what the grid leaves, its colour from the samples that do
 * not clip. Undefined where what is left around it is as strong. Borrows the planes.
 */
export function fitLamp(region: SpotRegion, night: Planes, rest: Planes): FittedLamp | undefined {
  const share = (region.flatness - GAUSSIAN_FLATNESS) / (BOX_FLATNESS - GAUSSIAN_FLATNESS);
  const hardness = 1 + (MAX_HARDNESS - 1) * Math.min(1, Math.max(0, share));
  const toRadius = (2 * Math.LN2) ** (-1 / (2 * hardness));
  const shape = { ...region, hardness, radiusX: region.halfX * toRadius, radiusY: region.halfY * toRadius };
  const sums = { fit: 0, norm: 0, u: 0, v: 0, light: 0, ring: 0, ringCount: 0, isClipped: false };
  const [nightY = EMPTY, nightU = EMPTY, nightV = EMPTY] = night.planes;
  const [restY = EMPTY, restU = EMPTY, restV = EMPTY] = rest.planes;
  forEachSample(shape, rest, RING, (i, spot) => {
    const left = restY[i] ?? 0;
    if (spot < 0.02) {
      sums.ring += Math.abs(left);
      sums.ringCount++;
      return;
    }
    sums.fit += spot * left;
    sums.norm += spot * spot;
    if ((nightY[i] ?? 0) > CLIPPED) {
      sums.isClipped = true;
      return;
    }
    const kept = 1 - Math.min(1, spot * region.peak) ** 2;
    sums.u += (nightU[i] ?? 0) - kept * ((nightU[i] ?? 0) - (restU[i] ?? 0));
    sums.v += (nightV[i] ?? 0) - kept * ((nightV[i] ?? 0) - (restV[i] ?? 0));
    sums.light += spot * region.peak;
  });
  const fitted = sums.fit / sums.norm;
  const luma = sums.isClipped ? CLIPPED_LUMA * fitted : fitted;
  const around = sums.ring / Math.max(1, sums.ringCount);
  if (!(luma >= MIN_LUMA) || fitted < MIN_CONTRAST * around) return undefined;
  const tint = (sum: number): number =>
    sums.light > 0.1 ? Math.min(MAX_TINT, Math.max(-MAX_TINT, sum / sums.light)) : 0;
  const { x, y, radiusX, radiusY, peak } = shape;
  return { x, y, radiusX, radiusY, luma, hardness, u: tint(sums.u), v: tint(sums.v), strength: Math.min(peak, fitted) };
}

/** Removes a lamp's light from what the grid leaves, so that the lights layer does not draw it again. Changes `rest`. */
export function removeLamp(lamp: FittedLamp, night: Planes, rest: Planes): void {
  const [nightY = EMPTY] = night.planes;
  const [restY = EMPTY, restU = EMPTY, restV = EMPTY] = rest.planes;
  const shape = { ...lamp, halfX: lamp.radiusX, halfY: lamp.radiusY };
  forEachSample(shape, rest, RING, (i, spot) => {
    const light = spot * lamp.luma;
    const under = (nightY[i] ?? 0) - (restY[i] ?? 0);
    const drawn = Math.max(under, Math.min(1, under + light)) - under;
    restY[i] = (restY[i] ?? 0) - drawn;
    const kept = Math.max(0, 1 - 4 * light);
    restU[i] = kept * (restU[i] ?? 0);
    restV[i] = kept * (restV[i] ?? 0);
  });
}

const EMPTY = new Float32Array();

/** Calls `visit` with each sample in reach of a lamp, `margin` samples beyond included, and the share of its luma there. */
function forEachSample(
  lamp: Pick<FittedLamp, 'x' | 'y' | 'radiusX' | 'radiusY' | 'hardness'> & { halfX: number; halfY: number },
  { width, height, stride }: Omit<Planes, 'planes'>,
  margin: number,
  visit: (i: number, spot: number) => void,
): void {
  const reachX = REACH * lamp.halfX + margin;
  const reachY = REACH * lamp.halfY + margin;
  const toX = Math.min(width, Math.ceil(lamp.x + reachX));
  const toY = Math.min(height, Math.ceil(lamp.y + reachY));
  for (let y = Math.max(0, Math.floor(lamp.y - reachY)); y < toY; y++) {
    const down = (((y + 0.5 - lamp.y) / lamp.radiusY) ** 2) ** lamp.hardness;
    for (let x = Math.max(0, Math.floor(lamp.x - reachX)); x < toX; x++) {
      const across = (((x + 0.5 - lamp.x) / lamp.radiusX) ** 2) ** lamp.hardness;
      visit(y * stride + x, Math.exp(-0.5 * (across + down)));
    }
  }
}
