import type { ViewerStats } from './worker-messages.js';

/** Statistics before a player's first. */
export const NO_STATS: ViewerStats = {
  framesDecoded: 0,
  framesDrawn: 0,
  framesReplaced: 0,
  drops: 0,
  skippedHidden: 0,
  serverDrops: 0,
  decoderErrors: 0,
  connections: 0,
  keyframeRequests: 0,
  packetsReceived: 0,
  bytesReceived: 0,
  framesPerSecond: 0,
  bytesPerSecond: 0,
  decoderQueue: 0,
  latencyMs: Number.NaN,
  latencyP95Ms: Number.NaN,
  roundTripMs: Number.NaN,
  clockOffsetMs: Number.NaN,
  width: 0,
  height: 0,
  codec: '',
};
