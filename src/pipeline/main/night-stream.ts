import type { Controls } from '../../core/controls.js';
import type { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { SourceInfo } from '../../ingest/frame-source.js';
import type { LiveStream } from '../../stream/live-stream.js';

/** How a stream ended. `error`: undefined when its file ended or it was closed. */
export type StreamEnd = { readonly error: NocturneError | undefined };

/** One live stream: a worker process that turns its input into night, and its viewers. */
export interface NightStream extends AsyncDisposable {
  readonly name: string;
  /** True after {@link close}. */
  readonly isClosed: boolean;
  /** What is known of the input; undefined until `opened`. */
  readonly info: SourceInfo | undefined;
  /** The stream as `startServer` serves it: state, format, controls, statistics and viewers. */
  readonly live: LiveStream;
  /** Changes some controls, from the next frame on. Throws RangeError or TypeError for a bad value. */
  setControls(change: Partial<Controls>): void;
  /** Resolves once input, generator and encoder are open; rejects with NocturneError when one cannot be. */
  readonly opened: Promise<SourceInfo>;
  /** Resolves when the stream has ended; never rejects. */
  readonly ended: Promise<StreamEnd>;
  /** Starts a stream on demand that is idle, as a viewer would; else does nothing. */
  wake(): void;
  /**
   * Ends the worker and starts another: input, network and encoder are opened again, and viewers stay connected. Resolves when the new one
   * starts; does nothing for a stream that is over or closed.
   */
  restart(): Promise<void>;
  /** Stops the source, flushes, notifies the viewers. Idempotent. */
  close(): Promise<void>;
}

/** What {@link openStream} takes beside the settings. */
export interface OpenStreamOptions {
  /** Viewers that this stream admits at a time. */
  readonly maxViewers: number;
  /** Delay beyond which a slow viewer skips to a keyframe, milliseconds; default 1500. */
  readonly viewerDelayMs?: number;
  /** Runs only while somebody watches; default false. */
  readonly onDemand?: boolean;
  /** With `onDemand`: how long nobody watches before it sleeps, milliseconds; default 10 000. */
  readonly idleMs?: number;
  readonly logger?: Logger;
}
