import type { StreamStats } from './protocol.js';

/** A stream's statistics as its worker counts them. The hub adds those of viewers. */
export type PipelineStats = Omit<
  StreamStats,
  'viewers' | 'slowViewers' | 'viewerDrops' | 'viewerSkips' | 'imagesDropped' | 'yourDrops'
>;

/** Statistics of a stream that has not started. */
export const EMPTY_PIPELINE_STATS: PipelineStats = {
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
  engine: '',
  device: '',
  deviceNotice: '',
  encoder: '',
  kernel: '',
  overload: '',
  fallbacks: 0,
  cuts: 0,
  lookAgeMs: 0,
  degraded: '',
  flicker: 0,
  localFlicker: 0,
};
