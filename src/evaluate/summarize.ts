import { estimateMean, type Estimate } from './bootstrap.js';
import { HUES } from './color-blobs.js';
import type { HonestyEstimate, StructureEstimate } from './evaluation.js';
import { totalOf, type BlobCounts, type Honesty } from './honesty.js';
import type { Structure } from './structure.js';

/** Resamplings of a mean over pictures. */
const RESAMPLES = 1000;
/** Pictures that blobs are counted for. */
const PER = 1000;

/** Structure over pictures; those without edges are left out. */
export function summarizeStructure(rows: readonly Structure[], seed: number): StructureEstimate {
  const correlations = rows.map((row) => row.correlation).filter((value) => !Number.isNaN(value));
  const edges = rows.reduce((sum, row) => sum + row.edges, 0) / rows.length;
  return { ...estimateMean(correlations, { resamples: RESAMPLES, seed }), edges };
}

/** Blobs of the results for a thousand pictures, beside the inputs'. */
export function summarizeHonesty(rows: readonly Honesty[], seed: number): HonestyEstimate {
  const invented = rows.map((row) => PER * totalOf(row.invented));
  const perThousand = (countsOf: (row: Honesty) => BlobCounts): BlobCounts => {
    const sums = HUES.map((hue) => [hue, rows.reduce((sum, row) => sum + countsOf(row)[hue], 0) * (PER / rows.length)]);
    return Object.fromEntries(sums) as BlobCounts; // one for each hue
  };
  const blobs = perThousand((row) => row.result);
  const total = totalOf(blobs);
  const ofInput = totalOf(perThousand((row) => row.input));
  const figure: Estimate = estimateMean(invented, { resamples: RESAMPLES, seed });
  return {
    ...figure,
    invented: perThousand((row) => row.invented),
    blobs: { ...blobs, total },
    overInput: ofInput > 0 ? total / ofInput - 1 : null,
  };
}
