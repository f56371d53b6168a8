import { createMjpegPlayer } from './mjpeg-player.js';
import { createMsePlayer } from './mse-player.js';
import type { PlayerKind } from './page-url.js';
import type { PlaybackClient, PlaybackEvent } from './playback-client.js';
import { PlaybackSession } from './playback-session.js';
import { WorkerClient } from './worker-client.js';

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
    snapshot: async (crop, maxWidth) => Promise.resolve(session.renderer.readPixels(crop, maxWidth)),
    grab: async (count, crop) => session.renderer.grabFrames(count, crop),
    png: async () => session.renderer.toPng(),
    close: () => session.close(),
  };
}
