import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { deserializeError } from '../core/errors.js';
import { silentLogger } from '../core/logger.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { GuardedGenerator } from './fallback-generator.js';
import { GeneratorThread } from './generator-thread.js';
import type { Look } from './look.js';
import type { ModelCard } from './model-card.js';
import type { OpenGeneratorOptions } from './open-generator.js';
import { createDesk, deskViews, type DeskViews, type ThreadSetup } from './thread-messages.js';

/** Looks that may be in the making at once: one on the thread, one that waits for it. */
export const LOOKS_AHEAD = 2;

/** Milliseconds that a thread may take to end when it is told to; then it is ended. */
const CLOSE_WITHIN_MS = 5000;

/** A look and how long it took. */
export interface TimedLook extends Look {
  /** Milliseconds on the generator's thread, without the wait for its turn. */
  readonly tookMs: number;
}

/** A generator that works while its caller does something else. */
export interface ThreadedGenerator extends GuardedGenerator {
  /**
   * The look for one frame. Copies the thumbnail before it returns. {@link LOOKS_AHEAD} calls may be open at once and are
   * answered in their order. Lends the look: it is valid until the second next call.
   * Throws as any generator does, and NocturneError WORKER_DIED when the thread is gone.
   */
  translate(thumbnail: Thumbnail, signal?: AbortSignal): Promise<TimedLook>;
  /** Lets the looks in the making be finished, then ends the thread. Idempotent, never throws. */
  close(): Promise<void>;
}

/** Compiled entry of the thread: the same file from src/ under test and from dist/. */
const THREAD_ENTRY = fileURLToPath(new URL('../../dist/infer/thread-entry.js', import.meta.url));

/** Opens a generator, as `openGenerator` does and with its failures, on a thread of its own. */
export async function openThreadedGenerator(options: OpenGeneratorOptions): Promise<ThreadedGenerator> {
  const { logger = silentLogger, ...plain } = options;
  const desks = Array.from({ length: LOOKS_AHEAD }, createDesk);
  const worker = new Worker(THREAD_ENTRY, { workerData: { options: plain, desks } satisfies ThreadSetup });
  const thread = new GeneratorThread(worker, logger);
  const opened = await thread.answer();
  if (opened.type === 'opened') return new DeskGenerator(thread, desks.map(deskViews), opened);
  await thread.exited;
  throw opened.type === 'failed' ? deserializeError(opened.error) : new TypeError('no look was asked for');
}

/** Lays thumbnails on desks that it shares with the thread, one after another, and finds looks there. */
class DeskGenerator implements ThreadedGenerator {
  readonly card: ModelCard;
  readonly device: string;
  readonly #thread: GeneratorThread;
  readonly #desks: readonly DeskViews[];
  #asked = 0;
  #fallbacks = 0;
  #closing: Promise<void> | undefined;

  constructor(thread: GeneratorThread, desks: readonly DeskViews[], opened: { card: ModelCard; device: string }) {
    this.#thread = thread;
    this.#desks = desks;
    this.card = opened.card;
    this.device = opened.device;
  }

  get fallbacks(): number {
    return this.#fallbacks;
  }

  async translate({ data, pts, discontinuity }: Thumbnail): Promise<TimedLook> {
    if (this.#closing) throw new TypeError('translate needs an open generator, got a closed one');
    const index = this.#asked % this.#desks.length;
    const desk = this.#desks[index];
    if (!desk || this.#thread.open >= this.#desks.length) {
      throw new RangeError(`at most ${this.#desks.length} looks may be in the making, got one more`);
    }
    this.#asked++;
    desk.day.set(data);
    this.#thread.post({ type: 'translate', desk: index, pts, discontinuity });
    const answer = await this.#thread.answer();
    if (answer.type === 'opened') throw new TypeError('a generator is opened once');
    this.#fallbacks = answer.fallbacks;
    if (answer.type === 'failed') throw deserializeError(answer.error);
    return { ...desk.look, tookMs: answer.tookMs };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#thread.post({ type: 'close' });
    await this.#thread.end(CLOSE_WITHIN_MS);
  }
}
