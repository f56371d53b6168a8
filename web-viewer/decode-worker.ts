/** The page's worker for WebCodecs: receives, decodes and draws frames, so that work on the page's main thread does not delay them. */
import { PlaybackSession } from './playback-session.js';
import { createWebCodecsPlayer } from './webcodecs-player.js';
import type { WorkerMessage, WorkerCommand } from './worker-messages.js';

const scope = self as unknown as DedicatedWorkerGlobalScope; // the DOM library types `self` as a window
let session: PlaybackSession | undefined;

function post(message: WorkerMessage, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

async function respond(id: number, work: () => unknown): Promise<void> {
  try {
    post({ type: 'response', id, value: await work() });
  } catch (cause) {
    post({ type: 'error', id, message: cause instanceof Error ? cause.message : String(cause) });
  }
}

function receive(message: WorkerCommand): void {
  if (message.type === 'start') {
    session = new PlaybackSession(message.canvas as OffscreenCanvas, createWebCodecsPlayer, post); // worker-messages.ts has no DOM types
    session.connect(message.url);
    return;
  }
  const current = session;
  if (!current) return;
  switch (message.type) {
    case 'connect': {
      current.connect(message.url);
      return;
    }
    case 'retry': {
      current.retry();
      return;
    }
    case 'send': {
      current.send(message.message);
      return;
    }
    case 'visible': {
      current.setVisible(message.isVisible);
      return;
    }
    case 'snapshot':
      return void respond(message.id, () => current.renderer.readPixels(message.crop, message.maxWidth));
    case 'png':
      return void respond(message.id, () => current.renderer.toPng());
    case 'grab':
      return void respond(message.id, () => current.renderer.grabFrames(message.count, message.crop));
  }
}

scope.onmessage = (event: MessageEvent<WorkerCommand>) => receive(event.data);
