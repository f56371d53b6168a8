import type { Color } from '../core/color.js';
import type { Frame } from '../core/frame.js';
import type { Micros, TimeBase } from '../core/time.js';

/** Properties of an opened source. Sizes are those of its frames: cropped to even sides, rotation applied. */
export interface SourceInfo {
  readonly width: number;
  readonly height: number;
  /** Nominal frames per second; 0 when unknown or variable without an average. */
  readonly frameRate: number;
  /** Time base of the container's video stream, before pts are converted to microseconds. */
  readonly timeBase: TimeBase;
  /** Undefined for live and endless sources. */
  readonly duration: Micros | undefined;
  readonly color: Color;
  readonly sampleAspect: readonly [number, number];
  /** True when the input does not wait for its consumer: the source drops late frames in favour of the newest. */
  readonly isLive: boolean;
  /** FFmpeg's name of the codec, `street`, or `image`. */
  readonly codec: string;
  /** For people: container or protocol, passwords masked. */
  readonly description: string;
  /** True when the input has sound, which sources do not deliver. */
  readonly hasSound: boolean;
  /** One line each: odd size cropped, rotation applied, tone-mapped, deinterlaced, converted from 10 bit, 4:4:4 or RGB. */
  readonly notices: readonly string[];
}

/** Counts since the source was opened. */
export interface SourceStats {
  /** Frames decoded. */
  readonly decoded: number;
  /** Decoded frames dropped because newer ones were ready (live only). */
  readonly dropped: number;
  /** Microseconds by which playback in real time has fallen behind, in all, because frames came or were pulled too late. */
  readonly behind: Micros;
  /** Packets that could not be decoded and were skipped. */
  readonly corrupt: number;
  /** Names of images that could not be read and were skipped, without repeats, up to 100. */
  readonly skipped: readonly string[];
  /** What was wrong with the input so far, one line each: it ends early, timestamps were wrong. */
  readonly faults: readonly string[];
  /** Reconnects of a live input. */
  readonly reconnects: number;
}

/** Gives the frames of one input to the pipeline. Opened by `openSource`. */
export interface FrameSource extends AsyncDisposable {
  /** Changes after a reconnect or a change of size mid-stream: read it again when a frame's size differs. */
  readonly info: SourceInfo;
  readonly stats: SourceStats;
  /** True when the next frame is ready: pulling it neither waits nor blocks. */
  readonly isReady: boolean;
  /**
   * Yields frames in order of pts. The caller takes each frame and closes it. Ends at the end of a file, at `close()`, or
   * without an error when the signal aborts. Can be called once. Throws NocturneError on fatal failures.
   */
  frames(signal?: AbortSignal): AsyncIterable<Frame>;
  /** Interrupts a read or reconnect in flight and frees everything. Idempotent, never throws. */
  close(): Promise<void>;
}
