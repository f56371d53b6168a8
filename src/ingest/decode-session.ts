import type { Micros, TimeBase } from '../core/time.js';
import type { AvFramePool, DecodedFrame, DecodedFormat } from './av-frame-pool.js';
import type { SourceOptions } from './source-options.js';

/** A decoded frame with its times from the container. Its holder releases it to the pool or passes it on. */
export interface TimedFrame extends DecodedFrame {
  /** Undefined when the container has none. */
  readonly sourcePts: Micros | undefined;
  /** 0 when unknown. */
  readonly duration: Micros;
  /** Wall-clock time at which the frame left the decoder. */
  readonly capturedAt: Micros;
}

/** What a session knows of its input once the first frame is decoded. */
export interface SessionInfo {
  readonly timeBase: TimeBase;
  /** Frames per second; 0 when unknown. */
  readonly frameRate: number;
  /** Duration of the session's frames; undefined when unknown. */
  readonly duration: Micros | undefined;
  /** False when the duration is unknown, or estimated from timestamps, as in a transport stream. */
  readonly isDurationStated: boolean;
  readonly codec: string;
  readonly description: string;
  readonly hasSound: boolean;
  readonly notices: readonly string[];
}

/** Why a session ended. `failed`: a read failed before the end of the input. */
export type SessionEndReason = 'end' | 'failed' | 'interrupted';

/** Counts over all sessions of a source; each session adds to them. */
export interface SessionCounts {
  decoded: number;
  corrupt: number;
  /** Names of images that could not be read, without repeats, up to 100. */
  readonly skipped: string[];
  /** What is wrong with the input, one line each, without repeats. */
  readonly faults: Set<string>;
}

/** Counts of a source that has read nothing. */
export function emptyCounts(): SessionCounts {
  return { decoded: 0, corrupt: 0, skipped: [], faults: new Set() };
}

/** What a session shares with its source. */
export interface SessionContext {
  readonly options: SourceOptions;
  readonly pool: AvFramePool;
  readonly counts: SessionCounts;
}

/** One pass over an input, from its start to its end. A source opens a new session for each loop or reconnect. */
export interface DecodeSession {
  /** The same object until something in it changes, such as the codec mid-stream. */
  readonly info: SessionInfo;
  /** Format of the first frame. */
  readonly format: DecodedFormat;
  /** Undefined until `next` resolves to undefined. */
  readonly endReason: SessionEndReason | undefined;
  /**
   * Reads, decodes and converts one more packet. Returns the frames that are ready, none or more; undefined at the end.
   * The work is in flight when this returns. One call at a time.
   */
  next(): Promise<readonly TimedFrame[] | undefined>;
  /** Ends a `next` in flight at once. */
  interrupt(): void;
  /** Frees everything; frames already returned stay valid. Idempotent, never throws. */
  close(): Promise<void>;
}

/** A decode session of a video, which may be live. */
export interface VideoSession extends DecodeSession {
  /** True for an input that does not wait for its consumer. */
  readonly isLive: boolean;
  /** True when the input arrives in segments of several seconds. */
  readonly isSegmented: boolean;
}
