import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../core/random.js';
import { SURFACES } from '../../scene/scene.js';
import { vehiclePeaks, type VehicleMaps } from '../../scene/vehicle-peaks.js';
import { transpose } from '../export/onnx-layout.js';
import { sceneNetwork, SURFACE_CHANNELS, VEHICLE_CHANNELS } from '../networks/scene-network.js';
import type { Weights } from '../networks/ops.js';
import { TfjsOps } from '../networks/tfjs-ops.js';
import { traceNetwork } from '../networks/trace.js';
import { LABEL_HEIGHT, LABEL_WIDTH, MIN_CONFIDENCE, type LabelledScene } from './labelled-scene.js';
import {
  MEASURED_INDEX,
  SurfaceConfusion,
  VehicleMatches,
  type MeasuredSurface,
  type VehicleScores,
} from './scene-metrics.js';
import { PLAIN_SHOT, writeInput, type InputSize } from './scene-sampler.js';
import { SURFACE_STEP, VEHICLE_STEP } from './scene-targets.js';

/** Score from which a vehicle counts in validation. */
const MIN_SCORE = 0.3;
/** Columns over rows of the images. */
const ASPECT = 16 / 9;

/** How well a scene network reads images that it was not trained on. */
export interface SceneMetrics {
  readonly iou: Readonly<Record<MeasuredSurface, number>>;
  /** Mean of sky, ground, facade, vegetation and vehicle. */
  readonly meanIou: number;
  readonly vehicles: VehicleScores;
  /** What chooses the best checkpoint: the mean IoU, and how many vehicles are found and are some (F1); higher is better. */
  readonly score: number;
}

/** Reads labelled images with the network and compares. @param weights plain ones, without gains. */
export async function measureScenes(
  weights: Weights,
  scenes: readonly LabelledScene[],
  size: InputSize,
): Promise<SceneMetrics> {
  const confusion = new SurfaceConfusion();
  const matches = new VehicleMatches();
  const input = new Float32Array(3 * size.width * size.height);
  const random = new Random(1);
  const kept = toTensors(weights, size);
  for (const scene of scenes) {
    writeInput(scene, PLAIN_SHOT, size, { out: input, start: 0, random });
    const { surfaces, vehicles } = tf.tidy(() =>
      sceneNetwork<tf.Tensor>(new TfjsOps(kept), tf.tensor4d(input, [1, size.height, size.width, 3])),
    );
    compareSurfaces(await surfaces.data(), scene, size, confusion);
    const maps = toPlanes(await vehicles.data<'float32'>(), size);
    matches.add(scene.vehicles, vehiclePeaks(maps, MIN_SCORE), ASPECT);
    tf.dispose([surfaces, vehicles]);
  }
  tf.dispose([...kept.values()]);
  const scores = matches.scores;
  const f1 = (2 * scores.found * scores.precision) / (scores.found + scores.precision);
  const vehicleScore = Number.isFinite(f1) ? f1 : 0; // the vehicle network decides the facing
  return {
    iou: confusion.iou(),
    meanIou: confusion.mean,
    vehicles: scores,
    score: confusion.mean + 0.5 * vehicleScore,
  };
}

function toTensors(weights: Weights, { width, height }: InputSize): ReadonlyMap<string, tf.Tensor> {
  const { parameters } = traceNetwork(sceneNetwork, [height, width, 3]);
  return new Map(
    parameters.map(({ name, shape }) => {
      const values = weights.get(name);
      if (!values) throw new RangeError(`weights must hold ${name}`);
      return [name, tf.tensor(values, [...shape])] as const;
    }),
  );
}

function compareSurfaces(
  logits: ArrayLike<number>,
  { surfaces, confidence }: LabelledScene,
  { width, height }: InputSize,
  confusion: SurfaceConfusion,
): void {
  const [columns, rows] = [width / SURFACE_STEP, height / SURFACE_STEP];
  const read = Int8Array.from({ length: columns * rows }, (_, i) => best(logits, i * SURFACE_CHANNELS));
  for (let y = 0, i = 0; y < LABEL_HEIGHT; y++) {
    const row = Math.floor(((y + 0.5) / LABEL_HEIGHT) * rows) * columns;
    for (let x = 0; x < LABEL_WIDTH; x++, i++) {
      const label = surfaces[i] ?? 0;
      if (label === 0 || (confidence[i] ?? 0) < MIN_CONFIDENCE) continue;
      const found = read[row + Math.floor(((x + 0.5) / LABEL_WIDTH) * columns)] ?? 0;
      confusion.add(MEASURED_INDEX[label - 1] ?? -1, MEASURED_INDEX[found] ?? -1);
    }
  }
}

function best(values: ArrayLike<number>, start: number): number {
  let at = 0;
  for (let i = 1; i < SURFACES.length; i++) if ((values[start + i] ?? 0) > (values[start + at] ?? 0)) at = i;
  return at;
}

function toPlanes(values: Float32Array, size: InputSize): VehicleMaps {
  const [width, height] = [size.width / VEHICLE_STEP, size.height / VEHICLE_STEP];
  return { data: transpose(values, [height, width, VEHICLE_CHANNELS], [2, 0, 1]), width, height };
}
