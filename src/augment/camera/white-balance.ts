import type { Frame } from '../../core/frame.js';
import { NEUTRAL_CHROMA, rangeCodes, yuvToRgb } from '../../image/color-matrix.js';
import { rgbToYuv } from '../../image/color-matrix.js';
import type { Draw } from '../recipe/draw.js';
import { CODED_SCALE, CODED_TABLE, LIGHT_SCALE, LIGHT_TABLE } from './linear-light.js';

/**
 * What a mired adds to the logarithm of red and blue over green: Wien's approximation of a black body at 610, 540 and 465 nm, with
 * `c2 = 0.014388 m K`: `(c2 / wavelength - c2 / 540 nm) / 10^6`.
 */
const RED_PER_MIRED = 0.00306;
const BLUE_PER_MIRED = -0.0043;
/** Coded value of the brightest channel from which colour stays as it is: what saturates the sensor is white under any balance. */
const SATURATION_START = 0.9;

/** Multiplies the linear red, green and blue of a frame as a wrong white balance does; a grey keeps its luminance. In place. */
export function applyWhiteBalance(frame: Frame, error: NonNullable<Draw['whiteBalance']>): void {
  const { y, u, v, strides, width, height, color } = frame;
  const { black, luma: span, chroma: chromaSpan } = rangeCodes(color.range);
  const [, , vToRed, , uToGreen, vToGreen, , uToBlue] = yuvToRgb(color.matrix);
  const [redShare, greenShare, blueShare, redToU, greenToU, blueToU, redToV, greenToV, blueToV] = rgbToYuv(
    color.matrix,
  );
  const gains = balanceGains(error, [redShare, greenShare, blueShare]);
  const [redGain, greenGain, blueGain] = gains;
  const strideY = strides[0];
  for (let row = 0; row < height; row += 2) {
    const [startY, startU, startV] = [row * strideY, (row / 2) * strides[1], (row / 2) * strides[2]];
    for (let x = 0; x < width / 2; x++) {
      const at = startY + 2 * x;
      const codes = (y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + strideY] ?? 0) + (y[at + strideY + 1] ?? 0);
      const luma = (codes / 4 - black) / span;
      const [cb, cr] = [
        ((u[startU + x] ?? 0) - NEUTRAL_CHROMA) / chromaSpan,
        ((v[startV + x] ?? 0) - NEUTRAL_CHROMA) / chromaSpan,
      ];
      const red = luma + vToRed * cr;
      const green = luma + uToGreen * cb + vToGreen * cr;
      const blue = luma + uToBlue * cb;
      const brightest = red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
      if (brightest >= 1 || luma <= 0) continue;
      const share = brightest > SATURATION_START ? (1 - brightest) / (1 - SATURATION_START) : 1;
      const newRed = red + share * (balanced(red, redGain) - red);
      const newGreen = green + share * (balanced(green, greenGain) - green);
      const newBlue = blue + share * (balanced(blue, blueGain) - blue);
      const factor = (redShare * newRed + greenShare * newGreen + blueShare * newBlue) / luma;
      const toU = redToU * newRed + greenToU * newGreen + blueToU * newBlue;
      const toV = redToV * newRed + greenToV * newGreen + blueToV * newBlue;
      u[startU + x] = rounded(NEUTRAL_CHROMA + chromaSpan * toU);
      v[startV + x] = rounded(NEUTRAL_CHROMA + chromaSpan * toV);
      y[at] = rounded(black + factor * ((y[at] ?? 0) - black));
      y[at + 1] = rounded(black + factor * ((y[at + 1] ?? 0) - black));
      y[at + strideY] = rounded(black + factor * ((y[at + strideY] ?? 0) - black));
      y[at + strideY + 1] = rounded(black + factor * ((y[at + strideY + 1] ?? 0) - black));
    }
  }
}

/** Returns the gains of linear red, green and blue. @param shares of them in luminance. */
function balanceGains(
  { mireds, tint }: NonNullable<Draw['whiteBalance']>,
  shares: readonly [number, number, number],
): [red: number, green: number, blue: number] {
  const gains = [Math.exp(RED_PER_MIRED * mireds), 1 - tint, Math.exp(BLUE_PER_MIRED * mireds)] as const;
  const luminance = gains[0] * shares[0] + gains[1] * shares[1] + gains[2] * shares[2];
  return [gains[0] / luminance, gains[1] / luminance, gains[2] / luminance];
}

/** A coded value after a gain of its light. */
function balanced(coded: number, gain: number): number {
  if (coded <= 0) return coded;
  const light = gain * (LIGHT_TABLE[(coded * LIGHT_SCALE + 0.5) | 0] ?? 0); // below 1: inside the table
  return light >= 1 ? 1 : (CODED_TABLE[(light * CODED_SCALE + 0.5) | 0] ?? 0);
}

function rounded(code: number): number {
  return code <= 0 ? 0 : code >= 255 ? 255 : (code + 0.5) | 0;
}
