import * as tf from '@tensorflow/tfjs-core';
import type { Losses } from '../models/trainable-network.js';
import { sceneNetwork, SURFACE_CHANNELS, type SceneOutputs } from '../networks/scene-network.js';
import type { SceneBatch } from './scene-batches.js';
import { sceneLosses } from './scene-losses.js';
import type { SceneOptions } from './scene-options.js';
import { SURFACE_STEP, TARGET_CHANNELS, VEHICLE_STEP } from './scene-targets.js';
import { SupervisedModel } from './supervised-model.js';

/** Largest norm of a step's gradient: a rare image must not undo many steps. */
const MAX_GRADIENT_NORM = 5;

/** The scene network in training. */
export class SceneModel extends SupervisedModel<keyof SceneOutputs<unknown>> {
  readonly #options: SceneOptions;

  constructor(options: SceneOptions) {
    const { width, height } = options;
    super(sceneNetwork, { ...options, input: [height, width, 3], maxGradientNorm: MAX_GRADIENT_NORM });
    this.#options = options;
  }

  /** One step; returns its losses, which the caller disposes. Borrows the batch. */
  step(batch: SceneBatch, learningRate: number): Losses {
    const { width, height } = batch.size;
    const shape = (step: number, channels: number): [number, number, number, number] => [
      this.#options.batch,
      height / step,
      width / step,
      channels,
    ];
    const input = tf.tensor4d(batch.input, shape(1, 3));
    const surfaces = tf.tensor4d(batch.surfaces, shape(SURFACE_STEP, SURFACE_CHANNELS));
    const vehicles = tf.tensor4d(batch.vehicles, shape(VEHICLE_STEP, TARGET_CHANNELS));
    const targets = { surfaces, vehicles };
    const losses = this.learn(input, learningRate, (outputs) => sceneLosses(outputs, targets, this.#options));
    tf.dispose([input, surfaces, vehicles]);
    return losses;
  }
}
