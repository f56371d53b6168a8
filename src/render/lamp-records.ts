import type { Color } from '../core/color.js';
import { rangeCodes, yuvToRgb, yuvToYuv } from '../image/color-matrix.js';
import { lampReach, lampShapes, type LampShape } from '../look/lamp-shape.js';

/** Numbers of one record in the kernel's memory. */
export const LAMP_RECORD_SIZE = 24;
/** Pixels of one vector. */
const VECTOR = 8;
/** Profiles of one lamp: the two Gaussians of its glow, and its spot. */
const PROFILES = 3;
/** One code value of light, and the largest light of 16-bit lanes. */
const CODE = 16;
const MAX_LIGHT = 32767;
/** One, as chroma codes per luma code: 11 fraction bits. */
const TINT_ONE = 2048;
/** One, as a factor of 16-bit lanes, as a share, and as the correction of a squared share: 15, 12 and 7 fraction bits. */
const FACTOR_ONE = 32768;
const SHARE_ONE = 4096;
const UNSQUARE_ONE = 128;
/** Luma without colour, and room for colour without luma: see `Look`. */
const COLORLESS = 1.5;
const ROOM = 1.06;
/** Code of U and V without colour. */
const GREY = 128;
/** One, as room and as excess: the strongest excess per unit of chroma, times this, still fits a factor. */
const ROOM_ONE = 1700;

/** The frame that lamps are drawn on. */
export interface LampCanvas {
  readonly width: number;
  readonly height: number;
  readonly color: Color;
  /** Multiplies every lamp's luma. */
  readonly gain: number;
}

/** What {@link writeLampsInto} has written. */
export interface LampRecords {
  /** Number of records. */
  readonly count: number;
  /** Size of the profiles over their columns that the kernel computes, bytes. */
  readonly profileBytes: number;
}

/**
 * Writes the lamps of a look that a frame shows as records of the kernel (`lamp-record.ts` lists their numbers), in the order
 * of their first row.
 * @param out `[256, 24]`
 */
export function writeLampsInto(lamps: Float32Array, canvas: LampCanvas, out: Float32Array): LampRecords {
  const { width, height, color, gain } = canvas;
  const toFrame = yuvToYuv('bt709', color.matrix);
  const codes = rangeCodes(color.range);
  const tintOne = (TINT_ONE * codes.chroma) / codes.luma;
  const ints = new Int32Array(out.buffer, out.byteOffset, out.length);
  const shapes = lampShapes(lamps, width, height, gain).sort((a, b) => firstRow(a) - firstRow(b));
  let at = 0;
  let profileBytes = 0;
  for (const shape of shapes) {
    const { u, v } = shape;
    const from = firstColumn(shape);
    const span = VECTOR * Math.ceil((Math.min(width, shape.x + lampReach(shape)[0] + 1) - from) / VECTOR);
    writeShapeInto(shape, codes.luma * CODE, out, at);
    out[at + 18] = shape.dayEnd > 0 ? codes.black + shape.dayEnd * codes.luma : 0;
    out[at + 19] = shape.daySlope / codes.luma;
    out[at + 20] = shape.redStart === undefined ? -1 : GREY + shape.redStart * codes.chroma;
    out[at + 21] = shape.redSlope / codes.chroma;
    ints[at + 13] = Math.round((toFrame[4] * u + toFrame[5] * v) * tintOne);
    ints[at + 14] = Math.round((toFrame[7] * u + toFrame[8] * v) * tintOne);
    ints[at + 15] = from;
    ints[at + 16] = span;
    ints[at + 17] = profileBytes;
    profileBytes += PROFILES * span * Int16Array.BYTES_PER_ELEMENT;
    at += LAMP_RECORD_SIZE;
  }
  return { count: shapes.length, profileBytes };
}

/** @param white luma of white */
function writeShapeInto(shape: LampShape, white: number, out: Float32Array, at: number): void {
  out[at] = firstRow(shape);
  out[at + 1] = Math.ceil(shape.y + lampReach(shape)[1]);
  out[at + 2] = shape.x;
  out[at + 3] = shape.y;
  out[at + 4] = 1 / shape.radiusX;
  out[at + 5] = 1 / shape.radiusY;
  out[at + 6] = shape.hardness;
  out[at + 7] = shape.spotReach;
  out[at + 8] = Math.min(MAX_LIGHT, shape.spotLuma * white);
  out[at + 9] = 1 / shape.nearRadius;
  out[at + 10] = 1 / shape.wideRadius;
  out[at + 11] = shape.glowReach * shape.glowReach;
  out[at + 12] = Math.min(MAX_LIGHT, shape.glowLuma * white) / 2;
}

/** First row that a lamp reaches, also outside the frame. */
function firstRow(shape: LampShape): number {
  return Math.floor(shape.y - lampReach(shape)[1]);
}

/** First column that a lamp reaches in the frame, rounded down to a whole vector; one to spare for float32. */
function firstColumn(shape: LampShape): number {
  return VECTOR * Math.floor(Math.max(0, shape.x - lampReach(shape)[0] - 1) / VECTOR);
}

/** Writes the 15 numbers that the kernel's blend needs to know of a frame, in the order of `lamp-blend.ts`. */
export function writeLampFrameInto(color: Color, out: Float32Array): void {
  const { black, luma, chroma } = rangeCodes(color.range);
  const toFrame = yuvToYuv('bt709', color.matrix);
  const fromFrame = yuvToYuv(color.matrix, 'bt709');
  const toRgb = yuvToRgb('bt709');
  // Grey stays grey in both directions: a matrix's chroma rows have no luma column.
  const perChroma = (u709: number, v709: number): readonly [number, number] => [
    u709 * fromFrame[4] + v709 * fromFrame[7],
    u709 * fromFrame[5] + v709 * fromFrame[8],
  ];
  const excess = [perChroma(toRgb[1], toRgb[2]), perChroma(toRgb[4], toRgb[5]), perChroma(toRgb[7], toRgb[8])];
  const cross = perChroma(toFrame[1], toFrame[2]);
  const [white, unit] = [luma * CODE, chroma * CODE];
  const roomAtHalf = ROOM * (1 - 0.5 / COLORLESS) ** 2;
  const strongest = Math.max(...excess.map(([u, v]) => Math.abs(u) + Math.abs(v)));
  out.set([black + luma, white, white / 2, (roomAtHalf / strongest) * unit]);
  out.set([(FACTOR_ONE * SHARE_ONE) / (white * COLORLESS), ROOM * ROOM_ONE], 4);
  out.set(
    excess.flat().map((factor) => (FACTOR_ONE * ROOM_ONE * factor) / unit),
    6,
  );
  out.set(
    cross.map((factor) => (FACTOR_ONE * factor * luma) / chroma),
    12,
  );
  out[14] = UNSQUARE_ONE * (SHARE_ONE / white) ** 2;
}
