import { overlapOf, type PixelBox, type TrueBox } from './detection.js';

/** Overlaps at which COCO's AP counts a box as found: 0.5 to 0.95. The first is AP50's. */
export const OVERLAPS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95] as const;

/** COCO's size classes, by area in pixels: from, to. */
export const AREAS = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
} as const satisfies Record<string, readonly [number, number]>;

/** A key of {@link AREAS}. */
export type AreaName = keyof typeof AREAS;

/** What became of a detection: on nothing, on a truth, or on what counts as nothing. */
export const OUTCOMES = { wrong: 0, right: 1, ignored: 2 } as const;

/** Detections of one class in one image, compared with its true boxes at every overlap of {@link OVERLAPS}. */
export interface ImageMatches {
  /** `[10, detections]`: values of {@link OUTCOMES}. */
  readonly outcomes: Uint8Array;
  /** `[10, detections]`: index of the truth that a detection is on; -1: none. */
  readonly truths: Int32Array;
  /** True boxes that count. */
  readonly positives: number;
}

/**
 * Matches detections with true boxes as COCO's evaluation does: greedily from the most certain detection, each with the free
 * truth that it overlaps most; ignored regions take any number of them, and only those that fit no truth.
 * @param detections most certain first.
 * @param area truths outside it are ignored, and so are detections outside it that are on nothing.
 */
export function matchDetections(
  detections: readonly PixelBox[],
  truths: readonly TrueBox[],
  area: AreaName = 'all',
): ImageMatches {
  const [minArea, maxArea] = AREAS[area];
  const isOutside = ({ width, height }: PixelBox): boolean => width * height < minArea || width * height > maxArea;
  const isIgnored = truths.map((truth) => truth.isIgnored || isOutside(truth));
  // Truths that count come first, in their order.
  const order = [...truths.keys()].sort((a, b) => Number(isIgnored[a]) - Number(isIgnored[b]));
  const count = detections.length;
  const overlaps = detections.map((detection) => truths.map((truth) => overlapOf(detection, truth)));
  const outcomes = new Uint8Array(OVERLAPS.length * count);
  const matched = new Int32Array(OVERLAPS.length * count).fill(-1);
  for (const [level, threshold] of OVERLAPS.entries()) {
    const isTaken = new Uint8Array(truths.length);
    for (const [i, detection] of detections.entries()) {
      let best = Math.min(threshold, 1 - 1e-10);
      let found = -1;
      for (const at of order) {
        if (isTaken[at] && !truths[at]?.isIgnored) continue;
        if (found >= 0 && !isIgnored[found] && isIgnored[at]) break;
        const overlap = overlaps[i]?.[at] ?? 0;
        if (overlap < best) continue;
        best = overlap;
        found = at;
      }
      const cell = level * count + i;
      matched[cell] = found;
      if (found >= 0) {
        isTaken[found] = 1;
        outcomes[cell] = isIgnored[found] ? OUTCOMES.ignored : OUTCOMES.right;
      } else if (isOutside(detection)) {
        outcomes[cell] = OUTCOMES.ignored;
      }
    }
  }
  return { outcomes, truths: matched, positives: isIgnored.filter((ignored) => !ignored).length };
}
