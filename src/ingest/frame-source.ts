import type { Color } from '../core/color.js';
import type { Frame } from '../core/frame.js';
import type { Micros, TimeBase } from '../core/time.js';

/** What is known of an opened source. Sizes are those of the frames it gives: cropped to even, rotation applied. */
export interface SourceInfo {
  readonly width: number;
  readonly height: number;
  /** Nominal frames a second; 0 when unknown or variable without an average. */
  readonly frameRate: number;
  /** Time base of the container's video stream: what pts were counted in before they became microseconds. */
  readonly timeBase: TimeBase;
  /** Length; undefined for live and unbounded sources. */
  readonly duration: Micros | undefined;
  readonly color: Color;
  readonly sampleAspect: readonly [number, number];
  /** True when the world does not wait: frames that come too late are dropped, newest wins. */
  readonly isLive: boolean;
  /** Codec as FFmpeg names it, `street`, or `image`. */
  readonly codec: string;
  /** For people: container or protocol, passwords masked. */
  readonly description: string;
  /** True when the input has sound, which no source gives. */
  readonly hasSound: boolean;
  /** One line each: odd size cropped, rotation applied, tone-mapped, deinterlaced, converted from 10 bit, 4:4:4 or RGB. */
  readonly notices: readonly string[];
}

/** Counts since the source was opened. */
export interface SourceStats {
  /** Frames decoded. */
  readonly decoded: number;
  /** Decoded frames thrown away because newer ones waited (live only). */
  readonly dropped: number;
  /** Packets that could not be decoded and were skipped. */
  readonly corrupt: number;
  /** Names of a folder's pictures that could not be read and were skipped, each once, the first hundred. */
  readonly skipped: readonly string[];
  /** Times a live input came back. */
  readonly reconnects: number;
}

/** Where frames come from. Opened by `openSource`. */
export interface FrameSource extends AsyncDisposable {
  /** May change after a reconnect or a size change mid-stream; read it again when a frame's size differs. */
  readonly info: SourceInfo;
  readonly stats: SourceStats;
  /** True when the next frame lies ready: pulling it waits for nothing and holds nobody up. */
  readonly isReady: boolean;
  /**
   * The frames, in order of pts; each is given away, the caller closes it. Ends at the end of a file, at `close()` or
   * when the signal aborts (without an error then). Can be called once. Throws NocturneError on fatal failures.
   */
  frames(signal?: AbortSignal): AsyncIterable<Frame>;
  /** Stops at once, also an open or a read in flight; frees everything. Idempotent, never throws. */
  close(): Promise<void>;
}
