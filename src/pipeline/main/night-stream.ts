import type { Controls } from '../../core/controls.js';
import type { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { SourceInfo } from '../../ingest/frame-source.js';
import type { LiveStream } from '../../stream/live-stream.js';

/** How a stream ended: its file is over, it was closed, or it failed. */
export type StreamEnd = { readonly error: NocturneError | undefined };

/** One live stream: a worker process that turns its input into night, and the viewers of it. */
export interface NightStream extends AsyncDisposable {
  readonly name: string;
  /** What the input turned out to be; undefined until `opened`. */
  readonly info: SourceInfo | undefined;
  /** The stream as `startServer` serves it: state, format, controls, statistics and viewers. */
  readonly live: LiveStream;
  /** Changes some controls from the next frame on. Throws RangeError or TypeError for a bad value. */
  setControls(change: Partial<Controls>): void;
  /** Resolves once input, generator and encoder are open; rejects with NocturneError when one cannot be. */
  readonly opened: Promise<SourceInfo>;
  /** Resolves when the stream is over; never rejects. */
  readonly ended: Promise<StreamEnd>;
  /** Stops the source, flushes, tells the viewers. Idempotent. */
  close(): Promise<void>;
}

/** What {@link openStream} needs beside the settings. */
export interface OpenStreamOptions {
  /** Most viewers of this stream. */
  readonly maxViewers: number;
  readonly logger?: Logger;
}
