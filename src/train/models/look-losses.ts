import * as tf from '@tensorflow/tfjs-core';
import {
  AFFINE_SIZE,
  GRID_BINS,
  GRID_HEIGHT,
  GRID_WIDTH,
  LIGHTS_CHANNELS,
  LIGHTS_HEIGHT,
  LIGHTS_WIDTH,
} from '../../look/look.js';
import { l1Loss, meanAbsolute, totalVariation } from '../losses/l1-loss.js';
import type { TrainOptions } from '../options.js';
import { applyLights, applyLook, type LookBatch } from './apply-look.js';
import type { DistillationTargets } from './grade-teacher.js';
import type { Losses } from './trainable-network.js';

/** Luma above the teacher's sky that costs nothing. */
const SKY_SLACK = 0.01;
/** Factor on the lights losses: lights are sparse, so their mean distance is small. */
const LIGHTS_FACTOR = 8;
/** Extra weight of places where the teacher has a light. */
const LIT_WEIGHT = 2;
/** Factors on core, haloY, haloU and haloV: luma and chroma of a halo are small numbers. */
const LIGHTS_SCALE = [1, 3, 6, 6];
/** Chroma a night may add of its own: amber under lamps, blue above. With more, lit walls are tinted into lamps. */
const MAX_TINT = 0.06;
/** Share of the teacher's chroma that is the target for sky: dark and slightly blue, not the amber of a hazy town. */
const SKY_CHROMA = 0.6;

/**
 * Losses of looks against the teacher's: the distillation losses and the regularisation losses. Holds the targets of one batch
 * on the device. Owns its tensors until {@link close}.
 */
export class LookLosses {
  readonly #targets: LookBatch;
  readonly #sky: tf.Tensor4D;
  readonly #count: number;

  constructor({ grid, lights, sky }: DistillationTargets) {
    this.#count = sky.length / (LIGHTS_HEIGHT * LIGHTS_WIDTH);
    this.#targets = {
      grid: tf.keep(tf.tensor4d(grid, [this.#count, GRID_HEIGHT, GRID_WIDTH, GRID_BINS * AFFINE_SIZE])),
      lights: tf.keep(tf.tensor4d(lights, [this.#count, LIGHTS_HEIGHT, LIGHTS_WIDTH, LIGHTS_CHANNELS])),
    };
    this.#sky = tf.keep(tf.tensor4d(sky, [this.#count, LIGHTS_HEIGHT, LIGHTS_WIDTH, 1]));
  }

  /** The images the targets belong to: the days, then the first nights, as many as there are further targets. */
  inputs(days: tf.Tensor4D, nights: tf.Tensor4D): tf.Tensor4D {
    const rest = this.#count - days.shape[0];
    return rest > 0 ? tf.concat([days, tf.slice(nights, 0, rest)], 0) : days;
  }

  /** The looks of the first `count` inputs: those of the days. */
  sliceDays({ grid, lights }: LookBatch, count: number): LookBatch {
    if (grid.shape[0] === count) return { grid, lights };
    return { grid: tf.slice(grid, 0, count), lights: tf.slice(lights, 0, count) };
  }

  /** Distances of grid and lights from the teacher's. */
  distillation({ grid, lights }: LookBatch): Losses {
    return {
      grid: l1Loss(grid, this.#targets.grid),
      lights: tf.mul(lightsLoss(lights, this.#targets.lights), LIGHTS_FACTOR),
    };
  }

  /** L1 distance of nights from the teacher's nights of the same inputs. */
  imageLoss(nights: tf.Tensor4D, inputs: tf.Tensor4D): tf.Scalar {
    return l1Loss(nights, applyLook(this.#targets, inputs));
  }

  /** The regularisation losses: they hold a look near the teacher's during adversarial training. @param nights the days under their looks. */
  regularisation({ grid, lights }: LookBatch, nights: tf.Tensor4D, days: tf.Tensor4D, options: TrainOptions): Losses {
    const count = days.shape[0];
    const difference = scaleChromaRows(tf.sub(grid, this.#targets.grid), options.lambdaChroma);
    const losses: Losses = {
      teacher: tf.mul(meanAbsolute(difference), options.lambdaTeacher),
      lights: tf.mul(
        lightsLoss(tf.slice(lights, 0, count), tf.slice(this.#targets.lights, 0, count)),
        LIGHTS_FACTOR * options.lambdaLights,
      ),
      sky: tf.mul(this.#skyLoss(nights, days), options.lambdaSky),
      variation: tf.mul(totalVariation(scaleChromaRows(grid, options.lambdaChroma)), options.lambdaVariation),
      color: tf.mul(inventedChroma(nights, days), options.lambdaColor),
      bright: tf.mul(excessLuma(nights, days, tf.slice(lights, 0, count)), options.lambdaBright),
      core: tf.mul(tf.mean(tf.slice(lights, [0, 0, 0, 0], [-1, -1, -1, 1])), options.lambdaCore),
    };
    if (this.#count > count) {
      const rest = lightsLoss(tf.slice(lights, count), tf.slice(this.#targets.lights, count));
      losses['nightLights'] = tf.mul(rest, LIGHTS_FACTOR * options.lambdaTeacherLights);
    }
    return losses;
  }

  close(): void {
    tf.dispose([this.#targets.grid, this.#targets.lights, this.#sky]);
  }

  /** Where the teacher detects sky: mean luma above its night, plus the distance of chroma from {@link SKY_CHROMA} of its chroma. */
  #skyLoss(nights: tf.Tensor4D, days: tf.Tensor4D): tf.Scalar {
    const count = days.shape[0];
    const target = applyLook(this.sliceDays(this.#targets, count), days);
    const above = tf.relu(tf.sub(lumaOf(nights), tf.add(lumaOf(target), SKY_SLACK))); // [N, 144, 256, 1]
    const tint = tf.sum(tf.abs(tf.sub(chromaOf(nights), tf.mul(chromaOf(target), SKY_CHROMA))), 3, true);
    const sky = tf.image.resizeNearestNeighbor(tf.slice(this.#sky, 0, count), [days.shape[1], days.shape[2]]);
    return tf.mean(tf.mul(tf.add(above, tint), sky));
  }
}

/**
 * Mean squared distance of lights `[N, 72, 128, 4]` from the teacher's, with more weight where the teacher has a light. Squared,
 * because lights are sparse and their median is zero: an L1 loss switches all of them off.
 */
function lightsLoss(lights: tf.Tensor4D, target: tf.Tensor4D): tf.Scalar {
  const lit = tf.clipByValue(tf.max(target, 3, true), 0, 1);
  const distance = tf.square(tf.mul(tf.sub(lights, target), tf.tensor1d(LIGHTS_SCALE)));
  return tf.mean(tf.mul(distance, tf.add(tf.mul(lit, LIT_WEIGHT), 1)));
}

/** Mean chroma of the nights that their days lack: the distance outside the circle that spans from no chroma to the day's, less the free tint. */
function inventedChroma(nights: tf.Tensor4D, days: tf.Tensor4D): tf.Scalar {
  const half = tf.mul<tf.Tensor4D>(chromaOf(days), 0.5);
  const outside = tf.sub(chromaNorm(tf.sub(chromaOf(nights), half)), chromaNorm(half)); // [N, 144, 256, 1]
  return tf.mean(tf.relu(tf.sub(outside, MAX_TINT)));
}

/** Euclidean norm over the channels; its gradient is finite at 0. */
function chromaNorm(vectors: tf.Tensor4D): tf.Tensor {
  return tf.sqrt(tf.add(tf.sum(tf.square(vectors), 3, true), 1e-6));
}

/** Mean luma of the nights above that of their days, without what the lights add: walls must not become brighter. */
function excessLuma(nights: tf.Tensor4D, days: tf.Tensor4D, lights: tf.Tensor4D): tf.Scalar {
  const { core, halo } = applyLights(lights, days);
  const added = tf.add(lumaOf(core), lumaOf(halo));
  return tf.mean(tf.relu(tf.sub(lumaOf(nights), tf.add(lumaOf(days), added))));
}

function lumaOf(images: tf.Tensor4D): tf.Tensor4D {
  return tf.slice(images, [0, 0, 0, 0], [-1, -1, -1, 1]);
}

function chromaOf(images: tf.Tensor4D): tf.Tensor4D {
  return tf.slice(images, [0, 0, 0, 1]);
}

/** A grid `[N, 9, 16, 96]` with the U and V rows of its matrices multiplied by a factor. */
function scaleChromaRows(grid: tf.Tensor4D, factor: number): tf.Tensor4D {
  const factors = tf.tile(tf.tensor1d([1, 1, 1, 1, ...Array<number>(8).fill(factor)]), [GRID_BINS]); // [96]
  return tf.mul(grid, factors);
}
