import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/train/backends/open-backend.js';
import { presentBackends } from '../../support/backends.js';

const present = await presentBackends();

describe('openBackend', () => {
  it.each(present)('opens %s, closes it twice and opens it again', async (name) => {
    for (let time = 0; time < 2; time++) {
      const backend = await openBackend(name);
      expect(backend.name).toBe(name);
      expect(tf.getBackend()).toBe(name);
      const sum = tf.sum(tf.tensor([1, 2, 3]));
      expect([...(await sum.data())]).toEqual([6]);
      await backend.close();
      await backend.close();
    }
  });

  it('prefers tensorflow and always finds one', async () => {
    await using backend = await openBackend('auto');
    expect(backend.name).toBe(present.includes('tensorflow') ? 'tensorflow' : backend.name);
    expect(backend.device).not.toContain('software');
  });

  it.each([
    ['tensorflow', '@tensorflow/tfjs-node'],
    ['webgpu', 'webgpu'],
  ] as const)('says in one line what to install for %s', async (name, packageName) => {
    if (isInstalled(packageName)) return;
    await expect(openBackend(name)).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      stage: 'train',
      remedy: expect.stringContaining(`npm install ${packageName}`) as string,
    });
  });
});

function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    console.warn(`${packageName} is not installed: its absence is tested`);
    return false;
  }
}
