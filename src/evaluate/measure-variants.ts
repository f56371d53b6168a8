import type { ToneCurve } from './tone-curve.js';
import { applyToneCurve } from './tone-curve.js';
import type { EdgeMask } from './edge-mask.js';
import type { Evaluation } from './evaluation.js';
import { BLOB_THRESHOLDS, COUNTERPART_RADIUS, COUNTERPART_THRESHOLDS } from './invented-lights.js';
import type { ImageSet } from './image-set.js';
import { EDGE_THRESHOLD } from './structure.js';
import { EVIDENCE_CONTRAST, EVIDENCE_REACH, VIVID_CHROMA } from './lamp-honesty.js';
import { summarizeBlobs, summarizeLamps, summarizeStructure } from './summarize.js';
import type { ToneMeter } from './tones.js';
import { quantizeTo8Bit, measureImages, type TranslatedImages } from './translate-images.js';

/** The day and the nights made from it, which are measured without a reference. */
export interface Variants {
  readonly day: ImageSet;
  readonly grade: TranslatedImages;
  readonly result: TranslatedImages;
  readonly curve: ToneCurve;
}

/** Measures structure, invented lights, luma and lamps of every variant that has them. */
export function measureVariants(
  variants: Variants,
  tools: { readonly mask: EdgeMask; readonly meter: ToneMeter; readonly seed: number },
): Pick<Evaluation, 'structure' | 'inventedLights' | 'lamps'> & { readonly tones: Omit<Evaluation['tones'], 'real'> } {
  const { mask, meter, seed } = tools;
  const { day, grade, result, curve } = variants;
  const measured = {
    day: measureImages(day, day, mask),
    grade,
    curve: measureImages(day, applyToneCurve(day, curve).map(quantizeTo8Bit), mask),
    result,
  };
  return {
    tones: mapVariants(measured, ({ images }) => meter.range(images)),
    structure: {
      edgeThreshold: EDGE_THRESHOLD,
      ...mapVariants(measured, ({ structure }) => summarizeStructure(structure, seed)),
    },
    inventedLights: {
      thresholds: {
        saturation: BLOB_THRESHOLDS.saturation,
        luma: BLOB_THRESHOLDS.luma,
        size: BLOB_THRESHOLDS.size,
        counterpartSaturation: COUNTERPART_THRESHOLDS.saturation,
        counterpartReach: COUNTERPART_RADIUS,
      },
      ...mapVariants(measured, ({ blobs }) => summarizeBlobs(blobs, seed)),
    },
    lamps: {
      thresholds: { contrast: EVIDENCE_CONTRAST, chroma: VIVID_CHROMA, reach: EVIDENCE_REACH },
      grade: summarizeLamps(grade.lamps),
      result: summarizeLamps(result.lamps),
    },
  };
}

type VariantName = 'day' | 'grade' | 'curve' | 'result';

function mapVariants<T>(
  variants: Readonly<Record<VariantName, TranslatedImages>>,
  measure: (variant: TranslatedImages) => T,
): Record<VariantName, T> {
  const grade = measure(variants.grade);
  const result = variants.result === variants.grade ? grade : measure(variants.result);
  return { day: measure(variants.day), grade, curve: measure(variants.curve), result };
}
