import { bareStem, pairKeys } from './path-words.js';

/** Which label files belong to which images. */
export interface LabelPairs {
  /** Label files by image; an image without label has no entry. */
  readonly labelsOf: ReadonlyMap<string, readonly string[]>;
  /** Images by label file; a label file without image has an empty list. */
  readonly imagesOf: ReadonlyMap<string, readonly string[]>;
}

/**
 * Pairs label files with images: by {@link pairKeys}, else by a name that one image of the set alone has.
 * @param belongs refuses a pair, such as the left camera's labels to the right camera's image; default: accepts all.
 */
export function pairLabels(
  images: readonly string[],
  labels: readonly string[],
  belongs: (label: string, image: string) => boolean = () => true,
): LabelPairs {
  const pairKey = pairKeys();
  const byKey = groupBy(images, pairKey);
  const byStem = groupBy(images, bareStem);
  const labelsOf = new Map<string, string[]>();
  const imagesOf = new Map<string, readonly string[]>();
  for (const label of labels) {
    const sameStem = (): string[] => byStem.get(bareStem(label)) ?? [];
    const alike = byKey.get(pairKey(label)) ?? (sameStem().length === 1 ? sameStem() : []);
    const own = alike.filter((image) => belongs(label, image));
    imagesOf.set(label, own);
    for (const image of own) addTo(labelsOf, image, label);
  }
  return { labelsOf, imagesOf };
}

/** Lists by key, in order. */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) addTo(groups, keyOf(value), value);
  return groups;
}

function addTo<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
