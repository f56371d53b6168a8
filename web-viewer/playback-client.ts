import type { ClientMessage } from '../src/stream/protocol.js';
import { createMjpegPlayer } from './mjpeg-player.js';
import { createMsePlayer } from './mse-player.js';
import type { PlayerKind } from './page-url.js';
import { PlaybackSession } from './playback-session.js';
import { WorkerClient } from './worker-client.js';
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

/** Opens a player of a kind on a canvas that no other has used. @param onCrash its worker failed to load or threw. */
export function openPlayback(
  kind: PlayerKind,
  canvas: HTMLCanvasElement,
  onEvent: (event: PlaybackEvent) => void,
  onCrash: (message: string) => void,
): PlaybackClient {
  if (kind === 'webcodecs') return new WorkerClient(canvas, onEvent, onCrash);
  // These need the page's own elements; they leave decoding to the browser's threads.
  const session = new PlaybackSession(canvas, kind === 'mse' ? createMsePlayer : createMjpegPlayer, (message) => {
    if (message.type !== 'response' && message.type !== 'error') onEvent(message);
  });
  return {
    connect: (url) => session.connect(url),
    retry: () => session.retry(),
    send: (message) => session.send(message),
    setVisible: (isVisible) => session.setVisible(isVisible),
    snapshot: async (crop, maxWidth) => session.renderer.readPixels(crop, maxWidth),
    grab: async (count, crop) => session.renderer.grabFrames(count, crop),
    png: async () => session.renderer.toPng(),
    close: () => session.close(),
  };
}
