import type { StreamStats } from './protocol.js';

/** A stream's figures as its worker counts them; viewers are counted here. */
export type StreamFigures = Omit<StreamStats, 'viewers' | 'viewerDrops' | 'yourDrops'>;

/** The figures of a stream that has not begun. */
export const NO_FIGURES: StreamFigures = {
  frameRate: 0,
  width: 0,
  height: 0,
  bitrateBps: 0,
  framesDecoded: 0,
  framesEncoded: 0,
  framesDropped: 0,
  packetsCorrupt: 0,
  reconnects: 0,
  stages: {},
  latencyMs: 0,
  generator: '',
  encoder: '',
  fallbacks: 0,
  cuts: 0,
  flicker: 0,
  localFlicker: 0,
};
