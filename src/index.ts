/** The public API of the package: what the command line itself uses. */
export { augment, planAugment, replayAugment, type AugmentOptions } from './augment/augment.js';
export type { PlanSummary } from './augment/run/describe-plan.js';
export type { RunSummary } from './augment/run/finish-run.js';
export type { Replay } from './augment/run/replay.js';
export type { AugmentReport } from './augment/run/run-augment.js';
export type { AugmentProgress } from './augment/run/run-meter.js';
export { DEFAULT_CONTROLS, DIALS, VIEW_MODES, type Controls, type DialName, type ViewMode } from './core/controls.js';
export { ERROR_CODES, NocturneError, type ErrorCode } from './core/errors.js';
export { silentLogger, type Logger } from './core/logger.js';
export type { Packet, VideoFormat } from './core/packet.js';
export { fromSeconds, micros, toSeconds, type Micros } from './core/time.js';
export type { DetectorEvaluation } from './evaluate/detection/detector-evaluation.js';
export type { Evaluation } from './evaluate/evaluation.js';
export type { SourceInfo } from './ingest/frame-source.js';
export {
  evaluate,
  evaluateDetector,
  fitStyle,
  openStream,
  probe,
  render,
  startStream,
  type EvaluateDetectorOptions,
  type EvaluateOptions,
  type FitProgress,
  type FitStyleOptions,
  type NightDistances,
  type ProbeOptions,
  type RenderOptions,
  type SettingsOptions,
  type StreamOptions,
  type StyleFit,
} from './library.js';
export type { NightStream, StreamEnd } from './pipeline/main/night-stream.js';
export type { RenderProgress, RenderReport } from './pipeline/worker-messages.js';
export type { LiveStream } from './stream/live-stream.js';
export { startServer, type StreamServerOptions, type StreamServer } from './stream/stream-server.js';
