import type { Material } from './canvas.js';
import { LAMP_HEIGHT, LAMP_REACH } from './street-plan.js';
import { fromRgb } from './yuv.js';

/** What the lamps of a street look like. Metres. */
export interface LampStyle {
  /** A lantern or a flat head on an arm, or a globe on its pole. */
  readonly head: 'lantern' | 'flat' | 'globe';
  readonly height: number;
  /** Length of the arm; 0 for a globe. */
  readonly reach: number;
  readonly glass: Material;
}

/**
 * The lamps of the built-in street. They are dimly lit by day too, in the orange of sodium light, so that they are
 * recognisable as lamps.
 */
export const DEMO_LAMP: LampStyle = {
  head: 'lantern',
  height: LAMP_HEIGHT,
  reach: LAMP_REACH,
  glass: { color: fromRgb(0xff9a3c), nightColor: fromRgb(0xffe9bd), isLitByDay: true, surface: 'lampHead' },
};
