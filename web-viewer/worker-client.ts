import type { ClientMessage } from '../src/stream/protocol.js';
import type { Crop, FromWorker, GrabbedFrame, Pixels, ToWorker } from './worker-messages.js';

type Told = Exclude<FromWorker, { type: 'answer' | 'failure' }>;
/** A request without the id that the client gives it. */
type Request = Extract<ToWorker, { id: number }> extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

/** The page's end of the decode worker: tells it, asks it, hears from it. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #asked = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>();
  #nextId = 1;
  #hasStarted = false;

  /** @param onTold what the worker says unasked. @param onBroken the worker could not load or threw. */
  constructor(onTold: (message: Told) => void, onBroken: (message: string) => void) {
    this.#worker = new Worker(new URL('./decode-worker.js', import.meta.url), { type: 'module', name: 'decode' });
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => {
      const message = event.data;
      if (message.type !== 'answer' && message.type !== 'failure') {
        onTold(message);
        return;
      }
      const asked = this.#asked.get(message.id);
      this.#asked.delete(message.id);
      if (message.type === 'answer') asked?.resolve(message.value);
      else asked?.reject(new Error(message.message));
    };
    this.#worker.onerror = (event) => onBroken(event.message || 'The decode worker could not be loaded.');
  }

  /** Opens a stream; the first call gives the canvas away. */
  connect(canvas: HTMLCanvasElement, url: string): void {
    if (this.#hasStarted) {
      this.#tell({ type: 'connect', url });
      return;
    }
    this.#hasStarted = true;
    const offscreen = canvas.transferControlToOffscreen();
    this.#tell({ type: 'start', canvas: offscreen, url }, [offscreen]);
  }

  retry(): void {
    this.#tell({ type: 'retry' });
  }

  send(message: ClientMessage): void {
    this.#tell({ type: 'send', message });
  }

  setVisible(visible: boolean): void {
    this.#tell({ type: 'visible', visible });
  }

  async snapshot(crop: Crop, maxWidth: number): Promise<Pixels> {
    return (await this.#ask({ type: 'snapshot', crop, maxWidth })) as Pixels; // the worker answers 'snapshot' with Pixels
  }

  async grab(count: number, crop: Crop): Promise<GrabbedFrame[]> {
    return (await this.#ask({ type: 'grab', count, crop })) as GrabbedFrame[]; // the worker answers 'grab' with these
  }

  async png(): Promise<Blob> {
    return (await this.#ask({ type: 'png' })) as Blob; // the worker answers 'png' with a Blob
  }

  #tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async #ask(request: Request): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#tell({ ...request, id });
    });
  }
}
