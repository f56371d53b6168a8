import { NocturneError } from '../../core/errors.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import type { AugmentOptions } from './augment.js';
import type { OrderState } from './epoch-order.js';
import type { ImageStore } from './image-store.js';

/** Pictures for one step. The memory is the caller's. */
export interface Batch {
  /** Day, `[N, H, W, 3]`: Y in [0, 1], U and V in [-0.5, 0.5], BT.709 full range. */
  readonly a: Float32Array;
  /** Night, as {@link a}; empty where the dataset has one domain. */
  readonly b: Float32Array;
  readonly pathsA: readonly string[];
  readonly pathsB: readonly string[];
}

/** Where a dataset is; plain data for a checkpoint. */
export interface DatasetState {
  /** Pictures of A given so far. */
  readonly drawn: number;
  readonly orders: readonly OrderState[];
  readonly augmenters: readonly number[];
  /** Of the data itself; see {@link ImageStore.fingerprint}. */
  readonly fingerprints: readonly number[];
}

/** What training draws its pictures from; the same seed gives the same batches. */
export interface Dataset {
  /** Pictures of A in an epoch. */
  readonly size: number;
  /** Epochs finished. */
  readonly epoch: number;
  readonly width: number;
  readonly height: number;
  /** The next `count` pictures of each domain; an epoch's end within a batch is passed over. */
  next(count: number): Batch;
  state(): DatasetState;
  /**
   * Goes on bit for bit as the dataset did that had this state. Throws NocturneError CONFIG_INVALID when the pictures are
   * not the same.
   */
  restore(state: DatasetState): void;
}

/** What every dataset is made with. */
export interface DatasetOptions {
  readonly seed: number;
  /** Of what a network is given; default 256. */
  readonly width?: number;
  /** Default 144. */
  readonly height?: number;
  /** Default `DEFAULT_AUGMENT`. */
  readonly augment?: AugmentOptions;
  /** Always the same order; default false. */
  readonly isSerial?: boolean;
}

/** How often the pictures of a source come against those of others, by source; 1 where it is not named. */
export type SourceWeights = Readonly<Record<string, number>>;

/** The options' size, or the thumbnail's. */
export function cropOf({ width = THUMBNAIL_WIDTH, height = THUMBNAIL_HEIGHT }: DatasetOptions): {
  width: number;
  height: number;
} {
  return { width, height };
}

/** A weight for every picture of a store. */
export function weightsOf(store: ImageStore, weights: SourceWeights): readonly number[] {
  const known = new Set(store.pictures.map(({ source }) => source));
  const unknown = Object.keys(weights).find((source) => !known.has(source));
  if (unknown !== undefined) {
    throw new RangeError(`weights must name sources of the data (${[...known].join(', ')}), got ${unknown}`);
  }
  return store.pictures.map(({ source }) => weights[source] ?? 1);
}

/** Throws RangeError when a store is empty or holds a picture that is smaller than the crop. */
export function checkStore(name: string, store: ImageStore, crop: { width: number; height: number }): void {
  if (store.size === 0) throw new RangeError(`${name} must hold pictures, got none`);
  const small = store.pictures.find((picture) => picture.width < crop.width || picture.height < crop.height);
  if (small) {
    const got = `${small.width}x${small.height} (${small.path})`;
    throw new RangeError(`${name} must hold pictures of ${crop.width}x${crop.height} or more, got ${got}`);
  }
}

/** Throws NocturneError CONFIG_INVALID when a state was saved with other pictures. */
export function checkFingerprints(state: DatasetState, fingerprints: readonly number[]): void {
  if (state.fingerprints.join() === fingerprints.join()) return;
  throw new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: 'the training pictures are not those with which the checkpoint was made.',
    remedy: 'Bring the folders back as they were, or start a new training from the checkpoint’s weights.',
  });
}

/** One part of a saved state. Throws RangeError where it is missing: the state is of another kind of dataset. */
export function partOf<T>(parts: readonly T[], index: number): T {
  const part = parts[index];
  if (part === undefined) throw new RangeError(`state must have ${index + 1} parts or more, got ${parts.length}`);
  return part;
}
