import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DEFAULT_CONTROLS, lightingOf, type LightingControls } from '../../core/controls.js';
import { deserializeError, NocturneError, type SerializedError } from '../../core/errors.js';
import { silentLogger, type Logger } from '../../core/logger.js';
import type { Thumbnail } from '../../image/thumbnail.js';
import type { ModelCard } from '../../infer/model-card.js';
import type { Placement } from '../../infer/network-session.js';
import type { GrainSigma } from '../../look/grain-sigma.js';
import { disableOrtTelemetry } from '../../infer/ort-runtime.js';
import {
  createSlot,
  NO_COUNTS,
  slotViews,
  type FromLookThread,
  type GeneratorDescription,
  type LookCounts,
  type LookResult,
  type LookThreadData,
  type LookThreadOptions,
  type ToLookThread,
} from '../look-thread-messages.js';

/** Looks that may be pending at once: one in the making, one queued behind it. */
export const MAX_PENDING_LOOKS = 2;

/** How long a thread may take to end by itself after `close`, milliseconds; then it is terminated. */
const CLOSE_TIMEOUT_MS = 5000;

/** Makes the steady looks of one stream while its caller does something else. */
export interface LookThread extends AsyncDisposable {
  readonly card: ModelCard;
  /** `Generator.placement`. */
  readonly placement: Placement | undefined;
  /** `Generator.wantsDetail`. */
  readonly wantsDetail: boolean;
  /** `Generator.lightsRoad`. */
  readonly lightsRoad: boolean;
  /** `Generator.grain`. */
  readonly grain: GrainSigma | undefined;
  /** So far. */
  readonly counts: LookCounts;
  /**
   * The look for the next frame of the stream. Copies the thumbnail, and its detail, before it returns. {@link MAX_PENDING_LOOKS} calls may
   * be pending; they resolve in order. The look is lent until {@link MAX_PENDING_LOOKS} + 1 further calls.
   * Throws as the generator does, and NocturneError WORKER_DIED when the thread is gone.
   * @param smoothing 0 gives every frame a look of its own, 1 is steadiest.
   * @param lighting default: that of {@link DEFAULT_CONTROLS}.
   */
  make(thumbnail: Thumbnail, smoothing: number, lighting?: LightingControls): Promise<LookResult>;
  /**
   * Opens another generator and makes looks with it from then on; the steadier fades from the one to the other. Throws as `openGenerator` does:
   * the generator before is then still in place.
   */
  change(options: LookThreadOptions): Promise<void>;
  /** Finishes the pending looks, then ends the thread. Idempotent, never throws. */
  close(): Promise<void>;
}

/** Compiled entry of the thread, from src/ under test and from dist/ alike. */
const THREAD_ENTRY = fileURLToPath(new URL('../../../dist/pipeline/look-thread/look-thread-entry.js', import.meta.url));

/** Opens a generator and a steadier on a thread of their own. Throws as `openGenerator` does. */
export async function openLookThread(options: LookThreadOptions & { readonly logger?: Logger }): Promise<LookThread> {
  const { logger = silentLogger, ...generator } = options;
  const slots = Array.from({ length: MAX_PENDING_LOOKS + 1 }, createSlot);
  disableOrtTelemetry();
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'; // TensorFlow reads it outside the thread
  const worker = new Worker(THREAD_ENTRY, { workerData: { options: generator, slots } satisfies LookThreadData });
  const channel = new LookThreadChannel(worker, logger);
  const opened = await channel.receive();
  if (opened.type === 'opened') return new LookThreadHandle(channel, slots, opened);
  await channel.exited;
  throw opened.type === 'failed' ? deserializeError(opened.error) : new TypeError('no look was requested');
}

/** The worker's handle of a look thread. Thumbnails and looks cross in shared slots, used in rotation. */
class LookThreadHandle implements LookThread {
  readonly #channel: LookThreadChannel;
  readonly #slots;
  #description: GeneratorDescription;
  #requests = 0;
  #counts = NO_COUNTS;
  #closing: Promise<void> | undefined;

  constructor(channel: LookThreadChannel, slots: readonly SharedArrayBuffer[], description: GeneratorDescription) {
    this.#channel = channel;
    this.#slots = slots.map(slotViews);
    this.#description = description;
    channel.onDescribed = (changed) => {
      this.#description = changed;
    };
  }

  get card(): ModelCard {
    return this.#description.card;
  }

  get placement(): Placement | undefined {
    return this.#description.placement;
  }

  get wantsDetail(): boolean {
    return this.#description.wantsDetail;
  }

  get lightsRoad(): boolean {
    return this.#description.lightsRoad;
  }

  get grain(): GrainSigma | undefined {
    return this.#description.grain;
  }

  get counts(): LookCounts {
    return this.#counts;
  }

  async make(
    { data, pts, discontinuity, detail }: Thumbnail,
    smoothing: number,
    lighting: LightingControls = lightingOf(DEFAULT_CONTROLS),
  ): Promise<LookResult> {
    if (this.#closing) throw new TypeError('make needs an open thread, got a closed one');
    const index = this.#requests % this.#slots.length;
    const slot = this.#slots[index];
    if (!slot || this.#channel.pending >= MAX_PENDING_LOOKS) {
      throw new RangeError(`at most ${MAX_PENDING_LOOKS} looks may be pending, got one more`);
    }
    this.#requests++;
    slot.thumbnail.set(data);
    if (detail) slot.detail.set(detail);
    const hasDetail = detail !== undefined;
    this.#channel.post({ type: 'make', slot: index, pts, discontinuity, hasDetail, smoothing, lighting });
    const answer = await this.#channel.receive();
    if (answer.type === 'opened') throw new TypeError('a thread opens once');
    this.#counts = answer.counts;
    if (answer.type === 'failed') throw deserializeError(answer.error);
    return { look: slot.look, lookMs: answer.lookMs, steadyMs: answer.steadyMs, runs: answer.runs };
  }

  async change(options: LookThreadOptions): Promise<void> {
    if (this.#closing) throw new TypeError('change needs an open thread, got a closed one');
    const error = await this.#channel.change(options);
    if (error) throw deserializeError(error);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#channel.post({ type: 'close' });
    await this.#channel.end(CLOSE_TIMEOUT_MS);
  }
}

/** What answers a request; log lines go to the logger. */
type Answer = Exclude<FromLookThread, { type: 'log' | 'described' | 'changed' }>;

/** Requests to a look thread and its answers, in order. Exported for tests of threads that die. */
export class LookThreadChannel {
  /** Resolves when the thread is gone, whatever ended it. */
  readonly exited: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting: { resolve(answer: Answer): void; reject(error: NocturneError): void }[] = [];
  readonly #changes: { resolve(error: SerializedError | undefined): void; reject(error: NocturneError): void }[] = [];
  /** Called when another generator makes the looks. */
  onDescribed: (description: GeneratorDescription) => void = () => undefined;
  #failure: NocturneError | undefined;

  /** Takes the worker. Its first answer reports whether it opened. */
  constructor(worker: Worker, logger: Logger) {
    this.#worker = worker;
    let thrown: unknown;
    worker.on('error', (error) => {
      thrown = error;
    });
    worker.on('message', (message: FromLookThread) => {
      if (message.type === 'log') logger[message.level](message.fields, message.message);
      else if (message.type === 'described') this.onDescribed(message);
      else if (message.type === 'changed') this.#changes.shift()?.resolve(message.error);
      else this.#waiting.shift()?.resolve(message);
    });
    this.exited = new Promise((resolve) => {
      worker.once('exit', (exitCode) => {
        this.#failure = threadDied(thrown instanceof Error ? thrown.message : `exit code ${exitCode}`, thrown);
        for (const waiter of [...this.#waiting.splice(0), ...this.#changes.splice(0)]) waiter.reject(this.#failure);
        resolve();
      });
    });
  }

  /** Requests without an answer yet. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** Sends a message; a thread that is gone ignores it. */
  post(message: ToLookThread): void {
    this.#worker.postMessage(message);
  }

  /** The answer to the oldest request that nobody awaits yet. Rejects with WORKER_DIED when the thread is gone. */
  receive(): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** Requests another generator. Resolves with the reason where it is refused; rejects with WORKER_DIED when the thread is gone. */
  change(options: LookThreadOptions): Promise<SerializedError | undefined> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.post({ type: 'change', options });
    return new Promise((resolve, reject) => {
      this.#changes.push({ resolve, reject });
    });
  }

  /** Waits for the thread to end by itself, and terminates it after `timeoutMs`. */
  async end(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => void this.#worker.terminate(), timeoutMs);
    await this.exited;
    clearTimeout(timer);
  }
}

function threadDied(how: string, cause: unknown): NocturneError {
  const message = `the generator's thread ended unexpectedly: ${how}.`;
  return new NocturneError({ code: 'WORKER_DIED', stage: 'infer', message, cause });
}
