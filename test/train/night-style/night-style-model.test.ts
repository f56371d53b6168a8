import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { parseNightStyleCard, PATCHES_SHAPE } from '../../../src/infer/night-like/night-style-card.js';
import { PATCH_CHANNELS, PATCH_COUNT, PATCH_SIDE, PATCH_SIZE } from '../../../src/infer/night-like/photo-patches.js';
import { readModelFile } from '../../../src/infer/model-file.js';
import { openNetworkSession } from '../../../src/infer/open-session.js';
import { STYLE_TRAITS } from '../../../src/lighting/style-traits.js';
import { exportNightStyle } from '../../../src/train/export/export-night-style.js';
import { emptyBatch, NightBatches, traitScales, writeSet } from '../../../src/train/night-style/night-batches.js';
import { PHOTO_BYTES, type StyledNights } from '../../../src/train/night-style/night-set.js';
import { networkOf, NightStyleModel, nightStyleLosses } from '../../../src/train/night-style/night-style-model.js';
import { nightStyleOptions } from '../../../src/train/night-style/night-style-options.js';
import { predictSets } from '../../../src/train/night-style/night-style-validation.js';
import { useBackend } from '../use-backend.js';

const TRAITS = STYLE_TRAITS.length;
const OPTIONS = nightStyleOptions({
  filters: 4,
  hidden: 8,
  batch: 8,
  patches: 4,
  realShare: 0.25,
  rate: 1e-3,
  warmUp: 1,
  steps: 150,
});
const folder = mkdtempSync(join(tmpdir(), 'night-style-'));

beforeAll(useBackend);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Photos of one flat colour, which decides all traits: what a network must learn at the least. */
function flatNights(random: Random, night: number): StyledNights {
  const [luma, u] = [random.next(), random.next()];
  const photo = new Uint8Array(PHOTO_BYTES);
  for (let i = 0; i < photo.length; i += PATCH_CHANNELS) {
    photo[i] = 255 * luma;
    photo[i + 1] = 255 * u;
    photo[i + 2] = 128;
    photo[i + 3] = random.below(256);
  }
  return { photos: [photo], traits: night ? STYLE_TRAITS.map((_, k) => (k % 2 ? luma : u)) : undefined, night };
}

const random = new Random(3);
const SET = {
  styled: Array.from({ length: 24 }, () => flatNights(random, 1)),
  real: Array.from({ length: 8 }, () => flatNights(random, 0)),
};
const SCALES = traitScales(SET);

describe('nightStyleLosses', () => {
  test('are those computed by hand', () => {
    const random = new Random(11);
    const [count, length] = [3, 2 * TRAITS + 1];
    const output = Array.from({ length: count * length }, () => random.normal());
    const traits = Array.from({ length: count * TRAITS }, () => random.normal());
    const [known, night] = [
      [1, 0, 1],
      [1, 0, 1],
    ];
    let [density, cross] = [0, 0];
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < TRAITS && known[i]; k++) {
        const variance = Math.min(1.5, Math.max(-7, output[i * length + TRAITS + k]!));
        const off = traits[i * TRAITS + k]! - output[i * length + k]!;
        density += 0.5 * (off ** 2 / Math.exp(variance) + variance);
      }
      const p = 1 / (1 + Math.exp(-output[i * length + 2 * TRAITS]!));
      cross -= Math.log(night[i] ? p : 1 - p) / count;
    }
    const losses = nightStyleLosses(
      tf.tensor2d(output, [count, length]),
      {
        traits: tf.tensor2d(traits, [count, TRAITS]),
        known: tf.tensor2d(known, [3, 1]),
        night: tf.tensor2d(night, [3, 1]),
      },
      0.3,
    );
    expect(losses['traits']!.dataSync()[0]).toBeCloseTo(density / (2 * TRAITS), 3);
    expect(losses['night']!.dataSync()[0]).toBeCloseTo(0.3 * cross, 4);
  });
});

describe('NightStyleModel', () => {
  test('learns what flat photos show, continues from its state bit for bit, and is exported as it is trained', async () => {
    const model = new NightStyleModel(OPTIONS);
    const data = new NightBatches(SET, SCALES, OPTIONS);
    const step = (own: NightStyleModel, batches: NightBatches): number => {
      const losses = own.step(batches.next(), OPTIONS.rate);
      const value = losses['traits']!.dataSync()[0]!;
      tf.dispose(losses);
      return value;
    };
    const first = step(model, data);
    const values = Array.from({ length: OPTIONS.steps }, () => step(model, data));
    const last = values.slice(-8).reduce((sum, value) => sum + value, 0) / 8;
    expect(first).toBeGreaterThan(0.2);
    expect(last).toBeLessThan(first - 0.4);

    const resumed = new NightStyleModel(OPTIONS);
    resumed.load(await model.state());
    const again = new NightBatches(SET, SCALES, OPTIONS);
    again.restore(data.state);
    expect(step(resumed, again)).toBe(step(model, data));

    const weights = await model.weights();
    const { path } = await exportNightStyle({
      ...{ name: 'tiny', version: '1.0.0', description: 'for tests', licence: 'MIT', out: join(folder, 'tiny') },
      ...{ weights, options: OPTIONS, traits: SCALES, plain: { bias: [], weights: STYLE_TRAITS.map(() => []) } },
    });
    const file = await readModelFile(path, parseNightStyleCard);
    await using session = await openNetworkSession(file);
    const set = SET.styled[5]!;
    const [expected] = await predictSets(networkOf(OPTIONS), weights, [set], SCALES);
    for (const order of [(k: number) => k, (k: number) => (7 * k + 3) % PATCH_COUNT]) {
      const result = await session.run({ patches: { data: planesOf(set, order), shape: PATCHES_SHAPE } }, ['style']);
      const { data: given, shape } = result['style']!;
      expect(shape).toEqual([1, 2 * TRAITS + 1, 1, 1]);
      given.forEach((value, k) => expect(value).toBeCloseTo(expected![k]!, 3)); // the same for every order of the patches
    }
    model.close();
    resumed.close();
  });
});

/** The patches of a set in some order, `[24, 4, 32, 32]`. */
function planesOf(set: StyledNights, order: (k: number) => number): Float32Array {
  const batch = emptyBatch(1);
  writeSet(batch, 0, set, { scales: SCALES });
  const planes = new Float32Array(batch.input.length);
  const pixels = PATCH_SIDE * PATCH_SIDE;
  for (let k = 0; k < PATCH_COUNT; k++) {
    for (let i = 0; i < PATCH_SIZE; i++) {
      const [pixel, c] = [Math.floor(i / PATCH_CHANNELS), i % PATCH_CHANNELS];
      planes[k * PATCH_SIZE + c * pixels + pixel] = batch.input[order(k) * PATCH_SIZE + i]!;
    }
  }
  return planes;
}
