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
import { absoluteDistance, meanAbsolute } from '../losses/absolute-distance.js';
import { totalVariation } from '../losses/total-variation.js';
import type { TrainOptions } from '../options.js';
import type { Lesson } from './grade-teacher.js';
import { lightOf, sliceLook, type LookBatch } from './slice-look.js';
import type { Losses } from './value-and-gradients.js';

/** Luma that night may have above the teacher's in its sky before that counts. */
const SKY_SLACK = 0.01;
/** Lights are sparse: their mean distance is small beside what it means. */
const LIGHTS_FACTOR = 8;
/** How much more a place counts where the teacher has a light. */
const LIT_WEIGHT = 2;
/** Scale of core, haloY, haloU and haloV: a glow's luma and chroma are small numbers. */
const LIGHTS_SCALE = [1, 3, 6, 6];
/** Chroma that a night may have of its own: amber under lamps, blue above. Less than makes a lamp of a wall. */
const TINT = 0.06;
/** Share of the teacher's chroma that a sky is held at: dark and a little blue, and not the amber of a hazy town. */
const SKY_CHROMA = 0.6;

/** The teacher's looks of a batch on the device, and how far a look is from them. Owns its tensors until {@link close}. */
export class LookLesson {
  readonly #look: LookBatch;
  readonly #sky: tf.Tensor4D;
  readonly #count: number;

  constructor({ grid, lights, sky }: Lesson) {
    this.#count = sky.length / (LIGHTS_HEIGHT * LIGHTS_WIDTH);
    this.#look = {
      grid: tf.keep(tf.tensor4d(grid, [this.#count, GRID_HEIGHT, GRID_WIDTH, GRID_BINS * AFFINE_SIZE])),
      lights: tf.keep(tf.tensor4d(lights, [this.#count, LIGHTS_HEIGHT, LIGHTS_WIDTH, LIGHTS_CHANNELS])),
    };
    this.#sky = tf.keep(tf.tensor4d(sky, [this.#count, LIGHTS_HEIGHT, LIGHTS_WIDTH, 1]));
  }

  /** The pictures that the lesson is of: the days, then as many nights as are left. */
  inputs(days: tf.Tensor4D, nights: tf.Tensor4D): tf.Tensor4D {
    const rest = this.#count - days.shape[0];
    return rest > 0 ? tf.concat([days, tf.slice(nights, 0, rest)], 0) : days;
  }

  /** The part of a batch that belongs to the days. */
  ofDays({ grid, lights }: LookBatch, count: number): LookBatch {
    if (grid.shape[0] === count) return { grid, lights };
    return { grid: tf.slice(grid, 0, count), lights: tf.slice(lights, 0, count) };
  }

  /** What is learned first: the teacher's grid and lights, all alike. */
  distillation({ grid, lights }: LookBatch): Losses {
    return {
      grid: absoluteDistance(grid, this.#look.grid),
      lights: tf.mul(lightsDistance(lights, this.#look.lights), LIGHTS_FACTOR),
    };
  }

  /** How far pictures are from the teacher's nights of the same inputs. */
  pictureDistance(nights: tf.Tensor4D, inputs: tf.Tensor4D): tf.Scalar {
    return absoluteDistance(nights, sliceLook(this.#look, inputs));
  }

  /** What holds a look while an adversary pulls at it. @param nights the days under their looks. */
  anchors({ grid, lights }: LookBatch, nights: tf.Tensor4D, days: tf.Tensor4D, options: TrainOptions): Losses {
    const count = days.shape[0];
    const losses: Losses = {
      teacher: tf.mul(meanAbsolute(byRow(tf.sub(grid, this.#look.grid), options.lambdaChroma)), options.lambdaTeacher),
      lights: tf.mul(
        lightsDistance(tf.slice(lights, 0, count), tf.slice(this.#look.lights, 0, count)),
        LIGHTS_FACTOR * options.lambdaLights,
      ),
      sky: tf.mul(this.#skyGlow(nights, days), options.lambdaSky),
      variation: tf.mul(variation(grid, options.lambdaChroma), options.lambdaVariation),
      color: tf.mul(foreignColor(nights, days), options.lambdaColor),
      bright: tf.mul(brighterThanDay(nights, days, tf.slice(lights, 0, count)), options.lambdaBright),
      core: tf.mul(tf.mean(tf.slice(lights, [0, 0, 0, 0], [-1, -1, -1, 1])), options.lambdaCore),
    };
    if (this.#count > count) {
      const rest = lightsDistance(tf.slice(lights, count), tf.slice(this.#look.lights, count));
      losses['nightLights'] = tf.mul(rest, LIGHTS_FACTOR * options.lambdaTeacherLights);
    }
    return losses;
  }

  close(): void {
    tf.dispose([this.#look.grid, this.#look.lights, this.#sky]);
  }

  /** Mean luma of the nights above the teacher's where it sees sky, and how far their chroma is from a sky's. */
  #skyGlow(nights: tf.Tensor4D, days: tf.Tensor4D): tf.Scalar {
    const count = days.shape[0];
    const taught = sliceLook(this.ofDays(this.#look, count), days);
    const above = tf.relu(tf.sub(lumaOf(nights), tf.add(lumaOf(taught), SKY_SLACK))); // [N, 144, 256, 1]
    const tint = tf.sum(tf.abs(tf.sub(chromaOf(nights), tf.mul(chromaOf(taught), SKY_CHROMA))), 3, true);
    const sky = tf.image.resizeNearestNeighbor(tf.slice(this.#sky, 0, count), [days.shape[1], days.shape[2]]);
    return tf.mean(tf.mul(tf.add(above, tint), sky));
  }
}

function chromaOf(pictures: tf.Tensor4D): tf.Tensor4D {
  return tf.slice(pictures, [0, 0, 0, 1]);
}

/**
 * Mean squared distance of lights from the teacher's, `[N, 72, 128, 4]`, those places counting more where it has one. Squared, for
 * what is sparse has zero as its median: an absolute distance puts all lights out.
 */
function lightsDistance(lights: tf.Tensor4D, taught: tf.Tensor4D): tf.Scalar {
  const lit = tf.clipByValue(tf.max(taught, 3, true), 0, 1);
  const distance = tf.square(tf.mul(tf.sub(lights, taught), tf.tensor1d(LIGHTS_SCALE)));
  return tf.mean(tf.mul(distance, tf.add(tf.mul(lit, LIT_WEIGHT), 1)));
}

/** Mean chroma of nights that their days do not know: beyond between none and the day's own, and a tint. */
function foreignColor(nights: tf.Tensor4D, days: tf.Tensor4D): tf.Scalar {
  const half = tf.mul<tf.Tensor4D>(chromaOf(days), 0.5);
  const away = tf.sub(norm(tf.sub(chromaOf(nights), half)), norm(half)); // [N, 144, 256, 1]
  return tf.mean(tf.relu(tf.sub(away, TINT)));
}

/** Length of each sample's vector; its gradient is finite at none. */
function norm(vectors: tf.Tensor4D): tf.Tensor {
  return tf.sqrt(tf.add(tf.sum(tf.square(vectors), 3, true), 1e-6));
}

/** Mean luma that nights have above their days, beside what their lights add: no night brightens a wall. */
function brighterThanDay(nights: tf.Tensor4D, days: tf.Tensor4D, lights: tf.Tensor4D): tf.Scalar {
  const { shining, halo } = lightOf(lights, days);
  const added = tf.add(lumaOf(shining), lumaOf(halo));
  return tf.mean(tf.relu(tf.sub(lumaOf(nights), tf.add(lumaOf(days), added))));
}

function lumaOf(pictures: tf.Tensor4D): tf.Tensor4D {
  return tf.slice(pictures, [0, 0, 0, 0], [-1, -1, -1, 1]);
}

/** Differences of a grid's neighbours along rows and down columns; those of the chroma rows times a factor. */
function variation(grid: tf.Tensor4D, chroma: number): tf.Scalar {
  return totalVariation(byRow(grid, chroma));
}

/** A grid with its chroma rows times a factor. */
function byRow(grid: tf.Tensor4D, chroma: number): tf.Tensor4D {
  const factors = tf.tile(tf.tensor1d([1, 1, 1, 1, ...Array<number>(8).fill(chroma)]), [GRID_BINS]); // [96]
  return tf.mul(grid, factors);
}
