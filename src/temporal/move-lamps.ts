import { LAMP_FIELDS, LAMPS_SIZE } from '../look/look.js';
import { shiftAt } from './shift-at.js';

/**
 * Moves lamps to where their content is now.
 * @param lamps see `Look`. @param backward see `Motion`. @param out receives all lamps; may be `lamps`.
 */
export function moveLampsInto(lamps: Float32Array, backward: Float32Array, out: Float32Array): void {
  out.set(lamps);
  for (let at = 0; at < LAMPS_SIZE && lamps[at + 4] !== 0; at += LAMP_FIELDS) {
    const [x, y] = [lamps[at] ?? 0, lamps[at + 1] ?? 0];
    const [dx, dy] = shiftAt(backward, x, y);
    out[at] = x + dx;
    out[at + 1] = y + dy;
  }
}
