import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import { PATCH_CHANNELS, PATCH_COUNT, PATCH_SIDE } from '../../infer/night-like/photo-patches.js';
import { STYLE_TRAITS } from '../../lighting/style-traits.js';
import { arraysWithPrefix, type NamedArrays } from '../checkpoint.js';
import { lossesAndGradients, TrainableNetwork, type Losses } from '../models/trainable-network.js';
import { nightStyleNetwork } from '../networks/night-style-network.js';
import type { Network, Weights } from '../networks/ops.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { traceNetwork } from '../networks/trace.js';
import type { NightBatch } from './night-batches.js';
import type { NightStyleOptions } from './night-style-options.js';

/** A patch, `[H, W, C]`. */
export const PATCH_INPUT = [PATCH_SIDE, PATCH_SIDE, PATCH_CHANNELS] as const;

const TRAITS = STYLE_TRAITS.length;
/** Bounds of the logarithm of a trait's variance, in deviations squared. */
const LOG_VARIANCE = [-7, 1.5] as const;
const MAX_GRADIENT_NORM = 5;

/** The network of a run's options. @param patches of a set. */
export function networkOf(
  { filters, hidden }: Pick<NightStyleOptions, 'filters' | 'hidden'>,
  patches = PATCH_COUNT,
): Network<'style'> {
  return nightStyleNetwork({ filters, hidden, patches, traits: TRAITS });
}

/** The night-style network in training. Owns its tensors until {@link close}. */
export class NightStyleModel {
  readonly #options: NightStyleOptions;
  readonly #network: Network<'style'>;
  readonly #net: TrainableNetwork<'style'>;
  /** Moving averages of the batch norms' means and variances, by name. */
  readonly #statistics: Map<string, Float32Array>;

  constructor(options: NightStyleOptions) {
    const { beta1, beta2, averageDecay, seed } = options;
    this.#options = options;
    this.#network = networkOf(options, options.patches);
    const adam = { beta1, beta2, maxGradientNorm: MAX_GRADIENT_NORM };
    this.#net = new TrainableNetwork(this.#network, {
      input: PATCH_INPUT,
      adam,
      random: new Random(seed),
      averageDecay,
    });
    const { statistics } = traceNetwork(this.#network, PATCH_INPUT);
    this.#statistics = new Map(
      statistics.map(({ name, shape }) => [
        name,
        new Float32Array(shape[0] ?? 0).fill(name.endsWith('/variance') ? 1 : 0),
      ]),
    );
  }

  /** One step; returns its losses, which the caller disposes. Borrows the batch. */
  step(batch: NightBatch, rate: number): Losses {
    const { batch: count, patches, lambdaNight } = this.#options;
    const input = tf.tensor4d(batch.input, [count * patches, ...PATCH_INPUT]);
    const traits = tf.tensor2d(batch.traits, [count, TRAITS]);
    const known = tf.tensor2d(batch.known, [count, 1]);
    const night = tf.tensor2d(batch.night, [count, 1]);
    const moments = new Map<string, tf.Tensor>();
    const keep = (name: string, mean: tf.Tensor, variance: tf.Tensor): void => {
      moments.set(`${name}/mean`, tf.keep(tf.clone(mean)));
      moments.set(`${name}/variance`, tf.keep(tf.clone(variance)));
    };
    const { losses, gradients } = lossesAndGradients([this.#net.vector], ([weights]) => {
      const ops = new TfjsOps(weights ?? new Map(), keep);
      const output = tf.reshape(this.#network<tf.Tensor>(ops, input).style, [count, 2 * TRAITS + 1]);
      return nightStyleLosses(output, { traits, known, night }, lambdaNight);
    });
    const own = gradients[0] ?? [];
    this.#net.step(own, rate);
    this.#follow(moments);
    tf.dispose([input, traits, known, night, ...own, ...moments.values()]);
    return losses;
  }

  /** Weights of the average, and the batch norms' statistics; copies. */
  async weights(): Promise<Weights> {
    const { average, vector } = this.#net;
    if (!average) throw new RangeError('a night-style network must have an average');
    const statistics = [...this.#statistics].map(([name, values]) => [name, values.slice()] as const);
    return new Map([...vector.namedViews(await average.read()), ...statistics]);
  }

  async state(): Promise<NamedArrays> {
    const statistics = [...this.#statistics].map(([name, values]) => [`statistics/${name}`, values.slice()] as const);
    return new Map([...(await this.#net.state()), ...statistics]);
  }

  load(state: NamedArrays): void {
    this.#net.load(state);
    for (const [name, values] of arraysWithPrefix(state, 'statistics/')) this.#statistics.get(name)?.set(values);
  }

  close(): void {
    this.#net.close();
  }

  /** Moves the statistics towards those of a batch. */
  #follow(moments: ReadonlyMap<string, tf.Tensor>): void {
    const decay = Math.min(this.#options.momentDecay, this.#net.adam.steps / (10 + this.#net.adam.steps));
    for (const [name, own] of this.#statistics) {
      const latest = moments.get(name)?.dataSync() ?? own;
      for (let c = 0; c < own.length; c++) own[c] = decay * (own[c] ?? 0) + (1 - decay) * (latest[c] ?? 0);
    }
  }
}

/** What is known of a batch. */
interface NightTargets {
  /** `[N, T]`. */
  readonly traits: tf.Tensor;
  /** `[N, 1]`. */
  readonly known: tf.Tensor;
  readonly night: tf.Tensor;
}

/**
 * The negative logarithm of the traits' density under the normal distributions that the network gives (Nix and Weigend 1994), without its
 * constant, where they are known; and the cross-entropy of night and day. @param output `[N, 2 T + 1]`.
 */
export function nightStyleLosses(output: tf.Tensor, targets: NightTargets, lambdaNight: number): Losses {
  const { traits, known, night } = targets;
  const mean = tf.slice(output, [0, 0], [-1, TRAITS]);
  const logVariance = tf.clipByValue(tf.slice(output, [0, TRAITS], [-1, TRAITS]), ...LOG_VARIANCE);
  const off = tf.square(tf.sub(traits, mean));
  const density = tf.mul(0.5, tf.add(tf.mul(off, tf.exp(tf.neg(logVariance))), logVariance));
  const count = tf.add(tf.mul(tf.sum(known), TRAITS), 1e-3);
  const logit = tf.slice(output, [0, 2 * TRAITS], [-1, 1]);
  return {
    traits: tf.div<tf.Scalar>(tf.sum(tf.mul(density, known)), count),
    night: tf.mul<tf.Scalar>(tf.mean(tf.sub(tf.softplus(logit), tf.mul(night, logit))), lambdaNight),
  };
}
