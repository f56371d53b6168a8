import { estimateMean } from './bootstrap.js';
import { HUES } from './color-blobs.js';
import { LAMP_KINDS } from '../look/look.js';
import type { InventedLightsEstimate, LampsResult, StructureEstimate } from './evaluation.js';
import { totalOf, type BlobCounts, type BlobComparison } from './invented-lights.js';
import type { LampCounts, LampHonesty } from './lamp-honesty.js';
import type { Structure } from './structure.js';

/** Resamplings of each interval. */
const RESAMPLES = 1000;
/** Blobs are counted per this many images. */
const IMAGES = 1000;
/** Lamps are counted per this many images. */
const LAMP_IMAGES = 100;

/** Averages structure over images; leaves out images without edges. */
export function summarizeStructure(rows: readonly Structure[], seed: number): StructureEstimate {
  const correlations = rows.map((row) => row.correlation).filter((value) => !Number.isNaN(value));
  const edges = rows.reduce((sum, row) => sum + row.edges, 0) / rows.length;
  return { ...estimateMean(correlations, { resamples: RESAMPLES, seed }), edges };
}

/** Counts blobs of the results per thousand images and compares them with the inputs'. */
export function summarizeBlobs(rows: readonly BlobComparison[], seed: number): InventedLightsEstimate {
  const invented = rows.map((row) => IMAGES * totalOf(row.invented));
  const perThousand = (countsOf: (row: BlobComparison) => BlobCounts): BlobCounts => {
    const sums = HUES.map((hue) => [
      hue,
      rows.reduce((sum, row) => sum + countsOf(row)[hue], 0) * (IMAGES / rows.length),
    ]);
    return Object.fromEntries(sums) as BlobCounts; // one for each hue
  };
  const blobs = perThousand((row) => row.result);
  const total = totalOf(blobs);
  const inputTotal = totalOf(perThousand((row) => row.input));
  return {
    ...estimateMean(invented, { resamples: RESAMPLES, seed }),
    invented: perThousand((row) => row.invented),
    blobs: { ...blobs, total },
    overInput: inputTotal > 0 ? total / inputTotal - 1 : null,
  };
}

/** Counts the lamps of looks per hundred images, by kind. */
export function summarizeLamps(rows: readonly LampHonesty[]): LampsResult {
  const perHundred = (countOf: (row: LampHonesty) => number): number =>
    rows.reduce((sum, row) => sum + countOf(row), 0) * (LAMP_IMAGES / rows.length);
  const kinds = LAMP_KINDS.map((kind) => {
    const of = (count: keyof LampCounts): number => perHundred((row) => row.kinds[kind][count]);
    return [kind, { lamps: of('lamps'), unfounded: of('unfounded'), unjudged: of('unjudged') }] as const;
  });
  return {
    kinds: Object.fromEntries(kinds) as LampsResult['kinds'], // one for each kind
    wrongSignals: perHundred((row) => row.wrongSignals),
  };
}
