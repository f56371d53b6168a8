import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import type { Backend } from '../../../src/train/backends/backend.js';
import { openBackend } from '../../../src/train/backends/open-backend.js';
import { exportNetwork } from '../../../src/train/export/export-network.js';
import { nightgrid } from '../../../src/train/networks/nightgrid.js';
import type { Network, Weights } from '../../../src/train/networks/ops.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { OPERATOR_CASES } from './operator-cases.js';
import { plain, type Plain } from './plain-ops.js';
import { distance, randomPicture, randomWeights, runModel } from './run-model.js';

describe('what is exported', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend('wasm');
  });
  afterAll(() => backend.close());

  it.each(Object.entries(OPERATOR_CASES))('computes %s as the training does', async (name, operator) => {
    const { network, input = [6, 10, 5], range } = operator;
    const random = new Random(name.length);
    const weights = randomWeights(network, input, random);
    const day = randomPicture(input, random, range);
    await expectSame({ network, outputs: ['y'], weights, day, tolerance: 1e-5 });
  });

  it('computes the look network as the training does', async () => {
    const random = new Random(12);
    const weights = randomWeights(nightgrid, [144, 256, 3], random);
    const day = plain(144, 256, 3, (_, __, c) => Math.fround(c === 0 ? random.next() : random.between(-0.2, 0.2)));
    await expectSame({ network: nightgrid, outputs: ['grid', 'lights'], weights, day, tolerance: 1e-3 });
  });
});

async function expectSame<K extends string>(options: {
  readonly network: Network<K>;
  readonly outputs: readonly K[];
  readonly weights: Weights;
  readonly day: Plain;
  readonly tolerance: number;
}): Promise<void> {
  const { network, outputs, weights, day, tolerance } = options;
  const input = [day.height, day.width, day.channels] as const;
  const named = outputs.map((output) => ({ name: `${output} out`, output }));
  const found = await runModel(exportNetwork({ network, inputName: 'x', input, outputs: named, weights }), day);
  const trained = trainedAnswer(network, weights, day);
  for (const { name, output } of named) {
    expect(distance(found[name]!, trained[output]), output).toBeLessThan(tolerance);
  }
}

/** The outputs as TensorFlow.js computes them. */
function trainedAnswer<K extends string>(network: Network<K>, weights: Weights, day: Plain): Record<K, Plain> {
  const input = [day.height, day.width, day.channels] as const;
  const { parameters } = traceNetwork(network, input);
  return tf.tidy(() => {
    const tensors = new Map(parameters.map(({ name, shape }) => [name, tf.tensor(weights.get(name)!, [...shape])]));
    const outputs = network(new TfjsOps(tensors), tf.tensor(Float32Array.from(day.data), [1, ...input]));
    const pictures = Object.entries<tf.Tensor>(outputs).map(([name, y]) => [name, pictureOf(y)] as const);
    return Object.fromEntries(pictures) as Record<K, Plain>; // the outputs' own names
  });
}

function pictureOf(y: tf.Tensor): Plain {
  const [height, width, channels] = y.rank === 4 ? y.shape.slice(1) : [1, 1, ...y.shape.slice(1)];
  const data = y.dataSync();
  return plain(height!, width!, channels!, (row, column, c) => data[(row * width! + column) * channels! + c]!);
}
