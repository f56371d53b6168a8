/**
 * The street's measures, in metres. World axes: x to the right of the centre line, y up from the asphalt, z along the
 * street in the direction of travel. Traffic keeps to the right.
 */
export const LANE_WIDTH = 3.4;
/** Centre of the lane the viewer drives in; oncoming traffic uses its mirror image. */
export const LANE_CENTER = 1.75;
/** Distance of the kerb from the centre line: one lane and a row of parked cars. */
export const ROAD_HALF = 5.9;
/** Middle of the parked cars. */
export const PARKING_CENTER = 4.75;
/** Distance of the facades from the centre line. */
export const FACADE_X = 10.6;
/** Height of the pavement above the asphalt. */
export const KERB_HEIGHT = 0.13;
/** Where trees and lamps stand. */
export const FURNITURE_X = 6.75;
/** One block: a crossing street, then houses. */
export const BLOCK_LENGTH = 98;
/** Width of the crossing street, at the start of each block. */
export const CROSSING_WIDTH = 13;
/** How far one sees; beyond it all is haze. */
export const SIGHT = 330;
/** Lamps stand every so many metres, on alternating sides. */
export const LAMP_SPACING = 24;
/** Height of a lamp's head. */
export const LAMP_HEIGHT = 7.4;
/** How far the lamp's arm reaches from its pole over the road. */
export const LAMP_REACH = 2.2;

/** A number that depends on all parts, for seeding: equal parts give equal numbers (FNV-1a over 32-bit words, mixed). */
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

/** Index of the block that holds the place z. */
export function blockOf(z: number): number {
  return Math.floor(z / BLOCK_LENGTH);
}

/** True where the place z lies on a crossing street. */
export function isCrossing(z: number): boolean {
  return z - blockOf(z) * BLOCK_LENGTH < CROSSING_WIDTH;
}
