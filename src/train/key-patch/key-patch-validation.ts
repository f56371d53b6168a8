import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import { layoutSet, layoutSetDistance } from '../../evaluate/layout-distance.js';
import { slicedWasserstein } from '../../evaluate/sliced-wasserstein.js';
import { writeMask } from '../../infer/key-patch/key-region.js';
import { PlaneResizer } from '../../image/resize-planes.js';
import { imageToYuv } from '../../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import { mismatches } from '../losses/key-patch-losses.js';
import type { KeyPatchBatch } from '../models/key-patch.js';
import { keyPatchDiscriminator, keyPatchGenerator, NOISE_CHANNELS } from '../networks/key-patch-networks.js';
import type { Weights } from '../networks/ops.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { keyPatchTraces } from '../models/key-patch.js';
import { disposeBatch, keyPatchBatch } from './key-patch-batches.js';
import type { KeyFrame } from './key-frame.js';
import type { KeyPatchOptions } from './key-patch-options.js';
import { constantMask, CUTS, iouOf } from './mask-iou.js';

/** Frames of a validation, at most: more would cost time and add little. */
const MAX_FRAMES = 64;
const BATCH = 8;
/** Frames of the training on which the cut is chosen. */
const CUT_FRAMES = 24;
/** Frames of the training whose masks give the constant one. */
const MAX_CONSTANT_FRAMES = 200;
const SEED = 7;
const DIRECTIONS = 32;

/** How well held-back frames are made from their patches. */
export interface KeyPatchMetrics {
  /** Intersection over union of the predicted and the true mask, cut where it fits some frames of the training best; mean over the frames. */
  readonly maskIou: number;
  /** The same of the best mask that is one for all frames: the mean of training, cut where it fits training best. */
  readonly constantIou: number;
  /** Shares of held-back frames in which the discriminator scores the real frame above the negative; 0.5 for random scores. */
  readonly rejected: { readonly generated: number; readonly patches: number; readonly surroundings: number };
  /** Distances of the generated images from the held-back frames: layout, and sliced Wasserstein. */
  readonly layout: number;
  readonly swd: number;
  readonly count: number;
  /** Mask IoU less the layout distance; higher is better. */
  readonly score: number;
}

/** One held-back frame, its patches and what is made of them; RGB in [-1, 1]. */
export interface KeyPatchSample {
  /** `[S, S, 3]`. */
  readonly real: Float32Array;
  readonly patches: readonly Float32Array[];
  readonly image: Float32Array;
  /** `[S, S]`. */
  readonly mask: Float32Array;
  readonly predicted: Float32Array;
}

/** Measures weights on frames held back from training. */
export class KeyPatchValidation {
  readonly #frames: readonly KeyFrame[];
  readonly #cutFrames: readonly KeyFrame[];
  readonly #options: KeyPatchOptions;
  /** `[S, S]`. */
  readonly #constant: Float32Array;

  /** Borrows the frames. @param train for the constant mask. */
  constructor(frames: readonly KeyFrame[], train: readonly KeyFrame[], options: KeyPatchOptions) {
    this.#frames = spread(frames, MAX_FRAMES);
    this.#cutFrames = spread(train, CUT_FRAMES);
    this.#options = options;
    this.#constant = constantMask(spread(train, MAX_CONSTANT_FRAMES).map((frame) => this.#maskOf(frame)));
  }

  /** Measures plain weights with the statistics of their batch norms. */
  async measure(weights: Weights): Promise<KeyPatchMetrics> {
    const ious: number[] = [];
    const constants: number[] = [];
    const rejected = { generated: 0, patches: 0, surroundings: 0 };
    const images: Float32Array[] = [];
    const reals: Float32Array[] = [];
    const cut = await this.#cut(weights);
    for await (const { samples, logits } of this.#runs(weights, this.#frames)) {
      for (const [i, { mask, predicted, image, real }] of samples.entries()) {
        ious.push(
          iouOf(
            predicted.map((value) => Number(value > cut)),
            mask,
          ),
        );
        constants.push(iouOf(this.#constant, mask));
        images.push(this.#measured(image));
        reals.push(this.#measured(real));
        for (const kind of ['generated', 'patches', 'surroundings'] as const) {
          rejected[kind] += Number((logits.real[i] ?? 0) > (logits[kind][i] ?? 0)) / this.#frames.length;
        }
      }
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const layout = layoutSetDistance(layoutSet(images), layoutSet(reals));
    const swd = slicedWasserstein(images, reals, { seed: SEED, directions: DIRECTIONS }).at(-1) ?? 0;
    const [maskIou, constantIou] = [mean(ious), mean(constants)];
    return { maskIou, constantIou, rejected, layout, swd, count: ious.length, score: maskIou - layout };
  }

  /** The first frames and what is made of their patches. */
  async samples(weights: Weights): Promise<readonly KeyPatchSample[]> {
    for await (const { samples } of this.#runs(weights, this.#frames.slice(0, BATCH))) return samples;
    return [];
  }

  /** The likelihood at which the masks of some frames of the training fit best. */
  async #cut(weights: Weights): Promise<number> {
    const sums = new Float64Array(CUTS.length);
    for await (const { samples } of this.#runs(weights, this.#cutFrames)) {
      for (const { predicted, mask } of samples) {
        CUTS.forEach((cut, i) => {
          sums[i] =
            (sums[i] ?? 0) +
            iouOf(
              predicted.map((value) => Number(value > cut)),
              mask,
            );
        });
      }
    }
    return CUTS[sums.indexOf(Math.max(...sums))] ?? 0.5;
  }

  async *#runs(
    weights: Weights,
    frames: readonly KeyFrame[],
  ): AsyncGenerator<{
    readonly samples: readonly KeyPatchSample[];
    readonly logits: Record<'real' | 'generated' | 'patches' | 'surroundings', Float32Array>;
  }> {
    const tensors = tensorsOf(weights, this.#options);
    try {
      const random = new Random(SEED);
      for (let from = 0; from < frames.length; from += BATCH) {
        const batch = this.#batch(frames.slice(from, from + BATCH), random);
        try {
          yield await run(tensors, batch, this.#options);
        } finally {
          disposeBatch(batch);
        }
      }
    } finally {
      tf.dispose([...tensors.values()]);
    }
  }

  /** Frames with their clearest patches, each beside another frame. */
  #batch(frames: readonly KeyFrame[], random: Random): KeyPatchBatch {
    const { side } = this.#options;
    const sets = frames.map((frame) => ({ frame, regions: this.#regionsOf(frame) }));
    const others = frames.map((frame) => {
      const index = this.#frames.indexOf(frame);
      return (
        this.#frames[(index + 1 + random.below(Math.max(1, this.#frames.length - 1))) % this.#frames.length] ?? frame
      );
    });
    const noise = Float32Array.from({ length: frames.length * NOISE_CHANNELS }, () => random.between(-1, 1));
    return keyPatchBatch({ sets, others, noise, isFlipped: false }, side);
  }

  #regionsOf({ regions }: KeyFrame): KeyFrame['regions'] {
    return Array.from({ length: this.#options.maxPatches }, (_, i) => regions[i % regions.length]).filter(
      (region) => region !== undefined,
    );
  }

  #maskOf(frame: KeyFrame): Float32Array {
    const { side } = this.#options;
    const out = new Float32Array(side * side);
    writeMask(this.#regionsOf(frame), { side, isFlipped: false, out });
    return out;
  }

  /** RGB `[S, S, 3]` in [-1, 1] as planar YUV of the size at which images are measured. */
  #measured(image: Float32Array): Float32Array {
    const { side } = this.#options;
    const measured = { width: THUMBNAIL_WIDTH, height: THUMBNAIL_HEIGHT };
    const out = new Float32Array(3 * THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT);
    new PlaneResizer({ width: side, height: side }, measured).resizeAllInto(signedRgbToYuv(image, side), out);
    return out;
  }
}

/** RGB `[S, S, 3]` in [-1, 1] as planar Y, U, V `[3, S, S]`. */
export function signedRgbToYuv(image: Float32Array, side: number): Float32Array {
  const data = Uint8ClampedArray.from(image, (value) => 127.5 * (value + 1));
  return imageToYuv({ width: side, height: side, data: new Uint8Array(data.buffer) });
}

/** The metrics in one line. */
export function describeKeyPatchMetrics({ maskIou, constantIou, rejected, layout, swd }: KeyPatchMetrics): string {
  const { generated, patches, surroundings } = rejected;
  const rates = [generated, patches, surroundings].map((rate) => rate.toFixed(2)).join(', ');
  return `mask IoU ${maskIou.toFixed(3)} (constant mask ${constantIou.toFixed(3)}), rejected ${rates} (generated, shuffled patches, shuffled surroundings), layout ${layout.toFixed(4)}, swd ${swd.toFixed(4)}`;
}

/** The tensors of weights and statistics; the caller disposes them. */
function tensorsOf(weights: Weights, options: KeyPatchOptions): ReadonlyMap<string, tf.Tensor> {
  const { generator, discriminator } = keyPatchTraces(options);
  const specs = [generator, discriminator].flatMap(({ parameters, statistics }) => [...parameters, ...statistics]);
  return new Map(specs.map(({ name, shape }) => [name, tf.tensor(weights.get(name) ?? [], [...shape])]));
}

async function run(
  tensors: ReadonlyMap<string, tf.Tensor>,
  batch: KeyPatchBatch,
  { filters, filtersD, side }: KeyPatchOptions,
): Promise<{
  samples: KeyPatchSample[];
  logits: Record<'real' | 'generated' | 'patches' | 'surroundings', Float32Array>;
}> {
  const ops = new TfjsOps(tensors);
  const { mask, image, ...judged } = tf.tidy(() => {
    const made = keyPatchGenerator({ patches: batch.patchCount, filters })<tf.Tensor>(ops, batch);
    const judge = (of: tf.Tensor): tf.Tensor => keyPatchDiscriminator({ filters: filtersD })<tf.Tensor>(ops, of).real;
    const { patches, surroundings } = mismatches(batch);
    return {
      ...made,
      real: judge(batch.real),
      generated: judge(made.image),
      patches: judge(patches),
      surroundings: judge(surroundings),
    };
  });
  const read = async (tensor: tf.Tensor): Promise<Float32Array> => Float32Array.from(await tensor.data());
  const [masks, images, real, trueMasks, patches] = await Promise.all(
    [mask, image, batch.real, batch.mask, batch.patches].map(read),
  );
  const logits = {
    real: await read(judged.real),
    generated: await read(judged.generated),
    patches: await read(judged.patches),
    surroundings: await read(judged.surroundings),
  };
  tf.dispose([mask, image, ...Object.values(judged)]);
  const part = (of: Float32Array | undefined, index: number, channels: number): Float32Array =>
    (of ?? new Float32Array()).subarray(index * side * side * channels, (index + 1) * side * side * channels);
  const count = batch.real.shape[0];
  const samples = Array.from({ length: count }, (_, i) => ({
    real: part(real, i, 3),
    patches: Array.from({ length: batch.patchCount }, (_, k) => part(patches, i * batch.patchCount + k, 3)),
    image: part(images, i, 3),
    mask: part(trueMasks, i, 1),
    predicted: part(masks, i, 1),
  }));
  return { samples, logits };
}

/** `count` frames, evenly spaced; all where there are fewer. */
function spread(frames: readonly KeyFrame[], count: number): readonly KeyFrame[] {
  const step = Math.max(1, frames.length / count);
  return frames.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)).slice(0, count);
}
