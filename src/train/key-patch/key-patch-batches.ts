import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import type { Box } from '../../scene/scene.js';
import { WHOLE, writeMask, writeRegion } from '../../infer/key-patch/key-region.js';
import type { KeyPatchBatch } from '../models/key-patch.js';
import { NOISE_CHANNELS } from '../networks/key-patch-networks.js';
import type { KeyFrame } from './key-frame.js';
import type { KeyPatchOptions } from './key-patch-options.js';

/** Draws batches of key patches with their frames, the same for the same seed. Borrows the frames. */
export class KeyPatchBatches {
  readonly #frames: readonly KeyFrame[];
  readonly #options: Pick<KeyPatchOptions, 'batch' | 'side' | 'minPatches' | 'maxPatches'>;
  readonly #random: Random;

  /** Throws RangeError for fewer than two frames. */
  constructor(
    frames: readonly KeyFrame[],
    options: Pick<KeyPatchOptions, 'batch' | 'side' | 'minPatches' | 'maxPatches' | 'seed'>,
  ) {
    if (frames.length < 2) throw new RangeError(`frames must be at least two, got ${frames.length}`);
    this.#frames = frames;
    this.#options = options;
    this.#random = new Random(options.seed + 1);
  }

  /** Position in the sequence of batches, for {@link restore}. */
  get state(): number {
    return this.#random.state;
  }

  restore(state: number): void {
    this.#random.restore(state);
  }

  /** The next batch; the caller disposes its tensors. */
  next(): KeyPatchBatch {
    const { batch, minPatches, maxPatches } = this.#options;
    const random = this.#random;
    const patchCount = minPatches + random.below(maxPatches - minPatches + 1);
    const isFlipped = random.next() < 0.5;
    const chosen = Array.from({ length: batch }, () => random.below(this.#frames.length));
    const others = chosen.map((index) => (index + 1 + random.below(this.#frames.length - 1)) % this.#frames.length);
    const sets = chosen.map((index) => ({
      frame: this.#at(index),
      regions: drawRegions(this.#at(index).regions, patchCount, random),
    }));
    const noise = Float32Array.from({ length: batch * NOISE_CHANNELS }, () => random.between(-1, 1));
    return keyPatchBatch(
      { sets, others: others.map((index) => this.#at(index)), noise, isFlipped },
      this.#options.side,
    );
  }

  #at(index: number): KeyFrame {
    const frame = this.#frames[index];
    if (!frame) throw new RangeError(`index must be below ${this.#frames.length}, got ${index}`);
    return frame;
  }
}

/** Disposes the tensors of a batch. */
export function disposeBatch({ patches, real, mask, others, noise }: KeyPatchBatch): void {
  tf.dispose([patches, real, mask, others, noise]);
}

/** A frame and the regions that make its set of patches. */
export interface KeyPatchSet {
  readonly frame: KeyFrame;
  readonly regions: readonly Box[];
}

/** Makes the tensors of a batch; the caller disposes them. @param parts as many others as sets, noise `[N, 128]`. */
export function keyPatchBatch(
  parts: {
    readonly sets: readonly KeyPatchSet[];
    readonly others: readonly KeyFrame[];
    readonly noise: Float32Array;
    readonly isFlipped: boolean;
  },
  side: number,
): KeyPatchBatch {
  const { sets, others, noise, isFlipped } = parts;
  const patchCount = sets[0]?.regions.length ?? 0;
  const [count, length] = [sets.length, side * side];
  const [real, shuffled, mask] = [3, 3, 1].map((channels) => new Float32Array(count * length * channels));
  const patches = new Float32Array(count * patchCount * length * 3);
  const part = (of: Float32Array | undefined, index: number, channels: number): Float32Array =>
    (of ?? patches).subarray(index * length * channels, (index + 1) * length * channels);
  sets.forEach(({ frame, regions }, i) => {
    writeWhole(frame, { side, isFlipped, out: part(real, i, 3) });
    writeWhole(others[i] ?? frame, { side, isFlipped, out: part(shuffled, i, 3) });
    writeMask(regions, { side, isFlipped, out: part(mask, i, 1) });
    regions.forEach((region, k) => {
      writeRegion(frame.image, region, { side, isFlipped, out: part(patches, i * patchCount + k, 3) });
    });
  });
  const image = (values: Float32Array | undefined, channels: number): tf.Tensor4D =>
    tf.tensor4d(values ?? patches, [count, side, side, channels]);
  return {
    patchCount,
    patches: tf.tensor4d(patches, [count * patchCount, side, side, 3]),
    real: image(real, 3),
    mask: image(mask, 1),
    others: image(shuffled, 3),
    noise: tf.tensor4d(noise, [count, 1, 1, NOISE_CHANNELS]),
  };
}

/** Whole frames at the side of the images: resizing one costs more than all its patches. */
const wholes = new WeakMap<KeyFrame, Float32Array>();

/** Writes a whole frame; keeps it at this size for the next time. */
function writeWhole(
  frame: KeyFrame,
  { side, isFlipped, out }: { readonly side: number; readonly isFlipped: boolean; readonly out: Float32Array },
): void {
  let whole = wholes.get(frame);
  if (whole?.length !== out.length) {
    whole = new Float32Array(out.length);
    writeRegion(frame.image, WHOLE, { side, isFlipped: false, out: whole });
    wholes.set(frame, whole);
  }
  if (!isFlipped) {
    out.set(whole);
    return;
  }
  for (let i = 0; i < side * side; i++) {
    const from = 3 * (i - (i % side) + side - 1 - (i % side));
    out.set(whole.subarray(from, from + 3), 3 * i);
  }
}

/** `count` different regions, the first ones likelier; repeats them where there are fewer. */
function drawRegions(regions: readonly Box[], count: number, random: Random): readonly Box[] {
  const left = [...regions];
  return Array.from({ length: count }, () => {
    if (left.length === 0) left.push(...regions);
    const [region] = left.splice(Math.floor(left.length * random.next() ** 2), 1);
    if (!region) throw new RangeError('regions must not be empty, got []');
    return region;
  });
}
