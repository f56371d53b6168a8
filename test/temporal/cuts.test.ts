import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEvaluationInput } from '../../src/evaluate/evaluation-input.js';
import { ThumbnailReader } from '../../src/image/thumbnail-reader.js';
import { openMotionEstimator, type MotionEstimator } from '../../src/temporal/motion.js';
import { paint, PIXELS } from '../infer/synthetic-thumbnails.js';
import { footage } from '../support/footage.js';

/** Undefined without footage: then only synthetic streets are spliced. */
const clips = footage('clips');

/** Frames read from each clip. */
const FRAMES = 45;
const signal = new AbortController().signal;

async function thumbnailsOf(input: string): Promise<Float32Array[]> {
  const reader = await ThumbnailReader.open();
  const thumbnails: Float32Array[] = [];
  for await (const frame of (await openEvaluationInput(input)).frames(FRAMES, signal)) {
    using owned = frame;
    thumbnails.push(reader.read(owned).data.slice());
  }
  return thumbnails;
}

const streets = [1, 2].map((seed) => `street:size=640x360,rate=25,seed=${seed},duration=3`);
const inputs = [
  ...(clips === undefined ? [] : readdirSync(clips).filter((name) => name.endsWith('.mp4'))).map((name) =>
    join(clips ?? '', name),
  ),
  ...streets,
];

/** Multiplies luma by a factor and clips it, like a sensor. */
const brightened = (thumbnail: Float32Array, gain: number): Float32Array =>
  thumbnail.map((value, i) => (i < PIXELS ? Math.min(1, value * gain) : value));

/** Changes that are similar to a cut but are none: each changes frame `i` of twelve. */
const hardCases: Readonly<Record<string, (thumbnail: Float32Array, i: number) => Float32Array>> = {
  'a flash': (thumbnail, i) => brightened(thumbnail, i === 5 ? 2.2 : 1),
  'the end of a tunnel': (thumbnail, i) =>
    brightened(thumbnail, [0.25, 0.25, 0.25, 0.25, 0.6, 1.3, 1.8, 1.6, 1.4, 1.2, 1.1, 1][i] ?? 1),
  'a passing truck': (thumbnail, i) => {
    const left = 45 * i - 120;
    const truck = paint((x, y) => [0.12 + 0.1 * (((x - left) >> 3) & 1) + 0.05 * ((y >> 3) & 1), 0, 0]);
    return thumbnail.map((value, k) => {
      const [x, y] = [k % 256, Math.floor((k % PIXELS) / 256)];
      return x >= left && x < left + 130 && y >= 30 && y < 130 ? (truck[k] ?? 0) : value;
    });
  },
};

describe('cuts', () => {
  let estimator: MotionEstimator;
  let sequences: Float32Array[][] = [];
  beforeAll(async () => {
    estimator = await openMotionEstimator();
    sequences = await Promise.all(inputs.map(thumbnailsOf));
  }, 120_000);

  const cutsIn = (sequence: readonly Float32Array[]): number[] => {
    estimator.reset();
    return sequence.flatMap((thumbnail, i) => (estimator.next(thumbnail)?.isCut ? [i] : []));
  };

  it('are detected where clips are spliced, on the exact frame', () => {
    let splices = 0;
    const missed: string[] = [];
    for (const [i, before] of sequences.entries()) {
      for (const [j, after] of sequences.entries()) {
        if (i === j) continue;
        const from = (7 * i + 11 * j) % (before.length - 4);
        const to = (13 * i + 5 * j) % (after.length - 4);
        const found = cutsIn([...before.slice(from, from + 3), ...after.slice(to, to + 3)]);
        splices++;
        if (found.join() !== '3') missed.push(`${inputs[i]} to ${inputs[j]}: ${found.join()}`);
      }
    }
    expect(missed).toEqual([]);
    expect(splices).toBe(inputs.length * (inputs.length - 1)); // 110 with all nine clips
  });

  it('are not detected within a clip, even when two of three frames are missing', () => {
    for (const sequence of sequences) {
      expect(cutsIn(sequence)).toEqual([]);
      expect(cutsIn(sequence.filter((_, i) => i % 3 === 0))).toEqual([]);
    }
  });

  it.each(Object.entries(hardCases))('are not detected in %s', (_, change) => {
    for (const [k, sequence] of sequences.entries()) {
      const found = cutsIn(sequence.slice(20, 32).map(change));
      expect([inputs[k], ...found]).toEqual([inputs[k]]);
    }
  });
});
