import type { Box } from './scene.js';

interface Boxed {
  readonly box: Box;
}

/** A tracked thing and the index of what may be that thing. */
export interface ThingPair<T extends Boxed> {
  readonly distance: number;
  readonly thing: T;
  readonly at: number;
}

/**
 * The pairs of tracked and found things within reach, nearest first.
 * @param limits `reach` in the mean size of both boxes; `minReach` the smallest size in it, a share of the image's width.
 */
export function thingPairs<T extends Boxed>(
  things: readonly T[],
  found: readonly Boxed[],
  { reach, minReach }: { readonly reach: number; readonly minReach: number },
): ThingPair<T>[] {
  const order = [...found.keys()].sort((a, b) => middleX(found[a]) - middleX(found[b]));
  const middles = order.map((at) => middleX(found[at]));
  const largest = found.reduce((size, { box }) => Math.max(size, box.width, box.height), 0);
  const pairs: ThingPair<T>[] = [];
  for (const thing of things) {
    const { box } = thing;
    const middle = box.x + box.width / 2;
    const farthest = reach * Math.max(minReach, (Math.max(box.width, box.height) + largest) / 2);
    for (let i = lowerBound(middles, middle - farthest); i < order.length; i++) {
      if ((middles[i] ?? 0) > middle + farthest) break;
      const at = order[i] ?? 0;
      const candidate = found[at];
      if (!candidate) continue;
      const distance = distanceOf(box, candidate.box, minReach, reach);
      if (distance < reach) pairs.push({ distance, thing, at });
    }
  }
  return pairs.sort((a, b) => a.distance - b.distance);
}

function middleX(found: Boxed | undefined): number {
  return found ? found.box.x + found.box.width / 2 : 0;
}

/** Index of the first of sorted values that is not below `value`. */
function lowerBound(values: readonly number[], value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Distance of two boxes in their mean size, more where their widths differ; Infinity where it exceeds `reach` clearly. */
function distanceOf(a: Box, b: Box, minReach: number, reach: number): number {
  const size = Math.max(minReach, (a.width + b.width + ((a.height + b.height) * 9) / 16) / 4);
  const dx = a.x + a.width / 2 - b.x - b.width / 2;
  const dy = ((a.y + a.height / 2 - b.y - b.height / 2) * 9) / 16;
  if (Math.abs(dx) > reach * size || Math.abs(dy) > reach * size) return Infinity;
  const scale = Math.abs(Math.log((a.width + minReach) / (b.width + minReach)));
  return Math.sqrt(dx * dx + dy * dy) / size + 0.5 * scale;
}
