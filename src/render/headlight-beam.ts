import { LIGHTS_HEIGHT, LIGHTS_WIDTH } from '../look/look.js';

/** Colour of the beam: chroma added per unit of gain, in BT.709 full range; a little warmer than white. */
export const BEAM_TINT = { u: -0.012, v: 0.008 } as const;

/** Maximum gain of the beam. Where both lamps overlap, day asphalt of luma 0.45 gets 0.35 brighter than without it. */
const PEAK = 1.15;
/** Centres of the light of both lamps, from 0 at the left and top to 1. The camera points along the road. */
const LAMPS = [
  { x: 0.4, y: 0.75 },
  { x: 0.6, y: 0.75 },
] as const;
/** Radii of one lamp's light: to the sides, up the road and down to the bonnet. */
const REACH = { side: 0.17, far: 0.12, near: 0.16 } as const;
/** Cut-off of a dipped beam: no light above `none`, full light below `full`. */
const CUT_OFF = { none: 0.53, full: 0.66 } as const;

/**
 * Returns the light of the own vehicle's headlights on the road, for cameras behind a windscreen: two overlapping ellipses
 * that fade with distance. `[72, 128]`, a gain on the day's pixel. The caller owns it.
 */
export function headlightBeam(): Float32Array {
  const beam = new Float32Array(LIGHTS_HEIGHT * LIGHTS_WIDTH);
  for (let row = 0; row < LIGHTS_HEIGHT; row++) {
    for (let column = 0; column < LIGHTS_WIDTH; column++) {
      beam[row * LIGHTS_WIDTH + column] = beamAt((column + 0.5) / LIGHTS_WIDTH, (row + 0.5) / LIGHTS_HEIGHT);
    }
  }
  return beam;
}

function beamAt(x: number, y: number): number {
  const cutOff = Math.max(0, Math.min(1, (y - CUT_OFF.none) / (CUT_OFF.full - CUT_OFF.none)));
  if (cutOff === 0) return 0;
  let light = 0;
  for (const lamp of LAMPS) {
    const side = (x - lamp.x) / REACH.side;
    const depth = (y - lamp.y) / (y < lamp.y ? REACH.far : REACH.near);
    light += Math.exp(-(side * side + depth * depth));
  }
  const gain = PEAK * (1 - Math.exp(-light)) * cutOff * cutOff * (3 - 2 * cutOff);
  return gain < 1e-3 ? 0 : gain;
}
