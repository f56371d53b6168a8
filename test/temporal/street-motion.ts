import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../src/image/thumbnail.js';
import { Street } from '../../src/synth/street.js';
import type { StreetTruth } from '../../src/synth/truth.js';
import { FLOW_HEIGHT, FLOW_WIDTH, type MotionEstimator } from '../../src/temporal/motion.js';
import { paint } from '../infer/synthetic-thumbnails.js';

/** Street pixels along one side of a thumbnail pixel. */
const SCALE = 2;
/** Street pixels along one side of a flow vector's block. */
const BLOCK = (SCALE * THUMBNAIL_WIDTH) / FLOW_WIDTH;

/** Two thumbnails of a street and the true motion between them. */
export interface StreetPair {
  readonly before: Float32Array;
  readonly now: Float32Array;
  readonly truth: StreetTruth;
}

/** Renders a street at a time and `step` seconds before it. */
export function streetPair(seed: number, time: number, step: number): StreetPair {
  const street = new Street({ width: SCALE * THUMBNAIL_WIDTH, height: SCALE * THUMBNAIL_HEIGHT, seed });
  const thumbnail = (at: number): Float32Array => {
    const { y: luma, width } = street.day(at);
    return paint((x, y) => {
      let sum = 0;
      for (let j = 0; j < SCALE; j++)
        for (let i = 0; i < SCALE; i++) sum += luma[(SCALE * y + j) * width + SCALE * x + i] ?? 0;
      return [(sum / SCALE ** 2 - 16) / 219, 0, 0];
    });
  };
  return { before: thumbnail(time - step), now: thumbnail(time), truth: street.truth(time, time - step) };
}

/** Mean end-point error of the vectors in a band of speeds. */
export interface BandError {
  /** Pixels of the thumbnail. */
  readonly error: number;
  /** Number of vectors. */
  readonly count: number;
}

/** Errors by true speed: below 1 pixel of the thumbnail, below 4, and faster. Only where the whole block was visible before. */
export function errorsBySpeed(
  estimator: MotionEstimator,
  pairs: readonly StreetPair[],
): Readonly<Record<'slow' | 'medium' | 'fast', BandError>> {
  const bands = { slow: { sum: 0, count: 0 }, medium: { sum: 0, count: 0 }, fast: { sum: 0, count: 0 } };
  for (const { before, now, truth } of pairs) {
    estimator.reset();
    estimator.next(before);
    const backward = estimator.next(now)?.backward ?? new Float32Array(0);
    for (let row = 0, i = 0; row < FLOW_HEIGHT; row++) {
      for (let column = 0; column < FLOW_WIDTH; column++, i++) {
        const flow = meanFlow(truth, column, row);
        if (!flow) continue;
        const [u, v] = flow;
        const speed = Math.hypot(u, v);
        const band = speed < 1 ? bands.slow : speed < 4 ? bands.medium : bands.fast;
        band.sum += Math.hypot((backward[i] ?? 0) - u, (backward[FLOW_WIDTH * FLOW_HEIGHT + i] ?? 0) - v);
        band.count++;
      }
    }
  }
  const error = ({ sum, count }: { sum: number; count: number }): BandError => ({ error: sum / count, count });
  return { slow: error(bands.slow), medium: error(bands.medium), fast: error(bands.fast) };
}

/** Mean true flow of one block in pixels of the thumbnail; undefined where part of the block was not visible before. */
function meanFlow(
  { flow, valid, width, height }: StreetTruth,
  column: number,
  row: number,
): readonly [number, number] | undefined {
  let [u, v] = [0, 0];
  for (let y = row * BLOCK; y < (row + 1) * BLOCK; y++) {
    for (let x = column * BLOCK; x < (column + 1) * BLOCK; x++) {
      const i = y * width + x;
      if (valid[i] === 0) return undefined;
      u += flow[i] ?? 0;
      v += flow[width * height + i] ?? 0;
    }
  }
  return [u / (BLOCK * BLOCK * SCALE), v / (BLOCK * BLOCK * SCALE)];
}
