import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../../core/random.js';
import { l1Loss } from './l1-loss.js';

/** Largest shift along each axis, pixels. */
const MAX_SHIFT = 7;
/** Border that is not compared, pixels: its content has no counterpart before the shift. */
const MARGIN = 16;

/** A translation of the whole image, in pixels. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** A random shift, odd or even: networks with stride 2 respond differently to the two. */
export function randomShift(random: Random): Shift {
  const along = (): number => random.below(2 * MAX_SHIFT + 1) - MAX_SHIFT;
  return { x: along(), y: along() };
}

/** Images `[N, H, W, C]` after a camera shift: a pixel shows what was at its position plus the shift. Edges are mirrored. */
export function shiftImages(images: tf.Tensor4D, { x, y }: Shift): tf.Tensor4D {
  const [, height, width] = images.shape;
  const border: [number, number] = [MAX_SHIFT, MAX_SHIFT];
  const padded = tf.mirrorPad(images, [[0, 0], border, border, [0, 0]], 'reflect');
  return tf.slice(padded, [0, MAX_SHIFT + y, MAX_SHIFT + x, 0], [-1, height, width, -1]);
}

/**
 * Temporal consistency without video (Wang et al. 2022): the L1 distance between the nights of shifted days and the shifted
 * nights of the days, away from the edges. Differentiable in both.
 */
export function shiftConsistencyLoss(nights: tf.Tensor4D, ofShifted: tf.Tensor4D, { x, y }: Shift): tf.Scalar {
  const [, height, width] = nights.shape;
  const size = [-1, height - 2 * MARGIN, width - 2 * MARGIN, -1];
  const before = tf.slice(nights, [0, MARGIN + y, MARGIN + x, 0], size);
  return l1Loss(tf.slice(ofShifted, [0, MARGIN, MARGIN, 0], size), before);
}
