import { PATCH_COUNT, PATCH_SIZE } from '../../infer/night-like/photo-patches.js';
import { plainStatistics, regress, type PlainRegression } from '../../infer/night-like/plain-statistics.js';
import type { NightSet, NightSets } from './night-set.js';
import { fitRidge } from './ridge.js';

/** Weight of the ridge regression. */
const WEIGHT = 20;
/** Significant digits of the regression: a card is text. */
const DIGITS = 6;

/** The plain statistics of a photo's patches as bytes. */
export function statisticsOf(photo: Uint8Array): number[] {
  const all = new Float32Array(photo.length);
  for (let i = 0; i < photo.length; i++) all[i] = (photo[i] ?? 0) / 127.5 - 1;
  const patches = Array.from({ length: PATCH_COUNT }, (_, k) => all.subarray(k * PATCH_SIZE, (k + 1) * PATCH_SIZE));
  return plainStatistics(patches);
}

/** Sets whose photos have what plain statistics give, and the regression that gives it, fitted to the trained ones. */
export interface PlainSets extends NightSets {
  readonly plain: PlainRegression;
}

/** Fits the traits of trained styles to the plain statistics of single photos, and adds what the regression gives to all photos. */
export function withPlainTraits({ train, validation }: NightSets): PlainSets {
  const read = ({ styled }: NightSet): number[][][] => styled.map(({ photos }) => photos.map(statisticsOf));
  const [own, held] = [read(train), read(validation)];
  const plain = fitPlain(train, own);
  const add = ({ styled, real }: NightSet, statistics: readonly (readonly number[][])[]): NightSet => ({
    styled: styled.map((nights, i) => ({ ...nights, plain: (statistics[i] ?? []).map((row) => regress(plain, row)) })),
    real,
  });
  return { train: add(train, own), validation: add(validation, held), plain };
}

/** @param statistics of each photo of each style. */
function fitPlain({ styled }: NightSet, statistics: readonly (readonly number[][])[]): PlainRegression {
  const rows = statistics.flat();
  const targets = styled.flatMap(({ photos, traits }) => photos.map(() => traits ?? []));
  const { bias, weights } = fitRidge(rows, targets, WEIGHT);
  return { bias: bias.map(rounded), weights: weights.map((row) => row.map(rounded)) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
