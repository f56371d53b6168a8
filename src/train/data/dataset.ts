import { NocturneError } from '../../core/errors.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import type { AugmentOptions } from './augment.js';
import type { EpochSamplerState } from './epoch-sampler.js';
import type { ImageStore } from './image-store.js';

/** The images of one step. The memory is the caller's. */
export interface Batch {
  /** Day, `[N, H, W, 3]`: Y in [0, 1], U and V in [-0.5, 0.5], BT.709 full range. */
  readonly a: Float32Array;
  /** Night, as {@link a}. */
  readonly b: Float32Array;
  readonly pathsA: readonly string[];
  readonly pathsB: readonly string[];
}

/** The position of a dataset; plain data for a checkpoint. */
export interface DatasetState {
  /** Images of A drawn so far. */
  readonly drawn: number;
  /** States of the samplers. */
  readonly orders: readonly EpochSamplerState[];
  readonly augmenters: readonly number[];
  /** Of the data itself; see {@link ImageStore.fingerprint}. */
  readonly fingerprints: readonly number[];
}

/** Training images in batches; the same seed gives the same batches. */
export interface Dataset {
  /** Images of A in an epoch. */
  readonly size: number;
  /** Epochs finished. */
  readonly epoch: number;
  readonly width: number;
  readonly height: number;
  /** The next `count` images of each domain; a batch may span the end of an epoch. */
  next(count: number): Batch;
  state(): DatasetState;
  /**
   * Continues bit for bit as the dataset that had this state. Throws NocturneError CONFIG_INVALID when the images are not
   * the same.
   */
  restore(state: DatasetState): void;
}

/** Options of every dataset. */
export interface DatasetOptions {
  /** Day. Lent for as long as the dataset is used. */
  readonly a: ImageStore;
  /** Night. Lent as {@link a}. */
  readonly b: ImageStore;
  readonly seed: number;
  /** Columns of a crop; default 256. */
  readonly width?: number;
  /** Rows of a crop; default 144. */
  readonly height?: number;
  /** Default `DEFAULT_AUGMENT`. */
  readonly augment?: AugmentOptions;
}

/** The size of the crops: the options', or the thumbnail's. */
export function cropSize({ width = THUMBNAIL_WIDTH, height = THUMBNAIL_HEIGHT }: DatasetOptions): {
  width: number;
  height: number;
} {
  return { width, height };
}

/** Throws RangeError when a store is empty or holds an image smaller than the crop. */
export function checkStore(name: string, store: ImageStore, crop: { width: number; height: number }): void {
  if (store.size === 0) throw new RangeError(`${name} must hold images, got none`);
  const small = store.images.find((image) => image.width < crop.width || image.height < crop.height);
  if (small) {
    const got = `${small.width}x${small.height} (${small.path})`;
    throw new RangeError(`${name} must hold images of ${crop.width}x${crop.height} or more, got ${got}`);
  }
}

/** Throws NocturneError CONFIG_INVALID when a state was saved with other images. */
export function checkFingerprints(state: DatasetState, fingerprints: readonly number[]): void {
  if (state.fingerprints.join() === fingerprints.join()) return;
  throw new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: 'the training images differ from those of the checkpoint.',
    remedy: 'Restore the folders, or start a new run.',
  });
}

/** One part of a saved state. Throws RangeError where it is missing: the state is of another kind of dataset. */
export function requirePart<T>(parts: readonly T[], index: number): T {
  const part = parts[index];
  if (part === undefined) throw new RangeError(`state must have ${index + 1} parts or more, got ${parts.length}`);
  return part;
}
