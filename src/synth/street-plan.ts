/**
 * The street's measures, in metres. World axes: x to the right of the centre line, y up from the asphalt, z along the
 * street in the direction of travel. Traffic keeps to the right.
 */
export const LANE_WIDTH = 3.4;
/** Centre of the ego lane. Oncoming traffic uses its mirror image. */
export const LANE_CENTER = 1.75;
/** Distance of the kerb from the centre line: one lane and a row of parked cars. */
export const ROAD_HALF_WIDTH = 5.9;
/** Centre of the parked cars. */
export const PARKING_CENTER = 4.75;
/** Distance of the facades from the centre line. */
export const FACADE_X = 10.6;
/** Height of the pavement above the asphalt. */
export const KERB_HEIGHT = 0.13;
/** Distance of trees and lamps from the centre line. */
export const FURNITURE_X = 6.75;
/** Length of a block: a crossing street, then houses. */
export const BLOCK_LENGTH = 98;
/** Width of the crossing street, at the start of each block. */
export const CROSSING_WIDTH = 13;
/** View distance; everything beyond it is haze. */
export const VIEW_DISTANCE = 330;
/** Distance between lamps, which alternate sides. */
export const LAMP_SPACING = 24;
/** Height of the lamp heads. */
export const LAMP_HEIGHT = 7.4;
/** Length of the lamp's arm, from its pole over the road. */
export const LAMP_REACH = 2.2;

/** Returns a 32-bit hash of all parts, used as a seed (FNV-1a over 32-bit words, mixed). */
export function hash(...parts: readonly number[]): number {
  let h = 0x811c9dc5;
  for (const part of parts) {
    h = Math.imul(h ^ (part | 0), 0x01000193);
    h ^= h >>> 15;
    h = Math.imul(h, 0x2c1b3c6d);
    h ^= h >>> 13;
  }
  return h | 0;
}

/** Returns the index of the block at z. */
export function blockOf(z: number): number {
  return Math.floor(z / BLOCK_LENGTH);
}

/** Whether z is on a crossing street. */
export function isCrossing(z: number): boolean {
  return z - blockOf(z) * BLOCK_LENGTH < CROSSING_WIDTH;
}
