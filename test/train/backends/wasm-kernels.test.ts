import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';

import { useBackend } from '../use-backend.js';

beforeAll(useBackend);

it('splits along any axis into the same parts as slices, in float and int', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  const shape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
  fc.assert(
    fc.property(shape, lengths, shape, fc.constantFrom('float32', 'int32'), (before, parts, after, dtype) => {
      const whole = [...before, parts.reduce((sum, n) => sum + n, 0), ...after];
      const axis = before.length;
      tf.tidy(() => {
        const x = tf.reshape(
          tf.range(
            0,
            whole.reduce((product, n) => product * n, 1),
            1,
            dtype,
          ),
          whole,
        );
        let at = 0;
        const expected = parts.map((length) => {
          const begin = whole.map((_, i) => (i === axis ? at : 0));
          at += length;
          return tf.slice(x, begin, whole.with(axis, length)).arraySync();
        });
        const split = tf.split(x, parts, axis);
        expect(split.map((part) => part.arraySync())).toEqual(expected);
        expect(split.every((part) => part.dtype === dtype)).toBe(true);
      });
    }),
    { numRuns: 60 },
  );
});

it('splits while the memory grows, into independent tensors', () => {
  tf.tidy(() => {
    const x = tf.range(0, 1 << 22);
    const parts = tf.split(x, 64);
    x.dispose();
    expect(parts.map((part) => tf.slice(part, [0], [1]).dataSync()[0])).toEqual(parts.map((_, i) => i << 16));
  });
});
