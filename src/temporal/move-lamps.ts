import { sampleBilinear } from '../image/sample-bilinear.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { LAMP_FIELDS, LAMPS_SIZE } from '../look/look.js';
import { FLOW_HEIGHT, FLOW_WIDTH } from './motion.js';

const FLOW_SIZE = { width: FLOW_WIDTH, height: FLOW_HEIGHT };

/**
 * Moves lamps to where their content is now. The backward flow belongs to places of the current frame; a lamp's is found by
 * one fixed-point iteration, from the flow at its previous place.
 * @param lamps see `Look`. @param backward see `Motion`. @param out receives all lamps; may be `lamps`.
 */
export function moveLampsInto(lamps: Float32Array, backward: Float32Array, out: Float32Array): void {
  out.set(lamps);
  for (let at = 0; at < LAMPS_SIZE && lamps[at + 4] !== 0; at += LAMP_FIELDS) {
    const [x, y] = [lamps[at] ?? 0, lamps[at + 1] ?? 0];
    const [nearU, nearV] = flowAt(backward, x, y);
    const [u, v] = flowAt(backward, x - nearU, y - nearV);
    out[at] = x - u;
    out[at + 1] = y - v;
  }
}

/** Returns the flow at a place, both in shares of the frame's width and height. */
function flowAt(backward: Float32Array, x: number, y: number): readonly [number, number] {
  const [column, row] = [x * FLOW_WIDTH - 0.5, y * FLOW_HEIGHT - 0.5];
  const u = sampleBilinear(backward, column, row, FLOW_SIZE);
  const v = sampleBilinear(backward, column, row, FLOW_SIZE, FLOW_WIDTH * FLOW_HEIGHT);
  return [u / THUMBNAIL_WIDTH, v / THUMBNAIL_HEIGHT];
}
