import type { Color } from '../core/color.js';
import type { Controls } from '../core/controls.js';
import type { Matrix3 } from '../image/color-matrix.js';
import { diagonal3, multiply3, NEUTRAL_CHROMA, rangeCodes, yuvToYuv } from '../image/color-matrix.js';
import { CORE_GAIN_CHROMA, CORE_GAIN_LUMA } from '../look/look.js';
import { BEAM_TINT } from './headlight-beam.js';

/** Chroma added per unit of luma at warmth 1, in BT.709: the colour of sodium light (white becomes R, G, B 1.17, 0.98, 0.67). */
const WARMTH_TINT = { u: -0.18, v: 0.11 } as const;

/**
 * Converts each transform of a look to one of a frame's code values, including the dials. For a transform `M` (3x4):
 *
 *     code' = left * M * right(code) + keep(code)
 *
 * where input codes are `[Y, U - 128, V - 128, 1]` and output codes are `[Y, U, V]`.
 */
export interface LookTransform {
  /** 3x3, rows: night in BT.709 to code values, with exposure, warmth and strength. */
  readonly left: Matrix3;
  /** Three rows of 4: code values to day in BT.709 full range. */
  readonly right: readonly number[];
  /** Three rows of 4: code values of black, and the share of the day that remains below strength 1. */
  readonly keep: readonly number[];
  readonly lights: LightsTransform;
}

/** Converts a lights layer to gains and offsets of code values. */
interface LightsTransform {
  /** Dial of the lights times strength. */
  readonly gain: number;
  /** Dial of the headlights above 1, times strength. */
  readonly beamGain: number;
  /** 3x3: a halo in BT.709 to code values. */
  readonly halo: Matrix3;
  /** Luma code of black: `core` multiplies the luma above it. */
  readonly black: number;
  /**
   * Luma that `core` adds per code of U and of V, in units of its luma gain: `core` multiplies BT.709's luma and chroma by
   * different factors, which mixes them in other colour matrices. Zero for BT.709.
   */
  readonly cross: readonly [number, number];
}

/** Computes the transform of the dials for frames of a colour. The `lights` view shows only the lights, on black. */
export function lookTransform(color: Color, controls: Controls): LookTransform {
  const { black, luma, chroma } = rangeCodes(color.range);
  const toFrame = yuvToYuv('bt709', color.matrix);
  const fromFrame = yuvToYuv(color.matrix, 'bt709');
  const toCodes = multiply3(diagonal3(luma, chroma, chroma), toFrame);
  const isLightsOnly = controls.view === 'lights';
  const dayShare = isLightsOnly ? 0 : 1 - controls.strength;
  const lightsShare = isLightsOnly ? 1 : controls.strength;
  const right = multiply3(fromFrame, diagonal3(1 / luma, 1 / chroma, 1 / chroma));
  const chromaExcess = (CORE_GAIN_CHROMA - CORE_GAIN_LUMA) / CORE_GAIN_LUMA;
  return {
    left: multiply3(toCodes, dialMatrix(controls, isLightsOnly ? 0 : controls.strength)),
    right: [
      ...[right[0], right[1], right[2], -right[0] * black],
      ...[right[3], right[4], right[5], -right[3] * black],
      ...[right[6], right[7], right[8], -right[6] * black],
    ],
    keep: [
      ...[dayShare, 0, 0, black - dayShare * black],
      ...[0, dayShare, 0, NEUTRAL_CHROMA],
      ...[0, 0, dayShare, NEUTRAL_CHROMA],
    ],
    lights: {
      gain: controls.lights * lightsShare,
      beamGain: Math.max(0, controls.headlights - 1) * lightsShare,
      halo: toCodes,
      black,
      // With C = toFrame: the luma row of C diag(0.9, 1.4, 1.4) C^-1, minus 0.9 Y, divided by 0.9.
      cross: [
        (chromaExcess * luma * (toFrame[1] * fromFrame[4] + toFrame[2] * fromFrame[7])) / chroma,
        (chromaExcess * luma * (toFrame[1] * fromFrame[5] + toFrame[2] * fromFrame[8])) / chroma,
      ],
    },
  };
}

/** Combines exposure, warmth and strength into one matrix on the night's `[Y, U, V]`. */
function dialMatrix(controls: Controls, strength: number): Matrix3 {
  const gain = strength * 2 ** controls.exposure;
  const { warmth } = controls;
  return [gain, 0, 0, gain * warmth * WARMTH_TINT.u, gain, 0, gain * warmth * WARMTH_TINT.v, 0, gain];
}

/** Writes a transform in the layout of the kernel: left in rows of 4, right, keep, then the lights. 54 numbers. */
export function writeTransformInto(transform: LookTransform, out: Float32Array): void {
  const { left, right, keep, lights } = transform;
  out.set([left[0], left[1], left[2], 0, left[3], left[4], left[5], 0, left[6], left[7], left[8], 0]);
  out.set(right, 12);
  out.set(keep, 24);
  out.set([lights.gain, lights.beamGain, BEAM_TINT.u, BEAM_TINT.v, ...lights.halo, lights.black], 36);
  out.set([CORE_GAIN_LUMA, CORE_GAIN_CHROMA, ...lights.cross], 50);
}
