/** The worker of the page: receives, decodes and draws, so that the page's own thread can do nothing to the picture's timing. */
import { Session } from './session.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

const scope = self as unknown as DedicatedWorkerGlobalScope; // the DOM library types `self` as a window
let session: Session | undefined;

function post(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

async function answer(id: number, work: () => unknown): Promise<void> {
  try {
    post({ type: 'answer', id, value: await work() });
  } catch (cause) {
    post({ type: 'failure', id, message: cause instanceof Error ? cause.message : String(cause) });
  }
}

function receive(message: ToWorker): void {
  if (message.type === 'start') {
    session = new Session(message.canvas as OffscreenCanvas, post); // worker-messages.ts knows no DOM types
    session.connect(message.url);
    return;
  }
  const running = session;
  if (!running) return;
  switch (message.type) {
    case 'connect': {
      running.connect(message.url);
      return;
    }
    case 'retry': {
      running.retry();
      return;
    }
    case 'send': {
      running.send(message.message);
      return;
    }
    case 'visible': {
      running.setVisible(message.visible);
      return;
    }
    case 'snapshot':
      return void answer(message.id, () => running.painter.read(message.crop, message.maxWidth));
    case 'png':
      return void answer(message.id, () => running.painter.png());
    case 'grab':
      return void answer(message.id, () => running.painter.grab(message.count, message.crop));
  }
}

scope.onmessage = (event: MessageEvent<ToWorker>) => receive(event.data);
