import { micros } from '../core/time.js';
import { imageToYuv, yuvToImage } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { applyLookInto } from '../look/apply-look.js';
import type { Generator } from '../infer/generator.js';
import type { EdgeMask } from './edge-mask.js';
import { honestyOf, type Honesty } from './honesty.js';
import type { ImageSet } from './image-set.js';
import { structureOf, type Structure } from './structure.js';

/** Day pictures as something made them, and what was done to each. */
export interface Translated {
  /** `[3, 144, 256]` each, as a display of 8 bits shows them. */
  readonly pictures: readonly Float32Array[];
  /** By picture. */
  readonly structure: readonly Structure[];
  readonly honesty: readonly Honesty[];
}

/** Turns pictures into night by a generator's looks: default dials, no grain, each on its own. Borrows everything. */
export async function translateImages(
  days: ImageSet,
  tools: {
    readonly generator: Generator;
    readonly mask: EdgeMask;
    readonly signal: AbortSignal;
    readonly onPicture: (done: number, expected: number) => void;
  },
): Promise<Translated> {
  const [pictures, structure, honesty]: [Float32Array[], Structure[], Honesty[]] = [[], [], []];
  const night = new Float32Array(days[0]?.length ?? 0);
  for (const [i, day] of days.entries()) {
    tools.signal.throwIfAborted();
    const thumbnail = { data: day, pts: micros(i * 1_000_000), discontinuity: true };
    const look = await tools.generator.translate(thumbnail, tools.signal);
    applyLookInto(look, day, night);
    const shown = asShown(night);
    pictures.push(shown);
    structure.push(structureOf(day, shown, tools.mask.of(day, look)));
    honesty.push(honestyOf(day, shown));
    tools.onPicture(i + 1, days.length);
  }
  return { pictures, structure, honesty };
}

/** What becomes of pictures that no look made. Lends `results`. */
export function judgeImages(days: ImageSet, results: ImageSet, mask: EdgeMask): Translated {
  const pairs = days.map((day, i) => [day, results[i] ?? day] as const);
  return {
    pictures: results,
    structure: pairs.map(([day, result]) => structureOf(day, result, mask.of(day))),
    honesty: pairs.map(([day, result]) => honestyOf(day, result)),
  };
}

/** Clamped and rounded to 8 bits of R, G and B, as every picture file is. Copies. */
export function asShown(yuv: Float32Array): Float32Array {
  return imageToYuv(yuvToImage(yuv, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT));
}
