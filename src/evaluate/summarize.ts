import { estimateMean } from './bootstrap.js';
import { HUES } from './color-blobs.js';
import type { InventedLightsEstimate, StructureEstimate } from './evaluation.js';
import { totalOf, type BlobCounts, type BlobComparison } from './invented-lights.js';
import type { Structure } from './structure.js';

/** Resamplings of each interval. */
const RESAMPLES = 1000;
/** Blobs are counted per this many images. */
const IMAGES = 1000;

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
