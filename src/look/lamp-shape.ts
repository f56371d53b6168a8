import { LAMP_FIELDS, LAMPS_SIZE } from './look.js';

/** Smallest drawn radius, pixels: a spot this small still keeps its light where it moves between pixels. */
const MIN_RADIUS = 0.6;
/** Growth of the hardest edge with the radius, per pixel: an edge stays about one pixel wide and does not crawl. */
const HARDNESS_PER_PIXEL = 1.25;
/** Hardness is 1 to this. */
const MAX_HARDNESS = 4;
/** Largest luma of one lamp; see `Look`. */
const MAX_LAMP_LUMA = 8;
/** Largest chroma per unit of luma, U or V: that of a red lamp is 2.3, that of a blue one 2.7. */
const MAX_TINT = 4;
/** Radii of the two Gaussians of a glow, in radii of its lamp: their sum falls like `exp(-distance / (3 radii))`. */
const GLOW_RADII = { near: 1.2, wide: 2.5 } as const;
/** Rise of the day's luma over which a lamp with `dayBelow` fades from all to none. */
const DAY_EDGE = 0.16;
/** Rise of the day's V over which a lamp with `dayRed` shows, from none to all. */
const RED_EDGE = 0.08;
/** Smallest light that is drawn: a quarter of a code value. */
const MIN_LIGHT = 1 / 1020;

/** A lamp as it is drawn in a frame of one size, in pixels from the frame's upper left corner. */
export interface LampShape {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  /** 1 to 4. */
  readonly hardness: number;
  /** Luma of the spot and of the glow at the centre. */
  readonly spotLuma: number;
  readonly glowLuma: number;
  /** Chroma per unit of luma, BT.709. */
  readonly u: number;
  readonly v: number;
  /** Squared distance, in radii, from which the spot is too faint to be drawn; 0 without a spot. */
  readonly spotReach: number;
  /** Radii of the two Gaussians that share the glow's luma equally. */
  readonly nearRadius: number;
  readonly wideRadius: number;
  /** Distance from which the glow is too faint to be drawn; 0 without a glow. */
  readonly glowReach: number;
  /** Luma by day from which the spot does not show; 0 where it shows everywhere. Below it the share that shows rises by `daySlope`, up to 1. */
  readonly dayEnd: number;
  readonly daySlope: number;
  /** V by day from which the spot begins to show, 0 or more; undefined where it shows everywhere. Above it the share rises by `redSlope`, up to 1. */
  readonly redStart: number | undefined;
  readonly redSlope: number;
}

/**
 * Returns the lamps of a look that a frame of a size shows, as they are drawn. Leaves out lamps that are not finite, and
 * those whose light does not reach the frame.
 * @param lamps see `Look`. @param gain multiplies every lamp's luma.
 */
export function lampShapes(lamps: Float32Array, width: number, height: number, gain = 1): LampShape[] {
  const shapes: LampShape[] = [];
  for (let at = 0; at < LAMPS_SIZE && lamps[at + 4] !== 0; at += LAMP_FIELDS) {
    if (!isFiniteLamp(lamps, at)) continue;
    const shape = shapeOf(lamps, at, width, height, gain);
    if (isVisible(shape, width, height)) shapes.push(shape);
  }
  return shapes;
}

function isFiniteLamp(lamps: Float32Array, at: number): boolean {
  let zero = 0;
  for (let i = at; i < at + LAMP_FIELDS; i++) zero += 0 * (lamps[i] ?? 0);
  return zero === 0;
}

function shapeOf(lamps: Float32Array, at: number, width: number, height: number, gain: number): LampShape {
  const number = (field: number): number => lamps[at + field] ?? 0;
  const [trueX, trueY] = [Math.max(0, number(2)) * width, Math.max(0, number(3)) * width];
  const [radiusX, radiusY] = [Math.max(MIN_RADIUS, trueX), Math.max(MIN_RADIUS, trueY)];
  const light = clamp((gain * number(4) * trueX * trueY) / (radiusX * radiusY), 0, MAX_LAMP_LUMA);
  const hardestEdge = 1 + HARDNESS_PER_PIXEL * (Math.min(radiusX, radiusY) - MIN_RADIUS);
  const hardness = Math.min(clamp(number(7), 1, MAX_HARDNESS), hardestEdge);
  const glare = clamp(number(8), 0, 1);
  const [u, v] = [clamp(number(5), -MAX_TINT, MAX_TINT), clamp(number(6), -MAX_TINT, MAX_TINT)];
  const [spotLuma, glowLuma] = [light * (1 - glare), light * glare];
  const strongest = Math.max(1, Math.abs(u), Math.abs(v)) / MIN_LIGHT;
  const meanRadius = Math.sqrt(radiusX * radiusY);
  const wideRadius = GLOW_RADII.wide * meanRadius;
  return {
    x: number(0) * width,
    y: number(1) * height,
    radiusX,
    radiusY,
    hardness,
    spotLuma,
    glowLuma,
    u,
    v,
    spotReach: gaussianReach(spotLuma * strongest) ** (1 / hardness),
    nearRadius: GLOW_RADII.near * meanRadius,
    wideRadius,
    glowReach: wideRadius * Math.sqrt(gaussianReach((glowLuma / 2) * strongest)),
    dayEnd: number(9) > 0 ? number(9) + DAY_EDGE / 2 : 0,
    daySlope: 1 / DAY_EDGE,
    redStart: number(12) > 0 ? Math.max(0, number(12) - RED_EDGE / 2) : undefined,
    redSlope: 1 / RED_EDGE,
  };
}

/** Returns the squared distance, in radii, at which a Gaussian of a height falls to 1. */
function gaussianReach(height: number): number {
  return height <= 1 ? 0 : 2 * Math.log(height);
}

/** Returns the distances to the sides and up and down from which a lamp is too faint to be drawn. */
export function lampReach({ spotReach, radiusX, radiusY, glowReach }: LampShape): readonly [x: number, y: number] {
  const radii = Math.sqrt(spotReach);
  return [Math.max(radii * radiusX, glowReach), Math.max(radii * radiusY, glowReach)];
}

function isVisible(shape: LampShape, width: number, height: number): boolean {
  const [reachX, reachY] = lampReach(shape);
  if (reachX === 0 && reachY === 0) return false;
  const { x, y } = shape;
  return x + reachX > 0 && x - reachX < width && y + reachY > 0 && y - reachY < height;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
