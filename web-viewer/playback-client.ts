import type { ClientMessage } from '../src/stream/protocol.js';
import type { Crop, GrabbedFrame, Pixels, WorkerMessage } from './worker-messages.js';

/** What a playback session reports: everything but responses. */
export type PlaybackEvent = Exclude<WorkerMessage, { type: 'response' | 'error' }>;

/** Plays streams for the page, in its worker or beside its script. */
export interface PlaybackClient {
  /** Closes the current stream and opens this one. */
  connect(url: string): void;
  /** Reconnects now if it waits for the next attempt. */
  retry(): void;
  send(message: ClientMessage): void;
  setVisible(isVisible: boolean): void;
  snapshot(crop: Crop, maxWidth: number): Promise<Pixels>;
  grab(count: number, crop: Crop): Promise<GrabbedFrame[]>;
  png(): Promise<Blob>;
  /** Ends it: another one takes its place, with a canvas of its own. */
  close(): void;
}
