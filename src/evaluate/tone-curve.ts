import { checkImages, PIXELS, type ImageSet } from './image-set.js';

/** Exponents to try. */
const GAMMAS = [1, 1.5, 2, 3] as const;
/** Chroma scale of every curve: dimmed footage is less saturated. */
const CHROMA_SCALE = 0.7;

/** A global tone curve, `gain * Y ** gamma` with chroma times 0.7: what plain dimming achieves. */
export interface ToneCurve {
  readonly gain: number;
  readonly gamma: number;
}

/** Fits the gain so that the day images get the mean luma of the night images. Throws RangeError for an empty set. */
function fitToneCurve(day: ImageSet, night: ImageSet, gamma: number): ToneCurve {
  checkImages('day', day);
  checkImages('night', night);
  const target = meanLuma(night, 1);
  const raised = meanLuma(day, gamma);
  return { gain: raised > 0 ? target / raised : 0, gamma };
}

/** Applies a curve to images. Copies. */
export function applyToneCurve(images: ImageSet, { gain, gamma }: ToneCurve): Float32Array[] {
  return images.map((image) =>
    image.map((value, i) => (i < PIXELS ? Math.min(1, gain * Math.max(0, value) ** gamma) : CHROMA_SCALE * value)),
  );
}

/** Finds the curve that brings the day closest to the night by a distance: the baseline that a look has to beat. Returns the distance too. */
export function bestToneCurve(
  day: ImageSet,
  night: ImageSet,
  distance: (images: ImageSet) => number,
): ToneCurve & { readonly distance: number } {
  const tried = GAMMAS.map((gamma) => {
    const curve = fitToneCurve(day, night, gamma);
    return { ...curve, distance: distance(applyToneCurve(day, curve)) };
  });
  return tried.reduce((best, one) => (one.distance < best.distance ? one : best));
}

function meanLuma(images: ImageSet, gamma: number): number {
  let sum = 0;
  for (const image of images) {
    for (let i = 0; i < PIXELS; i++) sum += Math.max(0, image[i] ?? 0) ** gamma;
  }
  return sum / (images.length * PIXELS);
}
