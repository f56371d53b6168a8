import { checkImages, PIXELS, type ImageSet } from './image-set.js';

/** Exponents tried. */
export const GAMMAS = [1, 1.5, 2, 3] as const;
/** What is left of chroma. */
const CHROMA = 0.7;

/** A global curve on luma: `gain * Y ** gamma`, chroma times 0.7. What anybody can do who only dims. */
export interface Curve {
  readonly gain: number;
  readonly gamma: number;
}

/** The curve of an exponent that gives the day pictures the mean luma of the night ones. Throws RangeError for an empty set. */
export function fitCurve(day: ImageSet, night: ImageSet, gamma: number): Curve {
  checkImages('day', day);
  checkImages('night', night);
  const target = meanLuma(night, 1);
  const raised = meanLuma(day, gamma);
  return { gain: raised > 0 ? target / raised : 0, gamma };
}

/** The pictures under a curve. Copies. */
export function applyCurve(pictures: ImageSet, { gain, gamma }: Curve): Float32Array[] {
  return pictures.map((picture) =>
    picture.map((value, i) => (i < PIXELS ? Math.min(1, gain * Math.max(0, value) ** gamma) : CHROMA * value)),
  );
}

/** The curve whose pictures are nearest to the night by a distance, and that distance: the least that a look has to beat. */
export function bestCurve(
  day: ImageSet,
  night: ImageSet,
  distance: (pictures: ImageSet) => number,
): Curve & { readonly distance: number } {
  const tried = GAMMAS.map((gamma) => {
    const curve = fitCurve(day, night, gamma);
    return { ...curve, distance: distance(applyCurve(day, curve)) };
  });
  return tried.reduce((best, one) => (one.distance < best.distance ? one : best));
}

function meanLuma(pictures: ImageSet, gamma: number): number {
  let sum = 0;
  for (const picture of pictures) {
    for (let i = 0; i < PIXELS; i++) sum += Math.max(0, picture[i] ?? 0) ** gamma;
  }
  return sum / (pictures.length * PIXELS);
}
