import type { Frame } from '../core/frame.js';
import type { Micros, TimeBase } from '../core/time.js';
import type { FrameSink } from '../core/frame-sink.js';
import type { FrameArea } from './frame-fit.js';

/** Video codecs for files. */
export const FILE_CODECS = ['h264', 'hevc', 'av1', 'vp9'] as const;

/** One of {@link FILE_CODECS}. */
export type FileCodec = (typeof FILE_CODECS)[number];

/** Encoder presets, fast to slow, as x264 names them; mapped to the presets of other encoders. */
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

/** Options of a file sink. */
export interface FileSinkOptions {
  /** Path of the file; its extension selects the container. */
  readonly path: string;
  /** Time base of the source's video; the file's pts use it, so that they are exact. */
  readonly timeBase: TimeBase;
  /** Nominal frames per second, for rate control; 0 when unknown. Does not affect pts. */
  readonly frameRate: number;
  /** Default: VP9 for .webm, else H.264. */
  readonly codec?: FileCodec;
  /** Constant rate factor, smaller is better: 0 to 51 for H.264 and HEVC, 0 to 63 for AV1 and VP9. Default: by codec. */
  readonly crf?: number;
  /** Default `medium`. */
  readonly preset?: FilePreset;
  /**
   * The same frames give the same bytes on every machine, not only on this one: a fixed number of encoder threads, no random ids, no name of
   * the writer. Default false.
   */
  readonly isReproducible?: boolean;
  /** Replace an existing file; default false. */
  readonly overwrite?: boolean;
  /** File or address of the input to copy audio, subtitles, chapters and metadata from. */
  readonly copyFrom?: string;
  /** Start of the part to copy, seconds from the input's start; default 0. Frames' pts count from there. */
  readonly startS?: number;
  /** Length of the part, seconds; default: to the end. */
  readonly durationS?: number;
  /** Aborts every wait for the input to copy from, with `ABORTED`. */
  readonly signal?: AbortSignal;
  /** Timeout of an address to copy from, for opening and for each packet, milliseconds; default 10 000. */
  readonly copyTimeoutMs?: number;
}

/** Result of {@link FileSink.finish}. */
export interface SinkReport {
  readonly path: string;
  readonly frames: number;
  readonly bytes: number;
  /** Encoder in use, as FFmpeg names it. */
  readonly encoder: string;
  /** Audio, subtitle and attachment streams copied. */
  readonly copiedStreams: number;
  /** Chapters copied. */
  readonly chapters: number;
  /** One line for each stream or packet loss that the user should know about. */
  readonly notices: readonly string[];
}

/** Where and when a frame is shown in the file. */
export interface FramePlace extends FrameArea {
  /** In the file: it begins at 0 where the input begins before. */
  readonly pts: Micros;
}

/** A video file being written. It appears at its path complete, at `finish()`, or not at all. */
export interface FileSink extends FrameSink, AsyncDisposable {
  /** The place of a frame, before or after it is written. The first call decides: frames of another format are fitted in. */
  placeOf(frame: Frame): FramePlace;
  /** Writes the remaining packets and moves the file to its path. Throws NocturneError; no file is left then. */
  finish(): Promise<SinkReport>;
  /** Stops and removes the partial file. Idempotent, never throws; does nothing after `finish()`. */
  abort(): Promise<void>;
}
