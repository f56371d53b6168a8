import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOrtFeatures } from '../../src/infer/ort-features.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyFeatureModel } from './tiny-model.js';

const folder = temporaryFolder();

function write(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

describe('openOrtFeatures', () => {
  it('describes a picture, resized to the network’s size, by its first output', async () => {
    await using network = await openOrtFeatures(write('quarters.onnx', tinyFeatureModel()));
    expect(network.length).toBe(12);
    const [width, height] = [64, 48];
    const data = new Uint8Array(3 * width * height);
    // Red on the left, green in the lower half, no blue.
    for (let i = 0; i < width * height; i++) {
      data[3 * i] = i % width < width / 2 ? 255 : 0;
      data[3 * i + 1] = i >= (width * height) / 2 ? 51 : 0;
    }
    const features = await network.describe({ width, height, data });
    const expected = [1, 0, 1, 0, 0, 0, 0.2, 0.2, 0, 0, 0, 0];
    for (const [i, value] of expected.entries()) expect(Math.abs(features[i]! - value)).toBeLessThan(0.03);
  });

  it('refuses what is no feature network', async () => {
    await expect(openOrtFeatures(join(folder, 'gone.onnx'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    const text = write('text.onnx', 'no model');
    await expect(openOrtFeatures(text)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    const grey = write('grey.onnx', tinyFeatureModel(1));
    await expect(openOrtFeatures(grey)).rejects.toThrow('must take [1, 3, H, W], got [1, 1, 32, 32]');
  });
});
