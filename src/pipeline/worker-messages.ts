import type { Controls } from '../core/controls.js';
import type { SerializedError } from '../core/errors.js';
import type { LogLine } from '../core/logger.js';
import type { Packet, VideoFormat } from '../core/packet.js';
import type { SourceInfo } from '../ingest/frame-source.js';
import type { StreamState } from '../stream/protocol.js';
import type { RenderSettings, StreamSettings } from './stream-settings.js';
import type { StageReport } from './stage-times.js';

/** What a worker is started for. */
export type WorkerJob =
  | { readonly kind: 'stream'; readonly settings: StreamSettings }
  | { readonly kind: 'render'; readonly settings: RenderSettings };

/** Main process to worker. */
export type ToWorker =
  /** First, once. */
  | { readonly type: 'job'; readonly job: WorkerJob }
  | { readonly type: 'controls'; readonly controls: Controls }
  | { readonly type: 'keyframe' }
  | { readonly type: 'stop' };

/** Worker to main process. */
export type FromWorker =
  /** First of all: everything is open. */
  | { readonly type: 'opened'; readonly info: SourceInfo; readonly generator: string }
  | { readonly type: 'format'; readonly format: VideoFormat }
  | { readonly type: 'packet'; readonly packet: Packet }
  | { readonly type: 'state'; readonly state: StreamState; readonly message: string }
  | { readonly type: 'figures'; readonly figures: WorkerFigures }
  | { readonly type: 'progress'; readonly progress: RenderProgress }
  | ({ readonly type: 'log' } & LogLine)
  /** The job is over; nothing follows. */
  | { readonly type: 'done'; readonly report: RenderReport | undefined }
  | { readonly type: 'failed'; readonly error: SerializedError };

/** A worker's share of a stream's figures, once a second. */
export interface WorkerFigures {
  readonly width: number;
  readonly height: number;
  /** Frames a second leaving the encoder. */
  readonly frameRate: number;
  readonly bitrateBps: number;
  readonly framesDecoded: number;
  readonly framesEncoded: number;
  readonly framesDropped: number;
  readonly packetsCorrupt: number;
  readonly reconnects: number;
  readonly packetsDropped: number;
  readonly stages: StageReport;
  /** Capture to encoded packet, milliseconds, p50. */
  readonly latencyMs: number;
  readonly generator: string;
  readonly encoder: string;
  readonly fallbacks: number;
  readonly cuts: number;
  /** As in `StreamStats`. */
  readonly flicker: number;
  readonly localFlicker: number;
  /** Frames open in the worker now. */
  readonly liveFrames: number;
}

/** How far a render is. */
export interface RenderProgress {
  readonly frames: number;
  /** Frames expected; 0 when unknown. */
  readonly expected: number;
  /** Frames a second since the start. */
  readonly frameRate: number;
  /** Seconds left at this rate; undefined when unknown. */
  readonly secondsLeft: number | undefined;
}

/** What a render did. */
export interface RenderReport {
  readonly output: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly frameRate: number;
  readonly encoder: string;
  /** Packets, or pictures of a folder, that could not be decoded and were skipped. */
  readonly corrupt: number;
  /** One line each: what was cropped, converted, skipped, left alone, or could not be carried into the container. */
  readonly notices: readonly string[];
  readonly stages: StageReport;
  /** Frames still open after everything was closed; 0 unless there is a defect. */
  readonly liveFrames: number;
}
