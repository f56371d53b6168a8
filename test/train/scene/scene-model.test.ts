import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { sceneNetwork } from '../../../src/train/networks/scene-network.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { SceneBatches } from '../../../src/train/scene/scene-batches.js';
import { SceneModel } from '../../../src/train/scene/scene-model.js';
import { sceneOptions } from '../../../src/train/scene/scene-options.js';
import { measureScenes } from '../../../src/train/scene/scene-validation.js';
import { foldGains, standardise, withGains } from '../../../src/train/weight-standardisation.js';
import { useBackend } from '../use-backend.js';
import { handMadeScene } from './hand-made-scene.js';

const SIZE = { width: 96, height: 64 };
const INPUT = [SIZE.height, SIZE.width, 3] as const;
const OPTIONS = sceneOptions({ ...SIZE, batch: 2, averageDecay: 0.9 });
/** Bright sky, dark road, a white car from the front on the right, lamps below its middle. */
const scene = handMadeScene({
  surfaceAt: (x, y) => (y < 0.5 ? 'sky' : x > 0.5 && x < 0.8 && y > 0.6 && y < 0.9 ? 'vehicle' : 'road'),
  greyAt: (x, y) => (y < 0.5 ? 220 : x > 0.5 && x < 0.8 && y > 0.6 && y < 0.9 ? 160 : 40),
  vehicles: [{ box: [0.5, 0.6, 0.8, 0.9], facing: 'front', facingScore: 1, left: [0.55, 0.8], right: [0.75, 0.8] }],
});

beforeAll(useBackend);

describe('the scene model', () => {
  it('learns one scene: every loss falls, and the exported weights read it', { timeout: 120_000 }, async () => {
    const batches = new SceneBatches({
      ...{ real: [scene], painted: [], batch: OPTIONS.batch, paintedShare: 0, bonnetShare: 0, seed: 2 },
      sizes: { whole: SIZE, crop: SIZE },
      classWeights: new Float32Array(13).fill(1),
    });
    const model = new SceneModel(OPTIONS);
    const tensors = tf.memory().numTensors;
    const history: Record<string, number>[] = [];
    for (let step = 0; step < 40; step++) {
      const losses = model.step(batches.next(true), 4e-3);
      history.push(Object.fromEntries(Object.entries(losses).map(([name, loss]) => [name, loss.dataSync()[0]!])));
      tf.dispose(losses);
    }
    const mean = (from: number, name: string): number =>
      history.slice(from, from + 8).reduce((sum, losses) => sum + losses[name]!, 0) / 8;
    expect(Object.keys(history[0]!)).toEqual(['surfaces', 'heat', 'facing', 'size', 'lamps']);
    for (const name of ['surfaces', 'heat', 'facing', 'size'])
      expect(mean(32, name), name).toBeLessThan(0.6 * mean(0, name));
    expect(mean(32, 'lamps')).toBeLessThan(mean(0, 'lamps'));
    expect(tf.memory().numTensors).toBeLessThanOrEqual(tensors + 4); // the optimiser's own
    const { iou } = await measureScenes(await model.weights(), [scene], SIZE);
    expect(iou.sky).toBeGreaterThan(0.8);
    expect(iou.ground).toBeGreaterThan(0.6);
    model.close();
  });

  it('continues from its state as if it had not stopped', async () => {
    const batches = new SceneBatches({
      ...{ real: [scene], painted: [], batch: OPTIONS.batch, paintedShare: 0, bonnetShare: 0, seed: 3 },
      sizes: { whole: SIZE, crop: SIZE },
      classWeights: new Float32Array(13).fill(1),
    });
    const batch = batches.next(true);
    const [model, other] = [new SceneModel(OPTIONS), new SceneModel(sceneOptions({ ...OPTIONS, seed: 9 }))];
    tf.dispose(model.step(batch, 1e-3));
    other.load(await model.state());
    tf.dispose(model.step(batch, 1e-3));
    tf.dispose(other.step(batch, 1e-3));
    expect([...(await other.weights())]).toEqual([...(await model.weights())]);
    model.close();
    other.close();
  });
});

describe('gains', () => {
  it('fold into plain kernels that compute the same', () => {
    const random = new Random(6);
    const specs = withGains(traceNetwork(sceneNetwork, INPUT).parameters);
    const weights = new Map(
      specs.map(({ name, shape }) => {
        const length = shape.reduce((product, n) => product * n, 1);
        return [name, Float32Array.from({ length }, () => 0.1 + 0.3 * random.normal())] as const;
      }),
    );
    const shapes = new Map(specs.map(({ name, shape }) => [name, shape]));
    const toTensors = (arrays: ReadonlyMap<string, Float32Array>): Map<string, tf.Tensor> =>
      new Map([...arrays].map(([name, values]) => [name, tf.tensor(values, [...shapes.get(name)!])]));
    const folded = foldGains(weights);
    expect([...folded.keys()]).toEqual(traceNetwork(sceneNetwork, INPUT).parameters.map(({ name }) => name));
    const day = tf.tensor(
      Float32Array.from({ length: 3 * SIZE.width * SIZE.height }, () => random.next()),
      [1, ...INPUT],
    );
    const run = (prepare: () => ReadonlyMap<string, tf.Tensor>): Float32Array =>
      tf.tidy(() => sceneNetwork<tf.Tensor>(new TfjsOps(prepare()), day).surfaces).dataSync<'float32'>();
    const trained = run(() => standardise(toTensors(weights)));
    const exported = run(() => toTensors(folded));
    const largest = trained.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const distance = trained.reduce((max, value, i) => Math.max(max, Math.abs(value - exported[i]!)), 0);
    expect(distance).toBeLessThan(1e-4 * Math.max(1, largest));
    const kernel = folded.get('encode1/kernel')!;
    const filters = weights.get('encode1/gain')!.length;
    for (let f = 0; f < filters; f++) {
      const own = kernel.filter((_, i) => i % filters === f);
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4); // mean 0, norm as the gain
      expect(Math.hypot(...own)).toBeCloseTo(Math.abs(weights.get('encode1/gain')![f]!), 4);
    }
  });

  it('leave biases and every other parameter as they are', () => {
    const weights = new Map([
      ['a/kernel', Float32Array.of(1, 2, 3, 4)],
      ['a/gain', Float32Array.of(1, 1)],
      ['a/bias', Float32Array.of(0.5, -0.25)],
      ['start', Float32Array.of(3, 4)],
    ]);
    const folded = foldGains(weights);
    const tensors = [...weights].map(([name, values]) => {
      return [name, tf.tensor(values, name === 'a/kernel' ? [1, 1, 2, 2] : [2])] as const;
    });
    const standardised = new Map(
      [...standardise(new Map(tensors))].map(([name, tensor]) => [name, tensor.dataSync<'float32'>()]),
    );
    for (const plain of [folded, standardised]) {
      expect(plain.get('a/bias')).toEqual(weights.get('a/bias'));
      expect(plain.get('start')).toEqual(weights.get('start'));
    }
  });
});
