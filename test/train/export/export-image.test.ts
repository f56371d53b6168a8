import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { rgbToYuv, yuvToRgb, type Matrix3 } from '../../../src/image/color-matrix.js';
import { createOrtSession } from '../../../src/infer/ort-runtime.js';
import { writeCheckpoint } from '../../../src/train/checkpoint.js';
import { exportRun } from '../../../src/train/export/export-run.js';
import { classicGenerator } from '../../../src/train/models/create-networks.js';
import type { Network, Weights } from '../../../src/train/networks/ops.js';
import { TfjsOps } from '../../../src/train/networks/tfjs-ops.js';
import { traceNetwork } from '../../../src/train/networks/trace.js';
import { trainOptions } from '../../../src/train/options.js';
import type { NhwcArray } from '../../support/reference-ops.js';
import { useBackend } from '../use-backend.js';
import { distance, image, inputOf, randomImage, randomWeights, runModel } from './run-model.js';

const folder = mkdtempSync(join(tmpdir(), 'nocturne-image-'));
beforeAll(useBackend);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const METRICS = { layout: 0.1, swd: 0.2, score: 1 };

describe('exportRun of a classic generator', () => {
  it.each([
    ['resnet6', { generator: 'resnet6', ngf: 4, width: 64, height: 36 }, 4],
    ['resnet9', { generator: 'resnet9', ngf: 4, width: 64, height: 36 }, 4],
    ['unet', { generator: 'unet', ngf: 4, downs: 4, width: 64, height: 48 }, 16],
    ['a U-Net of odd levels', { generator: 'unet', ngf: 4, downs: 5, width: 64, height: 36 }, undefined],
  ] as const)(
    '%s: computes in RGB what TensorFlow.js trains in YUV',
    { timeout: 30_000 },
    async (name, given, multiple) => {
      const { network, weights, checkpoint } = await bestCheckpoint(name, given);
      const { path, card } = await exportTo(`model ${name}`, checkpoint);
      expect(card).toMatchObject({
        kind: 'image',
        input: { name: 'day', layout: 'NCHW', range: [-1, 1], colors: 'RGB', width: given.width, height: given.height },
        output: { name: 'night', layout: 'NCHW', range: [-1, 1], colors: 'RGB' },
        sources: [{ name: 'streets', licence: 'CC0' }],
        training: { recipe: 'cyclegan', seed: 1, steps: 7, options: { ...given, lambdaCycleA: 10 } },
        metrics: { 'validation.layout': 0.1, 'validation.swd': 0.2 },
      });
      expect('input' in card && 'multiple' in card.input ? card.input.multiple : undefined).toBe(multiple);

      const bytes = readFileSync(path);
      const sizes: [number, number][] = [[given.height, given.width]];
      if (multiple) sizes.push([given.height + multiple, given.width + 3 * multiple]);
      for (const [height, width] of sizes) {
        const day = randomImage([height, width, 3], new Random(height));
        const { night } = await runModel(bytes, day);
        expect(distance(night!, trainedNight(network, weights, day)), `${width}x${height}`).toBeLessThan(1e-4);
      }
    },
  );

  it('takes several images at once, each as if alone', async () => {
    const { checkpoint } = await bestCheckpoint('batch', { generator: 'resnet6', ngf: 4, width: 32, height: 32 });
    const { path } = await exportTo('model batch', checkpoint);
    const bytes = readFileSync(path);
    const session = await createOrtSession(bytes, { device: 'cpu', threads: 1 });
    const { Tensor } = await import('onnxruntime-node');
    const days = [1, 2].map((seed) => Float32Array.from(randomImage([3, 32, 32], new Random(seed)).data));
    const run = async (data: Float32Array, count: number): Promise<Float32Array> => {
      const { night } = await session.run({ day: new Tensor('float32', data, [count, 3, 32, 32]) });
      return night!.data as Float32Array;
    };
    const both = await run(Float32Array.of(...days.flatMap((day) => [...day])), 2);
    const each = [await run(days[0]!, 1), await run(days[1]!, 1)].flatMap((night) => [...night]);
    await session.release();
    expect(Math.max(...each.map((value, i) => Math.abs(value - both[i]!)))).toBeLessThan(1e-5);
    expect(Math.max(...each.slice(3072).map((value, i) => Math.abs(value - each[i]!)))).toBeGreaterThan(0.05);
  });

  it('refuses a checkpoint whose weights are not of its options', async () => {
    const options = trainOptions({ generator: 'resnet6', ngf: 4 });
    const path = join(folder, 'damaged.ckpt');
    const header = { options: { ...options }, step: 7, metrics: METRICS };
    await writeCheckpoint(path, { header, arrays: new Map([['netGA', new Float32Array(100)]]) });
    await expect(exportTo('model damaged', path)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/must hold the \d+ weights of its resnet6, got 100/) as string,
    });
  });
});

/** A best checkpoint of random weights, as the trainer writes it. */
async function bestCheckpoint(
  name: string,
  given: Readonly<Record<string, unknown>>,
): Promise<{ network: Network<'image'>; weights: Weights; checkpoint: string }> {
  const options = trainOptions(given);
  const { network } = classicGenerator(options)!;
  const input = [options.height, options.width, 3] as const;
  const weights = randomWeights(network, input, new Random(3));
  const { parameters } = traceNetwork(network, input);
  const netGA = Float32Array.from(parameters.flatMap((parameter) => [...weights.get(parameter.name)!]));
  const checkpoint = join(folder, `${name}.ckpt`);
  const header = { options: { ...options }, step: 7, metrics: METRICS };
  await writeCheckpoint(checkpoint, { header, arrays: new Map([['netGA', netGA]]) });
  return { network, weights, checkpoint };
}

function exportTo(name: string, from: string): ReturnType<typeof exportRun> {
  const sources = [{ name: 'streets', licence: 'CC0' }];
  return exportRun({ from, out: join(folder, name), name: 'classic', version: '1.0.0', licence: 'MIT', sources });
}

/** The night of RGB in [-1, 1], with the network in TensorFlow.js on YUV in [-1, 1], and colours by the standard's matrices. */
function trainedNight(network: Network<'image'>, weights: Weights, day: NhwcArray): NhwcArray {
  const [height, width] = inputOf(day);
  const half = day.data.map((value) => value / 2 + 0.5);
  const yuv = converted(half, rgbToYuv('bt709'));
  const signed = yuv.map((value, i) => 2 * value - (i % 3 === 0 ? 1 : 0));
  const { parameters } = traceNetwork(network, [height, width, 3]);
  const night = tf.tidy(() => {
    const tensors = new Map(parameters.map(({ name, shape }) => [name, tf.tensor(weights.get(name)!, [...shape])]));
    const input = tf.tensor(Float32Array.from(signed), [1, height, width, 3]);
    return network(new TfjsOps(tensors), input).image.dataSync();
  });
  const nightYuv = Float64Array.from(night, (value, i) => value / 2 + (i % 3 === 0 ? 0.5 : 0));
  const rgb = converted(nightYuv, yuvToRgb('bt709')).map((value) => Math.min(1, Math.max(-1, 2 * value - 1)));
  return image(height, width, 3, (row, column, c) => rgb[3 * (row * width + column) + c]!);
}

function converted(pixels: Float64Array, matrix: Matrix3): Float64Array {
  return pixels.map((_, i) => {
    const [channel, at] = [i % 3, i - (i % 3)];
    return [0, 1, 2].reduce((sum, k) => sum + matrix[3 * channel + k]! * pixels[at + k]!, 0);
  });
}
