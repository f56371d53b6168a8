import { PATCH_COUNT, PATCH_SIZE } from '../../infer/night-like/photo-patches.js';
import { plainStatistics, regress, type PlainRegression } from '../../infer/night-like/plain-statistics.js';
import type { NightSet } from './night-set.js';
import { fitRidge } from './ridge.js';

/** Weight of the ridge regression. */
const WEIGHT = 20;
/** Significant digits of the regression: a card is text. */
const DIGITS = 6;

/** The plain statistics of a photo's patches as bytes. */
export function statisticsOf(photo: Uint8Array): number[] {
  const patches = Array.from({ length: PATCH_COUNT }, (_, k) =>
    Float32Array.from(photo.subarray(k * PATCH_SIZE, (k + 1) * PATCH_SIZE), (value) => value / 127.5 - 1),
  );
  return plainStatistics(patches);
}

/** Fits traits to the plain statistics of single photos. */
export function fitPlain({ styled }: NightSet): PlainRegression {
  const rows = styled.flatMap(({ photos, traits }) =>
    photos.map((photo) => [statisticsOf(photo), traits ?? []] as const),
  );
  const { bias, weights } = fitRidge(
    rows.map(([statistics]) => statistics),
    rows.map(([, traits]) => traits),
    WEIGHT,
  );
  return { bias: bias.map(rounded), weights: weights.map((row) => row.map(rounded)) };
}

/** The set with what the regression gives for each of its photos. */
export function addPlain({ styled, real }: NightSet, regression: PlainRegression): NightSet {
  return {
    styled: styled.map((nights) => ({
      ...nights,
      plain: nights.photos.map((photo) => regress(regression, statisticsOf(photo))),
    })),
    real,
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
