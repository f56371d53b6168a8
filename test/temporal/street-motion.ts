import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../src/image/thumbnail.js';
import { Street } from '../../src/synth/street.js';
import type { StreetTruth } from '../../src/synth/truth.js';
import { FLOW_HEIGHT, FLOW_WIDTH, type MotionEstimator } from '../../src/temporal/motion.js';
import { paint } from '../infer/synthetic-thumbnails.js';

/** Street pixels along a side of one of the thumbnail's. */
const SCALE = 2;
/** Street pixels along a side of a place of the flow. */
const PLACE = (SCALE * THUMBNAIL_WIDTH) / FLOW_WIDTH;

/** Two pictures of a street and what moved between them. */
export interface StreetPair {
  readonly before: Float32Array;
  readonly now: Float32Array;
  readonly truth: StreetTruth;
}

/** A street at a time and `step` seconds before it. */
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

/** Mean end-point error in pixels of the thumbnail, and of how many places. */
export interface BandError {
  readonly error: number;
  readonly places: number;
}

/** Error by how fast a place moves: up to 1 pixel of the thumbnail, up to 4, and faster; where all of it was seen before. */
export function errorsBySpeed(
  estimator: MotionEstimator,
  pairs: readonly StreetPair[],
): Readonly<Record<'slow' | 'medium' | 'fast', BandError>> {
  const bands = { slow: { sum: 0, places: 0 }, medium: { sum: 0, places: 0 }, fast: { sum: 0, places: 0 } };
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
        band.places++;
      }
    }
  }
  const error = ({ sum, places }: { sum: number; places: number }): BandError => ({ error: sum / places, places });
  return { slow: error(bands.slow), medium: error(bands.medium), fast: error(bands.fast) };
}

/** Of one place; undefined where part of it was not seen before. */
function meanFlow(
  { flow, valid, width, height }: StreetTruth,
  column: number,
  row: number,
): readonly [number, number] | undefined {
  let [u, v] = [0, 0];
  for (let y = row * PLACE; y < (row + 1) * PLACE; y++) {
    for (let x = column * PLACE; x < (column + 1) * PLACE; x++) {
      const i = y * width + x;
      if (valid[i] === 0) return undefined;
      u += flow[i] ?? 0;
      v += flow[width * height + i] ?? 0;
    }
  }
  return [u / (PLACE * PLACE * SCALE), v / (PLACE * PLACE * SCALE)];
}
