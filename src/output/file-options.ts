import type { TimeBase } from '../core/time.js';
import type { FrameSink } from '../core/frame-sink.js';

/** Video codecs a file can be written with. */
export const FILE_CODECS = ['h264', 'hevc', 'av1', 'vp9'] as const;

/** One of {@link FILE_CODECS}. */
export type FileCodec = (typeof FILE_CODECS)[number];

/** Effort presets, fast to slow, as x264 names them; other encoders get the like of them. */
export const FILE_PRESETS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const;

/** One of {@link FILE_PRESETS}. */
export type FilePreset = (typeof FILE_PRESETS)[number];

/** What a file is written with. */
export interface FileSinkOptions {
  /** The file; its extension names the container. */
  readonly path: string;
  /** Time base of the source's video: pts are written in it, so that they come out as they went in. */
  readonly timeBase: TimeBase;
  /** Nominal frames a second, for rate control; 0 when unknown. Frames are written at their pts, whatever it is. */
  readonly frameRate: number;
  /** Undefined: VP9 for .webm, else H.264. */
  readonly codec?: FileCodec;
  /** Constant rate factor, smaller is better: 0 to 51 for H.264 and HEVC, 0 to 63 for AV1 and VP9. Undefined: the codec's usual. */
  readonly crf?: number;
  /** Default `medium`. */
  readonly preset?: FilePreset;
  /** Replace a file that is there already; default false. */
  readonly overwrite?: boolean;
  /** File or address of the input whose sound, subtitles, chapters and metadata are copied. */
  readonly copyFrom?: string;
  /** Start of the part rendered, seconds from the input's start, when frames' pts are counted from there; default 0. */
  readonly startS?: number;
  /** Length of the part, seconds; undefined: to the end. */
  readonly durationS?: number;
  /** Ends every wait for the input that is copied from, when it aborts; `ABORTED` is thrown then. */
  readonly signal?: AbortSignal;
  /** An address that is copied from has this long to open, and to give each packet, milliseconds; default 10 000. */
  readonly copyTimeoutMs?: number;
}

/** What was written. */
export interface SinkReport {
  readonly path: string;
  readonly frames: number;
  readonly bytes: number;
  /** Encoder in use, as FFmpeg names it. */
  readonly encoder: string;
  /** Sound, subtitle and attachment streams copied. */
  readonly copiedStreams: number;
  /** Chapters copied. */
  readonly chapters: number;
  /** One line each: what the container cannot carry. */
  readonly notices: readonly string[];
}

/** A file being written. It appears whole at `finish()` or not at all. */
export interface FileSink extends FrameSink, AsyncDisposable {
  /** Writes what is left and puts the file in its place. Throws NocturneError; nothing is left behind then. */
  finish(): Promise<SinkReport>;
  /** Stops and removes what was written. Idempotent, never throws; nothing to do after `finish()`. */
  abort(): Promise<void>;
}
