import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../../core/random.js';
import { absoluteDistance } from './absolute-distance.js';

/** Pixels by which a picture is moved at most, along each axis. */
const MOST = 7;
/** Pixels along the edges that are not compared: what comes in there was not seen before. */
const MARGIN = 16;

/** A motion of the whole picture, in pixels. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** A motion by chance; odd and even ones, for networks that halve see those differently. */
export function drawShift(random: Random): Shift {
  const along = (): number => random.below(2 * MOST + 1) - MOST;
  return { x: along(), y: along() };
}

/** Pictures `[N, H, W, C]` of a camera that moved: what is seen at a place was seen at the place + shift. Edges are mirrored. */
export function moved(pictures: tf.Tensor4D, { x, y }: Shift): tf.Tensor4D {
  const [, height, width] = pictures.shape;
  const padded = tf.mirrorPad(pictures, [[0, 0], [MOST, MOST], [MOST, MOST], [0, 0]], 'reflect'); // prettier-ignore
  return tf.slice(padded, [0, MOST + y, MOST + x, 0], [-1, height, width, -1]);
}

/**
 * Steadiness without a video (Wang et al. 2022): the mean absolute distance between nights of moved days and moved nights of the days,
 * away from the edges. Differentiable in both.
 */
export function movedDistance(nights: tf.Tensor4D, ofMoved: tf.Tensor4D, { x, y }: Shift): tf.Scalar {
  const [, height, width] = nights.shape;
  const size = [-1, height - 2 * MARGIN, width - 2 * MARGIN, -1];
  const before = tf.slice(nights, [0, MARGIN + y, MARGIN + x, 0], size);
  return absoluteDistance(tf.slice(ofMoved, [0, MARGIN, MARGIN, 0], size), before);
}
