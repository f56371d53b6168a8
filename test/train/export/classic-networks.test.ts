import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { exportNetwork } from '../../../src/train/export/export-network.js';
import { resnetGenerator } from '../../../src/train/networks/resnet-generator.js';
import { unetGenerator } from '../../../src/train/networks/unet-generator.js';
import { ReferenceOps } from '../../support/reference-ops.js';
import { distance, randomImage, randomWeights, runModel } from './run-model.js';

describe('exported classic generators', () => {
  it.each([
    ['ResNet', resnetGenerator({ ngf: 4, blocks: 2 })],
    ['U-Net', unetGenerator({ ngf: 4, downs: 4 })],
  ])('%s computes in ONNX Runtime what its definition gives', async (_, network) => {
    const input = [32, 48, 3] as const;
    const random = new Random(5);
    const weights = randomWeights(network, input, random);
    const day = randomImage(input, random);
    const outputs = [{ name: 'night', output: 'image' }] as const;
    const { night } = await runModel(exportNetwork({ network, inputName: 'day', input, outputs, weights }), day);
    expect(distance(night!, network(new ReferenceOps(weights), day).image)).toBeLessThan(1e-4);
  });
});
