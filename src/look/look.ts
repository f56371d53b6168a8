import { isFiniteArray } from '../image/is-finite-array.js';

/** Rows of the bilateral grid. */
export const GRID_HEIGHT = 9;
/** Columns of the bilateral grid. */
export const GRID_WIDTH = 16;
/** Luma bins of the bilateral grid; bin k is at luma k / 7. */
export const GRID_BINS = 8;
/** Numbers in one affine transform: 3 rows (Y', U', V') of 4 (Y, U, V, 1). */
export const AFFINE_SIZE = 12;
/** Numbers in a grid. */
export const GRID_SIZE = GRID_HEIGHT * GRID_WIDTH * GRID_BINS * AFFINE_SIZE;
/** Rows of the lights layer. */
export const LIGHTS_HEIGHT = 72;
/** Columns of the lights layer. */
export const LIGHTS_WIDTH = 128;
/** Channels of the lights layer: core, haloY, haloU, haloV. */
export const LIGHTS_CHANNELS = 4;
/** Numbers in a lights layer. */
export const LIGHTS_SIZE = LIGHTS_CHANNELS * LIGHTS_HEIGHT * LIGHTS_WIDTH;
/** Largest number of lamps in a look. */
export const MAX_LAMPS = 256;
/** Numbers of one lamp: x, y, radiusX, radiusY, luma, u, v, hardness, glare, dayBelow, kind, id, dayRed. See {@link Look.lamps}. */
export const LAMP_FIELDS = 13;
/** Numbers in a list of lamps. */
export const LAMPS_SIZE = MAX_LAMPS * LAMP_FIELDS;
/** What a lamp is, in the order of the field `kind`. */
export const LAMP_KINDS = [
  'headLamp',
  'tailLamp',
  'plate',
  'streetLamp',
  'window',
  'signal',
  'sign',
  'shop',
  'farLamp',
] as const;
/** One of {@link LAMP_KINDS}. */
export type LampKind = (typeof LAMP_KINDS)[number];
/** Luma gain of `core`: it adds `core * [0.9 Y, 1.4 U, 1.4 V]` of the day to a pixel. */
export const CORE_GAIN_LUMA = 0.9;
/** Chroma gain of `core`; see {@link CORE_GAIN_LUMA}. */
export const CORE_GAIN_CHROMA = 1.4;

/**
 * How a frame becomes night: colour transforms and lights, never pixels. Defined in BT.709 full range (Y in [0, 1], U and V
 * in [-0.5, 0.5]). The guide, which selects the luma bins, is the luma of the day pixel:
 *
 *     night = grid(day) + core * [0.9 Y, 1.4 U, 1.4 V] + halo + lamps
 *
 * The grid is sampled bilinearly in x and y, from samples at cell centres, clamped at the edges, and linearly in luma, with
 * bin k at luma k / 7. The lights layer is upsampled bilinearly, from samples at cell centres too.
 *
 * Lamps are drawn last, in a frame's pixels. With radii of at least 0.6 pixels (a smaller lamp is drawn that large, its luma less by
 * the ratio of the areas), `r` their geometric mean, `d` the distance from the centre, and `hardness` at most
 * `1 + 1.25 (smaller radius - 0.6)`, so that no edge is sharper than a pixel, a lamp's light is
 *
 *     spot = exp(-((dx^2 / radiusX^2)^hardness + (dy^2 / radiusY^2)^hardness) / 2)
 *     glow = exp(-(d / 1.2 r)^2 / 2) / 2 + exp(-(d / 2.5 r)^2 / 2) / 2
 *     light = luma ((1 - glare) shown spot + glare glow)
 *
 * where `luma` is at most 8, and `shown` is 1 but for a lamp with `dayBelow`: a window, whose light its frame and bars hide. There
 * `shown` falls from 1 to 0 as the pixel's luma by day rises by 0.16 around `dayBelow`. Of a lamp with `dayRed`, the red glass of a
 * vehicle's tail, it rises from 0 to 1 as the pixel's V by day, in the frame's own matrix, rises by 0.08 around `dayRed` (from 0 at least). `L` is the sum of all lamps' light, `C` that of their light times `[u, v]`. Luma saturates at white
 * and never falls. Chroma keeps what fits between `L` and white: `excess` is what the brightest of red, green and blue of `C`
 * exceeds its luma by. A lamp is coloured at its rim and white where its own light clips.
 *
 *     Y' = max(Y, min(1, Y + L))
 *     room = 1.06 max(0, 1 - L / 1.5)^2
 *     [U, V]' = (1 - min(1, L)^2) [U, V] + min(1, room / excess) C
 *
 * A chroma sample of a frame takes the means of `L` and `C` over its four pixels.
 */
export interface Look {
  /** `[9, 16, 8, 3, 4]`: row, column, luma bin, output channel, input channel (the last one constant 1). */
  readonly grid: Float32Array;
  /** `[4, 72, 128]`: core (a gain, 0 or more), haloY, haloU, haloV (light added). */
  readonly lights: Float32Array;
  /**
   * `[256, 13]`: sharp lamps, drawn at full resolution on top. The list ends at the first lamp of luma 0. Of each:
   * x, y of its centre in shares of the frame's width and height; radiusX, radiusY in shares of the frame's width; luma at
   * its centre, above 1 where it clips; u, v of its rim, BT.709, per unit of luma; hardness, 1 a soft spot and 4 a box with round corners;
   * glare, the share of its luma in a wider glow; dayBelow, the luma by day below which its spot shows, 0 where it shows everywhere; kind, an index into {@link LAMP_KINDS};
   * id of the thing it belongs to, 0 in a still; dayRed, the V by day above which its spot shows, 0 where it shows everywhere.
   */
  readonly lamps: Float32Array;
}

/** Creates a look of zeros. */
export function emptyLook(): Look {
  return {
    grid: new Float32Array(GRID_SIZE),
    lights: new Float32Array(LIGHTS_SIZE),
    lamps: new Float32Array(LAMPS_SIZE),
  };
}

/** Creates a look that leaves every pixel unchanged. */
export function identityLook(): Look {
  const look = emptyLook();
  for (let i = 0; i < GRID_SIZE; i += AFFINE_SIZE) {
    look.grid[i] = 1;
    look.grid[i + 5] = 1;
    look.grid[i + 10] = 1;
  }
  return look;
}

/** Copies all numbers of a look into another. */
export function copyLookInto(from: Look, out: Look): void {
  out.grid.set(from.grid);
  out.lights.set(from.lights);
  out.lamps.set(from.lamps);
}

/** True when every number of the look is finite. A failing network breaks this first. */
export function isFiniteLook(look: Look): boolean {
  return isFiniteArray(look.grid) && isFiniteArray(look.lights) && isFiniteArray(look.lamps);
}
