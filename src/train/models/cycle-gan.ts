import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import { under, type Arrays } from '../checkpoint.js';
import type { Batch } from '../data/dataset.js';
import { ImagePool } from '../data/image-pool.js';
import { absoluteDistance } from '../losses/absolute-distance.js';
import { discriminatorLoss, generatorLoss } from '../losses/gan-loss.js';
import { drawShift, moved, movedDistance } from '../losses/moved-distance.js';
import type { TrainOptions } from '../options.js';
import type { Lesson } from './grade-teacher.js';
import { LookLesson } from './look-lesson.js';
import { discriminator, generatorA, generatorB, rateScales } from './networks-of.js';
import { NoiseBank } from './noise-bank.js';
import { Player } from './player.js';
import { sliceLook, type LookBatch } from './slice-look.js';
import { toJudged, toUnit, toYuv } from './spaces.js';
import { valueAndGradients, type Losses } from './value-and-gradients.js';

/** Sigma of the noise that two pictures of one thing do not share, 0 to 1. */
const STEADY_NOISE = 0.008;

const INPUT = [THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, 3] as const;

/** What a CycleGAN remembers between steps beside its networks. */
export interface ModelState {
  readonly arrays: Arrays;
  /** Where its chance is. */
  readonly random: number;
  /** Pictures in the pools of fake nights and fake days. */
  readonly pooled: readonly [number, number];
}

/**
 * CycleGAN (Zhu et al. 2017): netGA makes night of day, netGB day of night, netDA judges nights, netDB days. With the look
 * network as netGA, night is the day under its look, a teacher's look is learned first, and what the adversary may change
 * is held near it. netDB and the way back from night are left out where lambdaCycleB is 0.
 *
 * A step is `setInput(..)`, then `optimizeParameters(..)`. Pictures are YUV: Y in [0, 1], U and V in [-0.5, 0.5].
 */
export class CycleGan {
  readonly options: TrainOptions;
  readonly netGA: Player;
  readonly netGB: Player<'picture'>;
  readonly netDA: Player;
  readonly netDB: Player | undefined;
  readonly #random: Random;
  readonly #noise: NoiseBank;
  readonly #pools: readonly [ImagePool<tf.Tensor4D>, ImagePool<tf.Tensor4D>];
  #realA: tf.Tensor4D | undefined;
  #realB: tf.Tensor4D | undefined;
  #lesson: LookLesson | undefined;

  constructor(options: TrainOptions) {
    this.options = options;
    this.#random = new Random(options.seed);
    const adam = { beta1: options.beta1, beta2: options.beta2 };
    const common = { input: INPUT, adam, random: this.#random };
    const judge = { ...common, hasSpectralNorm: options.normD === 'spectral' };
    const scales = rateScales(options);
    this.netGA = new Player(generatorA(options), {
      ...common,
      adam: { ...adam, rateScales: scales },
      averageDecay: options.averageDecay,
    });
    this.netGB = new Player(generatorB(options), common);
    this.netDA = new Player(discriminator(options), judge);
    this.netDB = options.lambdaCycleB > 0 ? new Player(discriminator(options), judge) : undefined;
    this.#noise = new NoiseBank(INPUT[0], INPUT[1], this.#random);
    const pool = (): ImagePool<tf.Tensor4D> =>
      new ImagePool<tf.Tensor4D>({
        size: options.pool,
        random: this.#random,
        clone: (picture) => tf.keep(tf.clone(picture)),
        release: (picture) => picture.dispose(),
      });
    this.#pools = [pool(), pool()];
  }

  /** Whether netGA makes looks. */
  get makesLooks(): boolean {
    return this.options.generator === 'nightgrid';
  }

  /** Takes the next batch. @param lesson the teacher's looks of the days, then of the first nights that netGA is shown. */
  setInput({ a, b }: Batch, lesson?: Lesson): void {
    this.#forgetInput();
    const numbers = INPUT[0] * INPUT[1] * INPUT[2];
    this.#realA = tf.tensor4d(a, [a.length / numbers, ...INPUT]);
    this.#realB = tf.tensor4d(b, [b.length / numbers, ...INPUT]);
    this.#lesson = lesson && new LookLesson(lesson);
  }

  /** Learns the teacher's looks alone: a step of plain regression. */
  distill(learningRate: number): Losses {
    const { realA, realB, lesson } = this.#input();
    if (!lesson) throw new TypeError('distill needs a lesson in setInput, got none');
    const { losses, gradients } = valueAndGradients([this.netGA.vector], ([weights]) => {
      const input = lesson.inputs(realA, realB);
      const look = this.#look(input, weights);
      const nights = sliceLook(look, input);
      return {
        ...lesson.distillation(look),
        picture: lesson.pictureDistance(nights, input),
        ...this.#steadiness(input, nights, weights),
      };
    });
    this.#apply([this.netGA], gradients, learningRate);
    return losses;
  }

  /** One step of all networks: generators first, then discriminators, as published. */
  optimizeParameters(step: number, { rateG, rateD }: { readonly rateG: number; readonly rateD: number }): Losses {
    this.netDA.advance();
    this.netDB?.advance();
    const kept: { fakeB?: tf.Tensor4D; fakeA?: tf.Tensor4D } = {};
    const generators = [this.netGA, this.netGB];
    const forward = valueAndGradients(
      generators.map(({ vector }) => vector),
      ([weightsA, weightsB]) => this.#generatorLosses({ a: weightsA, b: weightsB }, kept),
    );
    this.#apply(generators, forward.gradients, rateG);
    const losses = { ...forward.losses, ...this.#judgeNights(step, kept.fakeB, rateD) };
    return { ...losses, ...this.#judgeDays(kept.fakeA, rateD) };
  }

  /** Nights of days by the average of netGA's weights, and the lights of their looks where there are any. The caller disposes them. */
  translate(days: tf.Tensor4D): { readonly night: tf.Tensor4D; readonly lights?: tf.Tensor4D } {
    const { average, vector } = this.netGA;
    return tf.tidy((): { night: tf.Tensor4D; lights?: tf.Tensor4D } => {
      const weights = average ? average.tensors() : vector.tensors;
      if (!this.makesLooks) return { night: this.#translateWith(days, weights) };
      const look = this.#look(days, weights);
      return { night: sliceLook(look, days), lights: look.lights };
    });
  }

  async state(): Promise<ModelState> {
    const arrays = new Map<string, Float32Array>();
    for (const [name, player] of this.#players()) {
      for (const [key, values] of await player.state()) arrays.set(`${name}/${key}`, values);
    }
    for (const [index, pool] of this.#pools.entries()) {
      for (const [i, picture] of pool.pictures.entries()) {
        arrays.set(`pool${index}/${i}`, Float32Array.from(await picture.data()));
      }
    }
    const pooled = [this.#pools[0].pictures.length, this.#pools[1].pictures.length] as const;
    return { arrays, random: this.#random.state, pooled };
  }

  /** Goes on where another model was. Throws RangeError when it was of other networks. */
  load({ arrays, random, pooled }: ModelState): void {
    for (const [name, player] of this.#players()) player.load(under(arrays, `${name}/`));
    for (const [index, pool] of this.#pools.entries()) {
      pool.restore(
        Array.from({ length: pooled[index] ?? 0 }, (_, i) =>
          tf.keep(tf.tensor4d((arrays.get(`pool${index}/${i}`) ?? new Float32Array()).slice(), [1, ...INPUT])),
        ),
      );
    }
    this.#random.restore(random);
  }

  close(): void {
    this.#forgetInput();
    for (const [, player] of this.#players()) player.close();
    for (const pool of this.#pools) pool.close();
    this.#noise.close();
  }

  #generatorLosses(
    weights: { readonly a: Weights | undefined; readonly b: Weights | undefined },
    kept: { fakeB?: tf.Tensor4D; fakeA?: tf.Tensor4D },
  ): Losses {
    const { gan, lambdaGan, lambdaCycleA, lambdaCycleB, lambdaIdentity } = this.options;
    const { realA, realB, lesson } = this.#input();
    const losses: Losses = {};
    let fakeB: tf.Tensor4D;
    if (lesson) {
      const input = lesson.inputs(realA, realB);
      const look = this.#look(input, weights.a);
      fakeB = sliceLook(lesson.ofDays(look, realA.shape[0]), realA);
      Object.assign(losses, lesson.anchors(look, fakeB, realA, this.options));
    } else {
      fakeB = this.#translateWith(realA, weights.a);
    }
    kept.fakeB = tf.keep(tf.clone(fakeB));
    Object.assign(losses, this.#steadiness(realA, fakeB, weights.a));
    losses['ganA'] = tf.mul(generatorLoss(gan, this.#judge(this.netDA, fakeB)), lambdaGan);
    const back = this.#backToDay(fakeB, weights.b);
    losses['cycleA'] = tf.mul(absoluteDistance(toUnit(back), toUnit(realA)), lambdaCycleA);
    if (this.netDB) {
      const fakeA = this.#backToDay(realB, weights.b);
      kept.fakeA = tf.keep(tf.clone(fakeA));
      losses['ganB'] = generatorLoss(gan, this.#judge(this.netDB, fakeA));
      const nightAgain = this.#translateWith(fakeA, weights.a);
      losses['cycleB'] = tf.mul(absoluteDistance(toUnit(nightAgain), toUnit(realB)), lambdaCycleB);
    }
    if (lambdaIdentity > 0) {
      const [same, sameDay] = [this.#translateWith(realB, weights.a), this.#backToDay(realA, weights.b)];
      losses['identityA'] = tf.mul(absoluteDistance(toUnit(same), toUnit(realB)), lambdaCycleB * lambdaIdentity);
      losses['identityB'] = tf.mul(absoluteDistance(toUnit(sameDay), toUnit(realA)), lambdaCycleA * lambdaIdentity);
    }
    return losses;
  }

  /** How far netGA is from moving the first of these nights as its day moves, which is shown it with other noise. */
  #steadiness(days: tf.Tensor4D, nights: tf.Tensor4D, weights?: Weights): Losses {
    const { lambdaSteady } = this.options;
    if (lambdaSteady === 0) return {};
    const shift = drawShift(this.#random);
    const day = moved(tf.slice(days, 0, 1), shift);
    const shown = this.#noise.addTo(day, STEADY_NOISE, this.#random);
    const night = this.makesLooks
      ? sliceLook(this.#look(shown, weights), day)
      : this.#translateWith(shown, weights);
    return { steady: tf.mul(movedDistance(tf.slice(nights, 0, 1), night, shift), lambdaSteady) };
  }

  #judgeNights(step: number, fake: tf.Tensor4D | undefined, rateD: number): Losses {
    const { realA, realB } = this.#input();
    const { dayNegatives } = this.options;
    const showsDay = dayNegatives > 0 && step % dayNegatives === 0;
    return { netDA: this.#judgeStep({ player: this.netDA, real: realB, fake, pool: 0, other: showsDay ? realA : undefined }, rateD) };
  }

  #judgeDays(fake: tf.Tensor4D | undefined, rateD: number): Losses {
    if (!this.netDB) return {};
    return { netDB: this.#judgeStep({ player: this.netDB, real: this.#input().realA, fake, pool: 1, other: undefined }, rateD) };
  }

  #judgeStep(
    turn: {
      readonly player: Player;
      readonly real: tf.Tensor4D;
      readonly fake: tf.Tensor4D | undefined;
      readonly pool: 0 | 1;
      readonly other: tf.Tensor4D | undefined;
    },
    rateD: number,
  ): tf.Scalar {
    const { player, real, fake, pool, other } = turn;
    if (!fake) throw new RangeError('a discriminator needs a fake, got none');
    const pooled = this.#fromPool(this.#pools[pool], fake);
    const { losses, gradients } = valueAndGradients([player.vector], ([weights]) => {
      const shown = other ? tf.concat([pooled, other], 0) : pooled;
      return {
        loss: discriminatorLoss(this.options.gan, {
          real: this.#judge(player, real, weights),
          fake: this.#judge(player, shown, weights),
        }),
      };
    });
    this.#apply([player], gradients, rateD);
    pooled.dispose();
    return losses['loss'] as tf.Scalar; // named above
  }

  /** A batch from the pool's history, fake by fake. Takes the fakes. */
  #fromPool(pool: ImagePool<tf.Tensor4D>, fakes: tf.Tensor4D): tf.Tensor4D {
    const singles = tf.split(fakes, fakes.shape[0]);
    fakes.dispose();
    const given = singles.map((fake) => pool.query(tf.keep(fake as tf.Tensor4D)));
    const batch = tf.concat(given, 0);
    for (const fake of given) fake.dispose();
    return batch;
  }

  #judge(player: Player, pictures: tf.Tensor4D, weights?: Weights): readonly tf.Tensor[] {
    const { noiseD, chromaD } = this.options;
    const sigma = noiseD === 0 ? 0 : this.#random.between(0, noiseD);
    return Object.values(player.run(this.#noise.addTo(toJudged(pictures, chromaD), sigma, this.#random), weights));
  }

  #look(input: tf.Tensor4D, weights?: Weights): LookBatch {
    const { grid, lights } = this.netGA.run(input, weights);
    return { grid, lights } as LookBatch; // pictures keep their rank in every network
  }

  #translateWith(days: tf.Tensor4D, weights?: Weights): tf.Tensor4D {
    if (this.makesLooks) return sliceLook(this.#look(days, weights), days);
    return toYuv(this.netGA.run(toUnit(days), weights)['picture'] as tf.Tensor4D); // as above
  }

  #backToDay(nights: tf.Tensor4D, weights?: Weights): tf.Tensor4D {
    return toYuv(this.netGB.run(toUnit(nights), weights).picture as tf.Tensor4D); // as above
  }

  #apply(players: readonly Player[], gradients: readonly (readonly tf.Tensor[])[], learningRate: number): void {
    for (const [index, player] of players.entries()) {
      const own = gradients[index] ?? [];
      player.step(own, learningRate);
      tf.dispose([...own]);
    }
  }

  #players(): readonly (readonly [string, Player])[] {
    const { netGA, netGB, netDA, netDB } = this;
    return [['netGA', netGA], ['netGB', netGB], ['netDA', netDA], ...(netDB ? ([['netDB', netDB]] as const) : [])];
  }

  #input(): { readonly realA: tf.Tensor4D; readonly realB: tf.Tensor4D; readonly lesson: LookLesson | undefined } {
    if (!this.#realA || !this.#realB) throw new TypeError('a step needs setInput first');
    return { realA: this.#realA, realB: this.#realB, lesson: this.#lesson };
  }

  #forgetInput(): void {
    tf.dispose([this.#realA, this.#realB].filter((tensor) => tensor !== undefined));
    this.#lesson?.close();
    this.#realA = this.#realB = this.#lesson = undefined;
  }
}

type Weights = ReadonlyMap<string, tf.Tensor>;
