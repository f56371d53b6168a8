import { sampleBilinear } from '../image/sample-bilinear.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { FLOW_HEIGHT, FLOW_WIDTH } from './motion.js';

const FLOW_SIZE = { width: FLOW_WIDTH, height: FLOW_HEIGHT };

/**
 * How far the content at a place of the previous frame moves to where it is now, in shares of the frame's width and height.
 * The backward flow belongs to places of the current frame; this one's is found by one fixed-point iteration.
 * @param backward see `Motion`.
 */
export function shiftAt(backward: Float32Array, x: number, y: number): readonly [dx: number, dy: number] {
  const [nearU, nearV] = flowAt(backward, x, y);
  const [u, v] = flowAt(backward, x - nearU, y - nearV);
  return [-u, -v];
}

function flowAt(backward: Float32Array, x: number, y: number): readonly [number, number] {
  const [column, row] = [x * FLOW_WIDTH - 0.5, y * FLOW_HEIGHT - 0.5];
  const u = sampleBilinear(backward, column, row, FLOW_SIZE);
  const v = sampleBilinear(backward, column, row, FLOW_SIZE, FLOW_WIDTH * FLOW_HEIGHT);
  return [u / THUMBNAIL_WIDTH, v / THUMBNAIL_HEIGHT];
}
