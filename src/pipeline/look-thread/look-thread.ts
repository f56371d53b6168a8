import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { deserializeError } from '../../core/errors.js';
import { silentLogger } from '../../core/logger.js';
import type { Thumbnail } from '../../image/thumbnail.js';
import type { ModelCard } from '../../infer/model-card.js';
import type { OpenGeneratorOptions } from '../../infer/open-generator.js';
import { disableOrtTelemetry } from '../../infer/ort-runtime.js';
import type { MadeLook } from './look-maker.js';
import {
  createSlot,
  slotViews,
  NO_COUNTS,
  type SlotViews,
  type LookCounts,
  type LookThreadData,
} from '../look-thread-messages.js';
import { LookThreadHandle } from './look-thread-worker.js';

/** Looks that may be in the making at once: one on the thread, one that waits for it. */
export const LOOKS_AHEAD = 2;

/** Milliseconds that a thread may take to end when it is told to; then it is ended. */
const CLOSE_WITHIN_MS = 5000;

/** Makes the steady looks of one stream while its caller does something else. */
export interface LookThread extends AsyncDisposable {
  readonly card: ModelCard;
  /** The device the generator runs on, as a person reads it: `cpu`, `webgpu`. */
  readonly device: string;
  /** So far; see there. */
  readonly counts: LookCounts;
  /**
   * As `LookMaker.make`. Copies the thumbnail before it returns. {@link LOOKS_AHEAD} calls may be open at once and are
   * answered in their order. The look that it lends is valid until as many calls more, and one.
   * Throws as any generator does, and NocturneError WORKER_DIED when the thread is gone.
   */
  make(thumbnail: Thumbnail, smoothing: number): Promise<MadeLook>;
  /** Lets the looks in the making be finished, then ends the thread. Idempotent, never throws. */
  close(): Promise<void>;
}

/** Compiled entry of the thread: the same file from src/ under test and from dist/. */
const THREAD_ENTRY = fileURLToPath(new URL('../../../dist/pipeline/look-thread/look-thread-entry.js', import.meta.url));

/** Opens a generator, as `openGenerator` does and with its failures, and a steadier on a thread of their own. */
export async function openLookThread(options: OpenGeneratorOptions): Promise<LookThread> {
  const { logger = silentLogger, ...plain } = options;
  const slots = Array.from({ length: LOOKS_AHEAD + 1 }, createSlot);
  disableOrtTelemetry();
  const worker = new Worker(THREAD_ENTRY, { workerData: { options: plain, slots } satisfies LookThreadData });
  const thread = new LookThreadHandle(worker, logger);
  const opened = await thread.answer();
  if (opened.type === 'opened') return new SlotLookThread(thread, slots.map(slotViews), opened);
  await thread.exited;
  throw opened.type === 'failed' ? deserializeError(opened.error) : new TypeError('no look was asked for');
}

/** Lays thumbnails on desks that it shares with the thread, one after another, and finds looks there: one more than are in the making. */
class SlotLookThread implements LookThread {
  readonly card: ModelCard;
  readonly device: string;
  readonly #thread: LookThreadHandle;
  readonly #desks: readonly SlotViews[];
  #asked = 0;
  #counts = NO_COUNTS;
  #closing: Promise<void> | undefined;

  constructor(
    thread: LookThreadHandle,
    desks: readonly SlotViews[],
    opened: { readonly card: ModelCard; readonly device: string },
  ) {
    this.#thread = thread;
    this.#desks = desks;
    this.card = opened.card;
    this.device = opened.device;
  }

  get counts(): LookCounts {
    return this.#counts;
  }

  async make({ data, pts, discontinuity }: Thumbnail, smoothing: number): Promise<MadeLook> {
    if (this.#closing) throw new TypeError('make needs an open thread, got a closed one');
    const index = this.#asked % this.#desks.length;
    const desk = this.#desks[index];
    if (!desk || this.#thread.open >= LOOKS_AHEAD) {
      throw new RangeError(`at most ${LOOKS_AHEAD} looks may be in the making, got one more`);
    }
    this.#asked++;
    desk.day.set(data);
    this.#thread.post({ type: 'make', desk: index, pts, discontinuity, smoothing });
    const answer = await this.#thread.answer();
    if (answer.type === 'opened') throw new TypeError('a thread is opened once');
    this.#counts = answer.counts;
    if (answer.type === 'failed') throw deserializeError(answer.error);
    return { look: desk.look, lookMs: answer.lookMs, steadyMs: answer.steadyMs };
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
