import { silentLogger, type Logger } from '../core/logger.js';
import type { Hwaccel } from './hwaccel.js';
import type { FfmpegSettings } from '../ffmpeg/system-ffmpeg.js';

/** Frames per second of an image sequence by default. */
export const DEFAULT_IMAGE_RATE = 25;

/** How a source is opened and read. Every field has a default; see {@link DEFAULT_SOURCE_OPTIONS}. */
export interface SourceOptions {
  /** `realtime`: a file plays in real time (serve). `none`: as fast as frames are pulled (render). Live inputs ignore it. */
  readonly pace: 'realtime' | 'none';
  /** Restart at the end of a file. pts continue to increase and the first frame of each loop has `discontinuity`. */
  readonly loop: boolean;
  /** Overrides the detection of live inputs: true drops late frames and reconnects, false never drops. */
  readonly live?: boolean;
  /** Listen for a sender (rtmp, srt) instead of connecting to one. */
  readonly listen: boolean;
  /** Reconnect a lost live input. */
  readonly reconnect: boolean;
  /** A live input without a packet for this long is lost, milliseconds. */
  readonly stallTimeoutMs: number;
  /** Timeout for opening, milliseconds; 0 for none. */
  readonly openTimeoutMs: number;
  /** Inputs that a sender connects to (a listener, udp) wait for it without a timeout, despite `openTimeoutMs`. */
  readonly awaitsSender: boolean;
  /** Seek to this time of a file, seconds from its start; pts then count from here. */
  readonly startS: number;
  /** Stop after this much of a file, seconds; undefined: at its end. */
  readonly durationS?: number;
  /** RTSP transport to try first. */
  readonly rtspTransport: 'tcp' | 'udp';
  /** FFmpeg's name of the input format, where it cannot be detected (`mjpeg` on stdin, `v4l2`). */
  readonly inputFormat?: string;
  /** Frames per second of an image or an image sequence; default {@link DEFAULT_IMAGE_RATE}. Other inputs have their own rate. */
  readonly imageRate?: number;
  /** Decoder threads; 0 lets libav choose. */
  readonly decoderThreads: number;
  /** What decodes video; default `none`, the CPU. */
  readonly hwaccel?: Hwaccel;
  /** Reads videos through the user's own FFmpeg; undefined: through the bundled libav. The street and images need neither. */
  readonly ffmpeg?: FfmpegSettings;
  /** Called when a live input is lost and when it is connected again. */
  readonly onEvent?: (event: SourceEvent) => void;
  readonly logger: Logger;
}

/** A change of the connection to a live input; `message` is one sentence for people. */
export interface SourceEvent {
  readonly kind: 'lost' | 'connected';
  readonly message: string;
}

/** Reads a file once, from its start, as fast as its frames are pulled. */
export const DEFAULT_SOURCE_OPTIONS: SourceOptions = {
  pace: 'none',
  loop: false,
  listen: false,
  reconnect: true,
  // Video must be back within five seconds after its sender is; detecting the loss must leave time for that.
  stallTimeoutMs: 2000,
  openTimeoutMs: 10_000,
  awaitsSender: false,
  startS: 0,
  rtspTransport: 'tcp',
  decoderThreads: 0,
  logger: silentLogger,
};
