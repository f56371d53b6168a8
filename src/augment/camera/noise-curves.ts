import type { ColorRange } from '../../core/color.js';
import { rangeCodes } from '../../image/color-matrix.js';
import { codedOf, codedSlope, lightOf } from './linear-light.js';

/**
 * Electrons of a pixel that is white at ISO 100: 3.584 a step of 4,096, the 2.9 um pixel of the Sony IMX290, a sensor of many dash-cams
 * (as the maker's library reports it for the ASI 290MM).
 */
const FULL_WELL = 14_680;
/** Noise of reading a pixel, electrons; typical of such sensors at high gain. */
const READ_NOISE = 2.5;
/**
 * Share of a pixel's own noise that is left in an image's luma after demosaicing and the camera's noise reduction. Flat dark parts then
 * vary by 0.8 codes at ISO 400, 1.5 at 1600 and 3 to 4 at 6400. Flat dark parts of 300 real nights vary by 1 to 2.6 at their cameras' own
 * size, the median of each source, and by 3 to 8 in the noisiest tenth.
 */
const LUMA_SHARE = 0.36;
/** Deviation of U and V relative to luma's: real nights have 0.3 to 0.6. */
const CHROMA_SHARE = 0.42;
/** A saturated pixel stays saturated: noise fades from this coded value to white. */
const SATURATION_START = 0.93;

/** Steps of noise per standard deviation. */
export const NOISE_SIGMA = 32;
/** Fraction bits of {@link NoiseCurves.chroma}. */
export const CHROMA_BITS = 12;

/** How noise of one ISO changes codes. */
export interface NoiseCurves {
  /** Luma code by `code * 256 + noise + 128`, where noise is -128 to 127 steps of {@link NOISE_SIGMA} to a deviation. */
  readonly luma: Uint8Array;
  /** By luma code: chroma codes per step of noise, with {@link CHROMA_BITS} fraction bits. */
  readonly chroma: Int32Array;
}

/** Deviation of noise in linear light, as a share of white, at a level of light: shot noise grows with its root, read noise is constant. */
export function noiseDeviation(light: number, iso: number): number {
  const white = (FULL_WELL * 100) / iso;
  return (LUMA_SHARE * Math.sqrt(Math.max(0, light) * white + READ_NOISE ** 2)) / white;
}

/** Computes the curves of an ISO sensitivity for frames of a range. The caller owns them. */
export function noiseCurves(iso: number, range: ColorRange): NoiseCurves {
  const { black, luma: span, chroma: chromaSpan } = rangeCodes(range);
  const luma = new Uint8Array(256 * 256);
  const chroma = new Int32Array(256);
  for (let code = 0; code < 256; code++) {
    const coded = (code - black) / span;
    const light = lightOf(Math.min(1, coded));
    const left = Math.min(1, Math.max(0, (1 - coded) / (1 - SATURATION_START)));
    const deviation = left * noiseDeviation(light, iso);
    for (let step = 0; step < 256; step++) {
      const noisy = codedOf(light + (deviation * (step - 128)) / NOISE_SIGMA);
      luma[code * 256 + step] = Math.round(black + span * Math.min(1, noisy));
    }
    const chromaDeviation = CHROMA_SHARE * deviation * codedSlope(light) * chromaSpan;
    chroma[code] = Math.round((chromaDeviation / NOISE_SIGMA) * (1 << CHROMA_BITS));
  }
  return { luma, chroma };
}
