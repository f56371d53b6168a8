import type { ClientMessage } from '../src/stream/protocol.js';
import type { PlaybackClient, PlaybackEvent } from './playback-client.js';
import type { Crop, WorkerMessage, GrabbedFrame, Pixels, WorkerCommand } from './worker-messages.js';

/** A request without its id, which the client assigns. */
type Request =
  Extract<WorkerCommand, { id: number }> extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

/** The page's side of the decode worker: sends messages and requests, receives events. */
export class WorkerClient implements PlaybackClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>();
  #nextId = 1;
  #hasStarted = false;

  readonly #canvas: HTMLCanvasElement;

  /**
   * Takes the canvas, once it connects. @param onEvent receives what is not a response. @param onCrash the worker failed to load or
   * threw.
   */
  constructor(
    canvas: HTMLCanvasElement,
    onEvent: (message: PlaybackEvent) => void,
    onCrash: (message: string) => void,
  ) {
    this.#canvas = canvas;
    this.#worker = new Worker(new URL('./decode-worker.js', import.meta.url), { type: 'module', name: 'decode' });
    this.#worker.onmessage = (event: MessageEvent<WorkerMessage>) => {
      const message = event.data;
      if (message.type !== 'response' && message.type !== 'error') {
        onEvent(message);
        return;
      }
      const request = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.type === 'response') request?.resolve(message.value);
      else request?.reject(new Error(message.message));
    };
    this.#worker.onerror = (event) => onCrash(event.message || 'The decode worker did not load.');
  }

  /** Opens a stream; the first call transfers the canvas to the worker. */
  connect(url: string): void {
    if (this.#hasStarted) {
      this.#post({ type: 'connect', url });
      return;
    }
    this.#hasStarted = true;
    const offscreen = this.#canvas.transferControlToOffscreen();
    this.#post({ type: 'start', canvas: offscreen, url }, [offscreen]);
  }

  retry(): void {
    this.#post({ type: 'retry' });
  }

  send(message: ClientMessage): void {
    this.#post({ type: 'send', message });
  }

  setVisible(isVisible: boolean): void {
    this.#post({ type: 'visible', isVisible });
  }

  close(): void {
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(new Error('the player was closed'));
    this.#pending.clear();
  }

  async snapshot(crop: Crop, maxWidth: number): Promise<Pixels> {
    return (await this.#request({ type: 'snapshot', crop, maxWidth })) as Pixels; // the worker's response to 'snapshot'
  }

  async grab(count: number, crop: Crop): Promise<GrabbedFrame[]> {
    return (await this.#request({ type: 'grab', count, crop })) as GrabbedFrame[]; // the worker's response to 'grab'
  }

  async png(): Promise<Blob> {
    return (await this.#request({ type: 'png' })) as Blob; // the worker's response to 'png'
  }

  #post(message: WorkerCommand, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async #request(request: Request): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#post({ ...request, id });
    });
  }
}
