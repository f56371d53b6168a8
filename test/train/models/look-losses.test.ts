import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRID_SIZE, LIGHTS_HEIGHT, LIGHTS_SIZE, LIGHTS_WIDTH } from '../../../src/look/look.js';
import { LookLosses } from '../../../src/train/models/look-losses.js';
import { trainOptions } from '../../../src/train/options.js';
import { useBackend } from '../use-backend.js';

const LIGHTS = [1, LIGHTS_HEIGHT, LIGHTS_WIDTH, 4] as [number, number, number, number];
const GRID = [1, 9, 16, 96] as [number, number, number, number];
const options = trainOptions({ lambdaColor: 1, lambdaBright: 1, lambdaLights: 1, lambdaSky: 1 });

/** An image of one colour, `[1, 144, 256, 3]`. */
const plain = (...color: readonly [number, number, number]): tf.Tensor4D =>
  tf.tile(tf.tensor4d([...color], [1, 1, 1, 3]), [1, 144, 256, 1]);

const valueOf = (losses: Readonly<Record<string, tf.Scalar>>, name: string): number =>
  losses[name]?.dataSync()[0] ?? NaN;

describe('regularisation losses of a look', () => {
  let lookLosses: LookLosses;
  const targetLights = new Float32Array(LIGHTS_SIZE);
  beforeAll(async () => {
    await useBackend();
    targetLights[4 * (20 * LIGHTS_WIDTH + 30)] = 2; // one lamp
    lookLosses = new LookLosses({
      grid: new Float32Array(GRID_SIZE),
      lights: targetLights,
      sky: new Float32Array(LIGHTS_HEIGHT * LIGHTS_WIDTH),
    });
  });
  afterAll(() => {
    lookLosses.close();
  });

  const lossesOf = (night: tf.Tensor4D, day: tf.Tensor4D, lights = tf.zeros<tf.Rank.R4>(LIGHTS)) =>
    lookLosses.regularisation({ grid: tf.zeros(GRID), lights }, night, day, options);

  it('allows darkening, less chroma and a small tint', () => {
    const day = plain(0.6, 0.1, -0.1);
    for (const night of [day, plain(0.3, 0.05, -0.05), plain(0.1, 0, 0), plain(0.3, 0.09, -0.06)]) {
      expect(valueOf(lossesOf(night, day), 'color')).toBe(0);
      expect(valueOf(lossesOf(night, day), 'bright')).toBe(0);
    }
  });

  it('penalises chroma that the day lacks, beyond the tint', () => {
    const grey = plain(0.6, 0, 0);
    expect(valueOf(lossesOf(plain(0.3, 0, 0.15), grey), 'color')).toBeCloseTo(0.15 - 0.06, 2);
    const red = plain(0.4, 0, 0.2); // a green night is 0.3 from the midpoint between red and no chroma, which is 0.1 from red
    expect(valueOf(lossesOf(plain(0.3, 0, -0.2), red), 'color')).toBeCloseTo(0.3 - 0.1 - 0.06, 2);
  });

  it('penalises luma above that of the day, but not that of lights', () => {
    const day = plain(0.5, 0, 0);
    expect(valueOf(lossesOf(plain(0.7, 0, 0), day), 'bright')).toBeCloseTo(0.2, 3);
    const glow: tf.Tensor4D = tf.tile(tf.tensor4d([0, 0.2, 0, 0], [1, 1, 1, 4]), [1, LIGHTS_HEIGHT, LIGHTS_WIDTH, 1]);
    expect(valueOf(lossesOf(plain(0.7, 0, 0), day, glow), 'bright')).toBeCloseTo(0, 3);
  });

  it('pulls lights towards the teacher’s lamp, and nowhere else', () => {
    const day = plain(0.5, 0, 0);
    const pull = tf.grad((lights: tf.Tensor) => lossesOf(day, day, lights as tf.Tensor4D)['lights']!)(tf.zeros(LIGHTS));
    const values = pull.dataSync();
    const lamp = 4 * (20 * LIGHTS_WIDTH + 30);
    expect(values[lamp]).toBeLessThan(0);
    values[lamp] = 0;
    expect(values.every((value) => value === 0)).toBe(true);
  });
});
