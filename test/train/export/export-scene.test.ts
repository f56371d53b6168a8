import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { parseSceneCard, type SceneModelCard } from '../../../src/infer/model-card.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import { openSceneReader } from '../../../src/scene/scene-reader.js';
import { writeCheckpoint } from '../../../src/train/checkpoint.js';
import { exportRun } from '../../../src/train/export/export-run.js';
import { exportVehicle } from '../../../src/train/export/export-vehicle.js';
import { sceneNetwork } from '../../../src/train/networks/scene-network.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { vehicleNetwork } from '../../../src/train/networks/vehicle-network.js';
import type { NhwcArray } from '../../support/reference-ops.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { useBackend } from '../use-backend.js';
import { distance, image, randomWeights, runModel } from './run-model.js';

const INPUT = [256, 448, 3] as const;
const random = new Random(21);
/** Random weights, with heads that give logits as large as trained ones. */
const weights = new Map(
  [...randomWeights(sceneNetwork, INPUT, random)].map(([name, values]) => [
    name,
    name.endsWith('/head/kernel') ? values.map((value) => 0.1 * value) : values,
  ]),
);
const folder = temporaryFolder();
const CARD = { name: 'street', version: '1.0.0', licence: 'MIT' };
const METRICS = {
  iou: { sky: 0.9, ground: 0.8, facade: 0.7, vegetation: 0.6, vehicle: 0.5, person: NaN, pole: 0.1, sign: 0.2 },
  meanIou: 0.7,
  vehicles: { found: 0.6, precision: 0.7, facing: 0.8, lampOffset: 0.12345, count: 40 },
  score: 1,
};
const HEADER = { recipe: 'scene', options: { seed: 3, steps: 9 }, step: 7, metrics: METRICS };

describe('export of a scene network', () => {
  const run = join(folder, 'best.ckpt');
  const out = join(folder, 'street');
  beforeAll(async () => {
    await useBackend();
    await writeCheckpoint(run, { header: HEADER, arrays: weights });
    await exportRun({ ...CARD, from: folder, out, sources: [{ name: 'streets', licence: 'CC0' }] });
  });

  it('computes what training computes', async () => {
    const day = image(...INPUT, (_, __, c) => Math.fround(c === 0 ? random.next() : random.between(-0.2, 0.2)));
    const found = await runModel((await readModelFile(out, parseSceneCard)).bytes, day);
    const { surfaces, vehicles } = trainedOutputs(day);
    expect(found['surfaces']!.shape).toEqual([1, 64, 112, 13]);
    expect(found['vehicles']!.shape).toEqual([1, 32, 56, 12]);
    expect(distance(found['surfaces']!, surfaces)).toBeLessThan(1e-4);
    expect(distance(found['vehicles']!, vehicles)).toBeLessThan(1e-4);
  });

  it('writes a card that the reader of scenes opens', async () => {
    const vehicleModel = join(folder, 'vehicle');
    const other = randomWeights(vehicleNetwork, [48, 48, 3], random);
    await exportVehicle({ ...CARD, description: 'for tests', weights: other, out: vehicleModel });
    await using reader = await openSceneReader({ model: out, vehicleModel });
    const { input, outputs, training, metrics, sources, description }: SceneModelCard = reader.card;
    expect(input).toMatchObject({ name: 'day', shape: [1, 3, 256, 448] });
    expect(outputs.surfaces).toEqual({ name: 'surfaces', shape: [1, 13, 64, 112] });
    expect(outputs.vehicles).toEqual({ name: 'vehicles', shape: [1, 12, 32, 56] });
    expect(training).toMatchObject({ recipe: 'scene', seed: 3, steps: 7, options: { steps: 9, lambdaHeat: 0.3 } });
    expect(metrics).toMatchObject({
      'validation.meanIou': 0.7,
      'validation.iou.sky': 0.9,
      'validation.lampOffset': 0.1235,
    });
    expect(metrics).not.toHaveProperty('validation.iou.person'); // not a number: nothing was measured
    expect(sources).toEqual([{ name: 'streets', licence: 'CC0' }]);
    expect(description).toBe('a scene network trained by nocturne train');
  });

  it('says what is wrong with a checkpoint, and keeps an existing model', async () => {
    const other = (name: string, header: object, arrays = weights): Promise<unknown> =>
      writeCheckpoint(join(folder, name), { header: { ...header }, arrays }).then(() =>
        exportRun({ ...CARD, from: join(folder, name), out: join(folder, 'other') }),
      );
    const unmeasured = { recipe: 'scene', options: {}, step: 7 };
    const [first = ''] = weights.keys();
    const short = new Map(weights).set(first, new Float32Array(3));
    const invalid = { code: 'MODEL_INVALID' };
    await expect(other('a.ckpt', unmeasured)).rejects.toMatchObject(invalid);
    await expect(other('b.ckpt', HEADER, short)).rejects.toMatchObject(invalid);
    await expect(other('c.ckpt', HEADER, new Map(weights).set('more', new Float32Array(1)))).rejects.toMatchObject(
      invalid,
    );
    await expect(other('d.ckpt', { ...HEADER, recipe: 'cyclegan' })).rejects.toMatchObject(invalid);
    await expect(other('e.ckpt', { ...HEADER, options: { step: 1 } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    writeFileSync(join(folder, 'f.ckpt'), 'no checkpoint');
    await expect(exportRun({ ...CARD, from: join(folder, 'f.ckpt'), out })).rejects.toMatchObject(invalid);
    await expect(exportRun({ ...CARD, from: join(folder, 'none'), out })).rejects.toMatchObject({
      code: 'INPUT_NOT_FOUND',
    });
    await expect(exportRun({ ...CARD, from: run, out })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    await exportRun({ ...CARD, version: '2.0.0', from: run, out, overwrite: true });
    expect((await readModelFile(out, parseSceneCard)).card.version).toBe('2.0.0');
  });
});

function trainedOutputs(day: NhwcArray): { readonly surfaces: NhwcArray; readonly vehicles: NhwcArray } {
  const { parameters } = traceNetwork(sceneNetwork, INPUT);
  const outputs = tf.tidy(() => {
    const tensors = new Map(parameters.map(({ name, shape }) => [name, tf.tensor(weights.get(name)!, [...shape])]));
    return sceneNetwork<tf.Tensor>(new TfjsOps(tensors), tf.tensor(Float32Array.from(day.data), [...day.shape]));
  });
  const { surfaces, vehicles } = outputs;
  const result = { surfaces: nhwcOf(surfaces), vehicles: nhwcOf(vehicles) };
  tf.dispose([surfaces, vehicles]);
  return result;
}

function nhwcOf(tensor: tf.Tensor): NhwcArray {
  const [, height, width, channels] = tensor.shape;
  const data = tensor.dataSync();
  return image(height!, width!, channels!, (row, column, c) => data[(row * width! + column) * channels! + c]!);
}
