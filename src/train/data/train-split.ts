import { hashText } from './hash-text.js';
import { stemOf } from './image-folder.js';

/** How training pictures are divided. */
export interface TrainSplitOptions {
  /** Share kept for validation, in [0, 0.5]; default 0.05. */
  readonly fraction?: number;
  /**
   * `source`: whole sources are kept, as a test has scenes that training never saw; frames of one video never stand on
   * both sides. `name`: single pictures, by their names without endings, so that both of a pair go one way. Default `name`.
   */
  readonly by?: 'source' | 'name';
  /** Another number, another division; default 0. */
  readonly seed?: number;
}

/** Two parts of a list. */
export interface TrainSplit<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
}

/** What a picture is divided by. */
interface Named {
  readonly name: string;
  readonly source: string;
}

/**
 * Divides pictures of a training folder: the same list always alike, on every machine, and a picture that is added
 * moves none by `name`. By `source`, the sources of the smallest hashes are kept for validation until they hold the
 * fraction, one that would take more than twice as much is passed over, and training keeps one at least. Throws RangeError.
 */
export function splitTraining<T extends Named>(
  pictures: readonly T[],
  { fraction = 0.05, by = 'name', seed = 0 }: TrainSplitOptions = {},
): TrainSplit<T> {
  if (!(fraction >= 0 && fraction <= 0.5)) throw new RangeError(`fraction must be in [0, 0.5], got ${fraction}`);
  const isKept = by === 'name' ? keptNames(fraction, seed) : keptSources(pictures, fraction, seed);
  return { train: pictures.filter((picture) => !isKept(picture)), validation: pictures.filter(isKept) };
}

function keptNames(fraction: number, seed: number): (picture: Named) => boolean {
  return ({ name }) => hashText(stemOf(name), seed) < fraction * 2 ** 32;
}

function keptSources(pictures: readonly Named[], fraction: number, seed: number): (picture: Named) => boolean {
  const counts = new Map<string, number>();
  for (const { source } of pictures) counts.set(source, (counts.get(source) ?? 0) + 1);
  const order = [...counts].sort(([one], [two]) => hashText(one, seed) - hashText(two, seed));
  const wanted = fraction * pictures.length;
  const kept = new Set<string>();
  let count = 0;
  for (const [source, size] of order) {
    if (count >= wanted || kept.size === counts.size - 1) break;
    if (count + size > 2 * wanted) continue;
    kept.add(source);
    count += size;
  }
  return ({ source }) => kept.has(source);
}
