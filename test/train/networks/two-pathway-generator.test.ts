import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { maximum, twoPathwayGenerator } from '../../../src/train/networks/two-pathway-generator.js';
import { filled, pattern } from '../reference/classic.js';
import { useBackend } from '../use-backend.js';

const [HEIGHT, WIDTH] = [32, 48];
const OPTIONS = { ngf: 2, nlf: 2, blocks: 1, regions: 4 } as const;
const network = twoPathwayGenerator(OPTIONS);
const { parameters, outputs } = traceNetwork(network, [HEIGHT, WIDTH, 7]);

beforeAll(useBackend);

/** The night of one day with region planes that `at` gives. */
function night(seed: number, at: (plane: number, x: number, y: number) => number): Float32Array {
  const weights = new Map(filled(parameters, 100));
  for (const [name, values] of filled(parameters, seed)) if (name.startsWith('local')) weights.set(name, values);
  return tf.tidy(() => {
    const tensors = new Map(
      parameters.map(({ name, shape }) => [name, tf.tensor(weights.get(name)!.slice(), [...shape])]),
    );
    const day = pattern(HEIGHT * WIDTH * 3, 61);
    const values = Array.from({ length: HEIGHT * WIDTH }, (_, i) => {
      const planes = [0, 1, 2, 3].map((plane) => at(plane, i % WIDTH, Math.floor(i / WIDTH)));
      return [...day.subarray(3 * i, 3 * i + 3), ...planes];
    });
    const input = tf.tensor4d(Float32Array.from(values.flat()), [1, HEIGHT, WIDTH, 7]);
    return Float32Array.from(network<tf.Tensor>(new TfjsOps(tensors), input).image.dataSync());
  });
}

describe('the two-pathway generator', () => {
  it('has the published filters and sizes', () => {
    const published = traceNetwork(twoPathwayGenerator({ regions: 4 }), [128, 128, 7]);
    const filters = Object.fromEntries(published.parameters.map(({ name, shape }) => [name, shape.at(-1)]));
    expect(published.outputs).toMatchObject({
      ...{ image: [128, 128, 3], half: [64, 64, 3], quarter: [32, 32, 3] },
      ...{ local0: [128, 128, 3], local3: [128, 128, 3] },
    });
    const names = (prefix: string, layers: readonly string[]): (number | undefined)[] =>
      layers.map((layer) => filters[`${prefix}/${layer}/kernel`]);
    expect(names('global', ['conv0', 'conv1', 'conv2', 'conv3', 'conv4', 'code'])).toEqual([
      64, 64, 128, 256, 512, 512,
    ]);
    expect(names('global', ['deconv0', 'deconv1', 'deconv2', 'deconv3'])).toEqual([512, 256, 128, 64]);
    expect(names('global', ['conv5', 'conv6', 'conv7'])).toEqual([64, 32, 3]);
    expect(names('local0', ['conv0', 'conv1', 'conv2', 'conv3'])).toEqual([64, 128, 256, 512]);
    expect(names('local0', ['deconv0', 'deconv1', 'deconv2', 'conv4', 'conv5'])).toEqual([256, 128, 64, 64, 3]);
    expect(outputs['image']).toEqual([HEIGHT, WIDTH, 3]);
  });

  it('fuses by the element-wise maximum', () => {
    const random = new Random(3);
    const parts = [1, 2, 3, 4].map(() => Float32Array.from({ length: 200 }, () => random.normal()));
    const fused = tf.tidy(() => {
      const tensors = parts.map((part) => tf.tensor4d(part.slice(), [1, 5, 8, 5]));
      return maximum<tf.Tensor>(new TfjsOps(new Map()), tensors).dataSync();
    });
    parts[0]!.forEach((_, i) => expect(fused[i]).toBeCloseTo(Math.max(...parts.map((part) => part[i]!)), 5));
  });

  it('lets a local pathway change its regions and what is next to them, nothing else', () => {
    const isInside = (x: number, y: number): boolean => x >= 10 && x < 18 && y >= 12 && y < 20;
    const region = (plane: number, x: number, y: number): number => (plane === 2 && isInside(x, y) ? 1 : 0);
    const [one, two] = [night(100, region), night(900, region)];
    const reach = 4; // of the three convolutions after the fusion: 5x5, 3x3, 3x3
    let changed = 0;
    for (let i = 0; i < HEIGHT * WIDTH; i++) {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      const isNear = x >= 10 - reach && x < 18 + reach && y >= 12 - reach && y < 20 + reach;
      const difference = Math.abs(one[3 * i]! - two[3 * i]!);
      if (!isNear) expect(difference, `${x}, ${y}`).toBe(0);
      else if (difference > 1e-4) changed++;
    }
    expect(changed).toBeGreaterThan(60);
  });

  it('is the global pathway alone where nothing is a key region', () => {
    const none = (): number => 0;
    expect([...night(100, none)]).toEqual([...night(900, none)]);
    const alone = traceNetwork(twoPathwayGenerator({ ...OPTIONS, fusion: 'none' }), [HEIGHT, WIDTH, 7]);
    expect(alone.parameters.some(({ name }) => name.startsWith('local'))).toBe(false);
  });
});
