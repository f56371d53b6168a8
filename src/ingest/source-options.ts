import { silentLogger, type Logger } from '../core/logger.js';

/** How a source is opened and read. Every field has a default; see {@link DEFAULT_SOURCE_OPTIONS}. */
export interface SourceOptions {
  /** `realtime`: a file's frames come when their pts say so (serve). `none`: as fast as they are pulled (render). Live inputs ignore it. */
  readonly pace: 'realtime' | 'none';
  /** Start again at the end of a file; pts go on growing and the first frame of a round has `discontinuity`. */
  readonly loop: boolean;
  /** Overrides what was found out: true drops late frames and reconnects, false never drops. */
  readonly live?: boolean;
  /** Wait for a sender (rtmp, srt) instead of calling one. */
  readonly listen: boolean;
  /** Come back after a loss of a live input. */
  readonly reconnect: boolean;
  /** A live input that gives no packet for so long is taken as lost, milliseconds. */
  readonly stallTimeoutMs: number;
  /** An open that takes longer fails, milliseconds; 0 without limit. */
  readonly openTimeoutMs: number;
  /** Where a sender calls us (a listener, udp), wait for it without limit, whatever `openTimeoutMs` says. */
  readonly awaitsSender: boolean;
  /** Skip to this time of a file, seconds from its start; pts are then counted from here. */
  readonly startS: number;
  /** Stop after so much of a file, seconds; undefined: to its end. */
  readonly durationS?: number;
  /** RTSP transport tried first. */
  readonly rtspTransport: 'tcp' | 'udp';
  /** Input format as FFmpeg names it, where it cannot be guessed (`mjpeg` on stdin, `v4l2`). */
  readonly inputFormat?: string;
  /** Frames a second of a picture or a folder of pictures; 25 when undefined. Other inputs have their own rate. */
  readonly imageRate?: number;
  /** Decoder threads; 0 lets libav choose. */
  readonly decoderThreads: number;
  /** Called by the reconnect policy when a live input is lost and when it is back. */
  readonly onEvent?: (event: SourceEvent) => void;
  readonly logger: Logger;
}

/** What happens to a live input between frames; `message` is one sentence for people. */
export interface SourceEvent {
  readonly kind: 'lost' | 'connected';
  readonly message: string;
}

/** What a file gets when nothing is said: as fast as it is pulled, once, from its start. */
export const DEFAULT_SOURCE_OPTIONS: SourceOptions = {
  pace: 'none',
  loop: false,
  listen: false,
  reconnect: true,
  // A picture must be back within five seconds of its sender; noticing the loss must leave time for that.
  stallTimeoutMs: 2000,
  openTimeoutMs: 10_000,
  awaitsSender: false,
  startS: 0,
  rtspTransport: 'tcp',
  decoderThreads: 0,
  logger: silentLogger,
};
