import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import { parseVehicleCard, VEHICLE_CROP_CONTEXT } from '../../infer/model-card.js';
import { openBackend, type BackendChoice } from '../backends/open-backend.js';
import { readWeights } from '../export/read-weights.js';
import type { Losses } from '../models/trainable-network.js';
import type { Weights } from '../networks/ops.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { traceNetwork } from '../networks/trace.js';
import { CROP_CHANNELS, CROP_SIDE, vehicleNetwork } from '../networks/vehicle-network.js';
import { findHardNegatives } from './hard-negatives.js';
import { paintedScenes } from './painted-scenes.js';
import { readSceneFolder } from './scene-folder.js';
import { logSoftmax } from './scene-losses.js';
import { splitByGroup } from './scene-split.js';
import { SupervisedModel } from './supervised-model.js';
import {
  cosineRate,
  runSupervised,
  supervisedOptions,
  type SupervisedResult,
  type SupervisedRun,
} from './supervised.js';
import {
  CROP_TARGETS,
  VehicleCrops,
  vehicleExamples,
  writeCropTargets,
  writePlainCrop,
  type CropBatch,
  type VehicleExample,
} from './vehicle-crops.js';
import { vehicleOptions, type VehicleOptions } from './vehicle-options.js';

/** Options of {@link trainVehicle}. */
export interface VehicleRunOptions extends SupervisedRun {
  /** Folder of labelled scenes. */
  readonly source: string;
  readonly backend: BackendChoice;
  readonly options: Readonly<Record<string, unknown>>;
  readonly onWarning?: (line: string) => void;
  /** Called before the first step. */
  readonly onStart?: (options: VehicleOptions, backend: { readonly name: string; readonly device: string }) => void;
}

/** How well vehicles are looked at. */
export interface CropMetrics {
  /** Share of right facings. */
  readonly facing: number;
  /** Mean distance of lamps from their labels, in widths of the vehicle. */
  readonly lampOffset: number;
  readonly count: number;
  /** Higher is better. */
  readonly score: number;
}

/** Crops of one validation run. */
const VALIDATION_BATCH = 64;
const INPUT = [CROP_SIDE, CROP_SIDE, 3] as const;

/** Trains the vehicle network: recipe `vehicle`. Throws as `trainScene` does. */
export async function trainVehicle(runOptions: VehicleRunOptions): Promise<SupervisedResult<CropMetrics>> {
  const options = supervisedOptions(runOptions, vehicleOptions);
  const start =
    runOptions.init === undefined
      ? undefined
      : await readWeights({
          path: runOptions.init,
          parseCard: parseVehicleCard,
          network: vehicleNetwork,
          input: INPUT,
        });
  await using backend = await openBackend(runOptions.backend, runOptions.onWarning);
  runOptions.onStart?.(options, backend);
  const { seed, synthCount, synthShare, validationShare, batch, negativeShare, hardShare } = options;
  const split = splitByGroup(await readSceneFolder(runOptions.source), { share: validationShare, seed });
  const painted = synthShare > 0 ? paintedScenes({ count: synthCount, seed }) : [];
  const held = vehicleExamples(split.validation);
  const hard = hardShare > 0 ? await findHardNegatives(split.train) : [];
  runOptions.onLine?.(
    `${vehicleExamples(split.train).length} vehicles, ${held.length} held back; ${hard.length} places that only look like one`,
  );
  const model = new VehicleModel(options);
  if (start) model.start(start.weights);
  const data = new VehicleCrops({
    real: split.train,
    painted,
    batch,
    paintedShare: synthShare,
    negativeShare,
    hard,
    hardShare,
    seed,
  });
  try {
    return await runSupervised({
      recipe: 'vehicle',
      run: runOptions,
      options,
      init: start?.origin,
      backend,
      model,
      data,
      rateAt: (step) => cosineRate(options, step),
      train: (_, rate) => model.step(data.next(), rate),
      measure: (weights) => measureCrops(weights, held),
      describe: describeCropMetrics,
      numbers: ({ facing, lampOffset, score }) => ({ facing, lampOffset, score }),
    });
  } finally {
    model.close();
  }
}

/** The metrics in one line. */
export function describeCropMetrics({ facing, lampOffset, count }: CropMetrics): string {
  return `facing right ${facing.toFixed(3)} of ${count} vehicles, lamps off by ${lampOffset.toFixed(3)} widths`;
}

/** The vehicle network in training. */
class VehicleModel extends SupervisedModel<'vehicle'> {
  readonly #options: VehicleOptions;

  constructor(options: VehicleOptions) {
    super(vehicleNetwork, { ...options, input: INPUT });
    this.#options = options;
  }

  /** One step; returns its losses, which the caller disposes. Borrows the batch. */
  step({ input, targets }: CropBatch, rate: number): Losses {
    const { batch } = this.#options;
    const crops = tf.tensor4d(input, [batch, ...INPUT]);
    const goals = tf.tensor2d(targets, [batch, CROP_TARGETS]);
    const losses = this.learn(crops, rate, ({ vehicle }) =>
      cropLosses(tf.reshape(vehicle, [batch, CROP_CHANNELS]), goals, this.#options),
    );
    tf.dispose([crops, goals]);
    return losses;
  }
}

/** @param output `[N, 8]`. @param targets `[N, 11]`. */
function cropLosses(
  output: tf.Tensor,
  targets: tf.Tensor,
  { lambdaFacing, lambdaLamps }: Pick<VehicleOptions, 'lambdaFacing' | 'lambdaLamps'>,
): Losses {
  const part = (tensor: tf.Tensor, from: number, count: number): tf.Tensor => tf.slice(tensor, [0, from], [-1, count]);
  const is = tf.clipByValue(tf.sigmoid(part(output, 0, 1)), 1e-5, 1 - 1e-5);
  const goal = part(targets, 0, 1);
  const isVehicle = tf.neg<tf.Scalar>(
    tf.mean<tf.Scalar>(tf.add(tf.mul(goal, tf.log(is)), tf.mul(tf.sub(1, goal), tf.log(tf.sub(1, is))))),
  );
  const facings = tf.sum(tf.mul(part(targets, 1, 3), logSoftmax(part(output, 1, 3))));
  const known = tf.add(tf.sum(part(targets, 8, 1)), 1e-3);
  const off = tf.abs(tf.sub(part(output, 4, 4), part(targets, 4, 4)));
  const left = tf.mul(part(off, 0, 2), part(targets, 9, 1));
  const right = tf.mul(part(off, 2, 2), part(targets, 10, 1));
  const lamps = tf.div(tf.sum(tf.add(left, right)), tf.add(tf.sum(part(targets, 9, 2)), 1e-3));
  return {
    vehicle: isVehicle,
    facing: tf.mul<tf.Scalar>(tf.neg(tf.div(facings, known)), lambdaFacing),
    lamps: tf.mul<tf.Scalar>(lamps, lambdaLamps),
  };
}

async function measureCrops(weights: Weights, examples: readonly VehicleExample[]): Promise<CropMetrics> {
  const { parameters } = traceNetwork(vehicleNetwork, INPUT);
  const tensors = new Map(
    parameters.map(({ name, shape }) => [name, tf.tensor(weights.get(name) ?? [], [...shape])] as const),
  );
  const random = new Random(1);
  const length = CROP_SIDE * CROP_SIDE * 3;
  let [right, lampSum, lamps] = [0, 0, 0];
  for (let from = 0; from < examples.length; from += VALIDATION_BATCH) {
    const part = examples.slice(from, from + VALIDATION_BATCH);
    const input = new Float32Array(part.length * length);
    const goals = new Float32Array(part.length * CROP_TARGETS);
    part.forEach((example, i) => {
      const crop = writePlainCrop(example, input.subarray(i * length, (i + 1) * length), random);
      writeCropTargets(example.vehicle, crop, goals.subarray(i * CROP_TARGETS, (i + 1) * CROP_TARGETS));
    });
    const output = tf.tidy(
      () => vehicleNetwork<tf.Tensor>(new TfjsOps(tensors), tf.tensor4d(input, [part.length, ...INPUT])).vehicle,
    );
    const values = await output.data();
    output.dispose();
    part.forEach((example, i) => {
      const at = (channel: number): number => values[i * CROP_CHANNELS + channel] ?? 0;
      const goal = (channel: number): number => goals[i * CROP_TARGETS + channel] ?? 0;
      const best = [1, 2, 3].reduce((most, channel) => (at(channel) > at(most) ? channel : most));
      if (goal(best) > 0) right++;
      const aspect =
        (example.vehicle.box[3] - example.vehicle.box[1]) / (example.vehicle.box[2] - example.vehicle.box[0]);
      for (const lamp of [0, 1]) {
        if (goal(9 + lamp) === 0) continue;
        const dx = at(4 + 2 * lamp) - goal(4 + 2 * lamp);
        const dy = ((at(5 + 2 * lamp) - goal(5 + 2 * lamp)) * aspect * 9) / 16;
        lampSum += VEHICLE_CROP_CONTEXT * Math.hypot(dx, dy);
        lamps++;
      }
    });
  }
  tf.dispose([...tensors.values()]);
  const facing = right / examples.length;
  const lampOffset = lampSum / lamps;
  return { facing, lampOffset, count: examples.length, score: facing - lampOffset };
}
