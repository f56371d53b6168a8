import { hashText } from './hash-text.js';
import { stemOf } from './image-folder.js';

/** Options of {@link splitTraining}. */
interface TrainSplitOptions {
  /** Share of the images held back for validation, in [0, 0.5]. */
  readonly fraction: number;
  readonly seed: number;
}

/** The two parts of a list of images. */
interface TrainSplit<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
}

/**
 * Splits training images by a hash of their names without extensions: the same list always splits in the same way, on every
 * machine; added images move none of the others; both images of a pair go to the same part. Throws RangeError.
 */
export function splitTraining<T extends { readonly name: string }>(
  images: readonly T[],
  { fraction, seed }: TrainSplitOptions,
): TrainSplit<T> {
  if (!(fraction >= 0 && fraction <= 0.5)) throw new RangeError(`fraction must be in [0, 0.5], got ${fraction}`);
  const isHeldBack = ({ name }: T): boolean => hashText(stemOf(name), seed) < fraction * 2 ** 32;
  return { train: images.filter((image) => !isHeldBack(image)), validation: images.filter(isHeldBack) };
}
