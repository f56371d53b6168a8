import type { Controls } from '../core/controls.js';
import type { SerializedError } from '../core/errors.js';
import type { LogLine } from '../core/logger.js';
import type { Packet, VideoFormat } from '../core/packet.js';
import type { StillImage } from '../core/still-image.js';
import type { SourceInfo } from '../ingest/frame-source.js';
import type { StreamState } from '../stream/protocol.js';
import type { GeneratorChange } from '../stream/live-stream.js';
import type { GeneratorAddress, RenderSettings, StreamSettings } from './stream-settings.js';
import type { StageReport } from './stage-times.js';

/** The job of a worker: one stream or one render. */
export type WorkerJob =
  | {
      readonly kind: 'stream';
      readonly settings: StreamSettings;
      /** The generator process that runs its network; undefined: its look thread does. */
      readonly share: GeneratorAddress | undefined;
      /** Whether viewers watch already: a generator that cannot be opened is then replaced by another. */
      readonly isRestart: boolean;
    }
  | { readonly kind: 'render'; readonly settings: RenderSettings };

/** Main process to worker. */
export type ToWorker =
  /** First, once. */
  | { readonly type: 'job'; readonly job: WorkerJob }
  | { readonly type: 'controls'; readonly controls: Controls }
  | { readonly type: 'keyframe' }
  /** JPEG images a second that somebody asks for; 0: nobody does. */
  | { readonly type: 'images'; readonly perSecond: number }
  /** Changes the generator of a stream; answered by `generator`. One at a time. */
  | { readonly type: 'generator'; readonly change: GeneratorChange; readonly share: GeneratorAddress | undefined }
  | { readonly type: 'stop' };

/** Worker to main process. */
export type FromWorker =
  /** The first message: all stages are open. */
  | { readonly type: 'opened'; readonly info: SourceInfo; readonly generator: string }
  | { readonly type: 'format'; readonly format: VideoFormat }
  | { readonly type: 'packet'; readonly packet: Packet }
  | { readonly type: 'image'; readonly image: StillImage }
  | { readonly type: 'state'; readonly state: StreamState; readonly message: string }
  | { readonly type: 'stats'; readonly stats: WorkerStats }
  /** Answers `generator`. @param error why the generator before is still in place. */
  | { readonly type: 'generator'; readonly error: SerializedError | undefined }
  /** Once a second, while the worker's main thread runs. */
  | { readonly type: 'alive' }
  | { readonly type: 'progress'; readonly progress: RenderProgress }
  | ({ readonly type: 'log' } & LogLine)
  /** The job is over; nothing follows. */
  | { readonly type: 'done'; readonly report: RenderReport | undefined }
  | { readonly type: 'failed'; readonly error: SerializedError };

/** A worker's share of a stream's statistics, once a second. */
export interface WorkerStats {
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
  /** As in `StreamStats`. */
  readonly engine: string;
  readonly device: string;
  readonly deviceNotice: string;
  readonly encoder: string;
  /** What applies looks. */
  readonly kernel: string;
  readonly fallbacks: number;
  readonly cuts: number;
  /** As in `StreamStats`. */
  readonly lookAgeMs: number;
  readonly degraded: string;
  readonly flicker: number;
  readonly localFlicker: number;
  /** One sentence while the stream cannot keep its pace, with what to do; else empty. */
  readonly overload: string;
  /** Milliseconds in which frames were in the pipeline and none left it; rises where a stage hangs. */
  readonly frameMs: number;
  /** Frames that are open in the worker now. */
  readonly liveFrames: number;
}

/** Progress of a render. */
export interface RenderProgress {
  readonly frames: number;
  /** Frames expected; 0 when unknown. */
  readonly expected: number;
  /** Frames a second since the start. */
  readonly frameRate: number;
  /** Estimated seconds left; undefined when unknown. */
  readonly secondsLeft: number | undefined;
}

/** Result of a render. */
export interface RenderReport {
  readonly output: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly frameRate: number;
  readonly encoder: string;
  /** Packets, or images of a folder, that were skipped because they could not be decoded. */
  readonly corrupt: number;
  /** One line each: what was cropped, converted, skipped, ignored, or does not fit the container. */
  readonly notices: readonly string[];
  readonly stages: StageReport;
  /** Frames that are still open after all stages were closed; anything but 0 is a defect. */
  readonly liveFrames: number;
}
