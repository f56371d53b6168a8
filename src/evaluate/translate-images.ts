import { micros } from '../core/time.js';
import { imageToYuv, yuvToImage } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { applyLookInto } from '../look/apply-look.js';
import type { Generator } from '../infer/generator.js';
import type { EdgeMask } from './edge-mask.js';
import { compareBlobs, type BlobComparison } from './invented-lights.js';
import type { ImageDetails } from './image-details.js';
import type { ImageSet } from './image-set.js';
import { lampHonesty, type LampHonesty } from './lamp-honesty.js';
import { structureOf, type Structure } from './structure.js';

/** Images made from a set of days, with the comparison of each to its day. */
export interface TranslatedImages {
  /** `[3, 144, 256]` each, rounded to 8-bit RGB. */
  readonly images: readonly Float32Array[];
  /** One per image. */
  readonly structure: readonly Structure[];
  readonly blobs: readonly BlobComparison[];
  /** One per image that a look made; none otherwise. */
  readonly lamps: readonly LampHonesty[];
}

/** Turns images into night with a generator: default dials, no grain, each on its own. Borrows all arguments. */
export async function translateImages(
  days: ImageSet,
  tools: {
    readonly generator: Generator;
    /** Of the same images, for a generator that reads them. */
    readonly details?: ImageDetails | undefined;
    readonly mask: EdgeMask;
    readonly signal: AbortSignal;
    readonly onImage: (done: number, expected: number) => void;
  },
): Promise<TranslatedImages> {
  const images: Float32Array[] = [];
  const [structure, blobs, lamps]: [Structure[], BlobComparison[], LampHonesty[]] = [[], [], []];
  const night = new Float32Array(days[0]?.length ?? 0);
  for (const [i, day] of days.entries()) {
    tools.signal.throwIfAborted();
    const detail = tools.generator.wantsDetail ? tools.details?.at(i) : undefined;
    const thumbnail = { data: day, pts: micros(i * 1_000_000), discontinuity: true, ...(detail ? { detail } : {}) };
    const look = await tools.generator.translate(thumbnail, tools.signal);
    applyLookInto(look, day, night);
    const displayed = quantizeTo8Bit(night);
    images.push(displayed);
    structure.push(structureOf(day, displayed, tools.mask.of(day, look)));
    blobs.push(compareBlobs(day, displayed));
    lamps.push(lampHonesty({ data: day, width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT }, look));
    tools.onImage(i + 1, days.length);
  }
  return { images, structure, blobs, lamps };
}

/** Compares images that no look made with their days. Lends `results`. */
export function measureImages(days: ImageSet, results: ImageSet, mask: EdgeMask): TranslatedImages {
  const pairs = days.map((day, i) => [day, results[i] ?? day] as const);
  return {
    images: results,
    structure: pairs.map(([day, result]) => structureOf(day, result, mask.of(day))),
    blobs: pairs.map(([day, result]) => compareBlobs(day, result)),
    lamps: [],
  };
}

/** Clamps and rounds to 8-bit RGB, like an image file. Copies. */
export function quantizeTo8Bit(yuv: Float32Array): Float32Array {
  return imageToYuv(yuvToImage(yuv, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT));
}
