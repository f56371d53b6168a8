import type { Micros, TimeBase } from '../core/time.js';
import type { AvFramePool, DecodedFrame, DecodedFormat } from './av-frame-pool.js';
import type { SourceOptions } from './source-options.js';

/** A picture with its times as the container tells them. Its holder gives it back to the pool or passes it on. */
export interface TimedFrame extends DecodedFrame {
  /** Undefined when the container gives none. */
  readonly sourcePts: Micros | undefined;
  /** 0 when unknown. */
  readonly duration: Micros;
  /** Wall-clock time at which the picture came out of the decoder. */
  readonly capturedAt: Micros;
}

/** What is known of a run once its first picture is there. */
export interface SessionInfo {
  readonly timeBase: TimeBase;
  /** Frames a second; 0 when unknown. */
  readonly frameRate: number;
  /** Length of what the run gives; undefined when unknown. */
  readonly duration: Micros | undefined;
  readonly codec: string;
  readonly description: string;
  readonly hasSound: boolean;
  readonly notices: readonly string[];
}

/** Why a run gives nothing more. `failed`: reading broke off before the end. */
export type SessionEnd = 'end' | 'failed' | 'interrupted';

/** What happened in all runs of a source; each run adds to it. */
export interface SessionCounts {
  decoded: number;
  corrupt: number;
  /** Names of pictures that could not be read, each once, the first hundred. */
  readonly skipped: string[];
}

/** What a run needs of its source. */
export interface SessionContext {
  readonly options: SourceOptions;
  readonly pool: AvFramePool;
  readonly counts: SessionCounts;
}

/** An input read from a start to an end, once. Sources make loops and reconnects out of runs. */
export interface DecodeSession {
  /** The same object until something of it changes (the codec, mid-stream). */
  readonly info: SessionInfo;
  /** The first picture's. */
  readonly format: DecodedFormat;
  /** Undefined until `next` resolved to undefined. */
  readonly ended: SessionEnd | undefined;
  /**
   * Reads, decodes and converts one packet more: the pictures that became ready, none or more; undefined at the end.
   * The work is in flight when this returns. One call at a time.
   */
  next(): Promise<readonly TimedFrame[] | undefined>;
  /** Ends a `next` in flight at once. */
  interrupt(): void;
  /** Frees everything; pictures already given stay valid. Idempotent, never throws. */
  close(): Promise<void>;
}
