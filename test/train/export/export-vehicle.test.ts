import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../../src/image/thumbnail.js';
import { openVehicleLooker } from '../../../src/scene/vehicle-looker.js';
import type { FoundVehicle } from '../../../src/scene/vehicle-peaks.js';
import { writeCheckpoint } from '../../../src/train/checkpoint.js';
import { exportRun } from '../../../src/train/export/export-run.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { CROP_SIDE, vehicleNetwork } from '../../../src/train/networks/vehicle-network.js';
import type { LabelledVehicle } from '../../../src/train/scene/labelled-scene.js';
import { PLAIN_SHOT, writeInput } from '../../../src/train/scene/scene-sampler.js';
import { writePlainCrop } from '../../../src/train/scene/vehicle-crops.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { handMadeScene } from '../scene/hand-made-scene.js';
import { useBackend } from '../use-backend.js';
import { randomWeights } from './run-model.js';

const INPUT = [CROP_SIDE, CROP_SIDE, 3] as const;
const weights = new Map(
  [...randomWeights(vehicleNetwork, INPUT, new Random(31))].map(([name, values]) => [
    name,
    name === 'head/kernel' ? values.map((value) => 0.2 * value) : values,
  ]),
);
const folder = temporaryFolder();
const out = join(folder, 'vehicle');
const CARD = { name: 'vehicle', version: '1.0.0', licence: 'MIT' };
/** A soft pattern: resampling it twice changes little. */
const scene = handMadeScene({ greyAt: (x, y) => 128 + 90 * Math.sin(9 * x) * Math.cos(7 * y) });
/** Inside, at the edge, small. */
const BOXES: readonly LabelledVehicle['box'][] = [
  [0.3, 0.4, 0.5, 0.7],
  [-0.05, 0.55, 0.25, 1.02],
  [0.7, 0.45, 0.76, 0.52],
];

describe('export of a vehicle network', () => {
  beforeAll(async () => {
    await useBackend();
    const metrics = { facing: 0.9, lampOffset: 0.1, count: 20, score: 0.9 };
    const header = { recipe: 'vehicle', options: { steps: 30 }, step: 20, metrics };
    await writeCheckpoint(join(folder, 'best.ckpt'), { header, arrays: weights });
    await exportRun({ ...CARD, from: folder, out });
  });

  it('looks at vehicles as in training', async () => {
    await using looker = await openVehicleLooker({ model: out });
    expect(looker.card.training).toMatchObject({ recipe: 'vehicle', steps: 20, options: { steps: 30 } });
    expect(looker.card.metrics).toEqual({ 'validation.facing': 0.9, 'validation.lampOffset': 0.1 });
    const looked = await looker.look(BOXES.map(foundAt), detailOf());
    for (const [i, box] of BOXES.entries()) {
      const [isVehicle = 0, front = 0, rear = 0, side = 0, ...lamps] = trainedOutput(box);
      const exps = [front, rear, side].map(Math.exp);
      const vehicle = looked[i]!;
      expect(vehicle.score).toBeCloseTo(Math.sqrt(0.5 / (1 + Math.exp(-isVehicle))), 2);
      expect(vehicle.facing).toBe((['front', 'rear', 'side'] as const)[exps.indexOf(Math.max(...exps))]);
      expect(vehicle.facingScore).toBeCloseTo(Math.max(...exps) / exps.reduce((sum, value) => sum + value, 0), 2);
      const [x0, y0, x1, y1] = box; // a crop is 1.3 times as large as the box
      const [left, right] = vehicle.lamps;
      for (const [lamp, x, y] of [[left, lamps[0]!, lamps[1]!] as const, [right, lamps[2]!, lamps[3]!] as const]) {
        expect(lamp.x).toBeCloseTo((x0 + x1) / 2 + 1.3 * (x1 - x0) * x, 1.9);
        expect(lamp.y).toBeCloseTo((y0 + y1) / 2 + 1.3 * (y1 - y0) * y, 1.9);
      }
    }
  });

  it('says of a checkpoint of another network that it is one', async () => {
    const [first = ''] = weights.keys();
    const header = { recipe: 'vehicle', options: {}, step: 1, metrics: {} };
    await writeCheckpoint(join(folder, 'other.ckpt'), {
      header,
      arrays: new Map(weights).set(first, new Float32Array(1)),
    });
    const failed = exportRun({ ...CARD, from: join(folder, 'other.ckpt'), out: join(folder, 'other') });
    await expect(failed).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

function foundAt([x0, y0, x1, y1]: LabelledVehicle['box']): FoundVehicle {
  const place = { x: x0, y: y0 };
  return {
    ...{ box: { ...place, width: x1 - x0, height: y1 - y0 }, score: 0.5 },
    ...{ facing: 'side', facingScore: 0, lamps: [place, place] },
  };
}

/** The scene as `[3, 256, 448]`. */
function detailOf(): Float32Array {
  const size = { width: DETAIL_WIDTH, height: DETAIL_HEIGHT };
  const interleaved = new Float32Array(3 * size.width * size.height);
  writeInput(scene, PLAIN_SHOT, size, { out: interleaved, start: 0, random: new Random(1) });
  const count = size.width * size.height;
  return interleaved.map((_, i) => interleaved[3 * (i % count) + Math.floor(i / count)]!);
}

function trainedOutput(box: LabelledVehicle['box']): Float32Array {
  const crop = new Float32Array(3 * CROP_SIDE ** 2);
  writePlainCrop({ scene, vehicle: { box, facingScore: 0 } }, crop, new Random(1));
  const { parameters } = traceNetwork(vehicleNetwork, INPUT);
  const output = tf.tidy(() => {
    const tensors = new Map(parameters.map(({ name, shape }) => [name, tf.tensor(weights.get(name)!, [...shape])]));
    return vehicleNetwork<tf.Tensor>(new TfjsOps(tensors), tf.tensor(crop, [1, ...INPUT])).vehicle;
  });
  const values = output.dataSync<'float32'>();
  output.dispose();
  return values;
}
