import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRID_SIZE, LIGHTS_HEIGHT, LIGHTS_SIZE, LIGHTS_WIDTH } from '../../../src/look/look.js';
import { LookLesson } from '../../../src/train/models/look-lesson.js';
import { trainOptions } from '../../../src/train/options.js';
import { useBackend } from '../use-backend.js';

const LIGHTS = [1, LIGHTS_HEIGHT, LIGHTS_WIDTH, 4] as [number, number, number, number];
const GRID = [1, 9, 16, 96] as [number, number, number, number];
const options = trainOptions({ lambdaColor: 1, lambdaBright: 1, lambdaLights: 1, lambdaSky: 1 });

/** A picture of one colour, `[1, 144, 256, 3]`. */
const plain = (...color: readonly [number, number, number]): tf.Tensor4D =>
  tf.tile(tf.tensor4d([...color], [1, 1, 1, 3]), [1, 144, 256, 1]);

const valueOf = (losses: Readonly<Record<string, tf.Scalar>>, name: string): number => losses[name]?.dataSync()[0] ?? NaN;

describe('what holds a look beside its teacher', () => {
  let lesson: LookLesson;
  const taught = new Float32Array(LIGHTS_SIZE);
  beforeAll(async () => {
    await useBackend();
    taught[4 * (20 * LIGHTS_WIDTH + 30)] = 2; // one lamp
    lesson = new LookLesson({
      grid: new Float32Array(GRID_SIZE),
      lights: taught,
      sky: new Float32Array(LIGHTS_HEIGHT * LIGHTS_WIDTH),
    });
  });
  afterAll(() => {
    lesson.close();
  });

  const anchorsOf = (night: tf.Tensor4D, day: tf.Tensor4D, lights = tf.zeros<tf.Rank.R4>(LIGHTS)) =>
    lesson.anchors({ grid: tf.zeros(GRID), lights }, night, day, options);

  it('lets a day fade and lose its colour, and take on a tint', () => {
    const day = plain(0.6, 0.1, -0.1);
    for (const night of [day, plain(0.3, 0.05, -0.05), plain(0.1, 0, 0), plain(0.3, 0.09, -0.06)]) {
      expect(valueOf(anchorsOf(night, day), 'color')).toBe(0);
      expect(valueOf(anchorsOf(night, day), 'bright')).toBe(0);
    }
  });

  it('counts chroma that the day does not know, beyond the tint', () => {
    const gray = plain(0.6, 0, 0);
    expect(valueOf(anchorsOf(plain(0.3, 0, 0.15), gray), 'color')).toBeCloseTo(0.15 - 0.06, 2);
    const red = plain(0.4, 0, 0.2); // turned green, it is 0.3 from the middle of red and none, which is 0.1 from red
    expect(valueOf(anchorsOf(plain(0.3, 0, -0.2), red), 'color')).toBeCloseTo(0.3 - 0.1 - 0.06, 2);
  });

  it('counts luma above the day’s, but not that of lights', () => {
    const day = plain(0.5, 0, 0);
    expect(valueOf(anchorsOf(plain(0.7, 0, 0), day), 'bright')).toBeCloseTo(0.2, 3);
    const glow: tf.Tensor4D = tf.tile(tf.tensor4d([0, 0.2, 0, 0], [1, 1, 1, 4]), [1, LIGHTS_HEIGHT, LIGHTS_WIDTH, 1]);
    expect(valueOf(anchorsOf(plain(0.7, 0, 0), day, glow), 'bright')).toBeCloseTo(0, 3);
  });

  it('draws lights that are out towards the teacher’s lamp, and there alone', () => {
    const day = plain(0.5, 0, 0);
    const pull = tf.grad((lights: tf.Tensor) => anchorsOf(day, day, lights as tf.Tensor4D)['lights']!)(tf.zeros(LIGHTS));
    const values = pull.dataSync();
    const lamp = 4 * (20 * LIGHTS_WIDTH + 30);
    expect(values[lamp]).toBeLessThan(0);
    values[lamp] = 0;
    expect(values.every((value) => value === 0)).toBe(true);
  });
});
