import { AVERROR_EXIT, AVSEEK_FLAG_BACKWARD, AV_NOPTS_VALUE } from 'node-av/constants';
import { FormatContext } from 'node-av/lib';
import type { Packet as AvPacket } from 'node-av/lib';
import { abortedError, NocturneError } from '../core/errors.js';
import type { ErrorCode } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';
import { fromSeconds } from '../core/time.js';
import { checkStatus } from '../encode/av-error.js';
import { inputFailure } from './output-error.js';

/** What {@link CopiedInput.open} takes. */
export interface CopiedInputOptions {
  /** File or address. */
  readonly path: string;
  /** Ends every wait at once when it aborts. */
  readonly signal: AbortSignal | undefined;
  /** An address has this long to open, and to give each packet, milliseconds; default 10 000. */
  readonly patienceMs: number | undefined;
}

const PATIENCE_MS = 10_000;

/** An input opened a second time, for what is copied from it. No wait for it is without an end. One call at a time. */
export class CopiedInput {
  readonly context = new FormatContext();
  readonly #options: CopiedInputOptions;
  readonly #isNetwork: boolean;
  readonly #patienceMs: number;
  readonly #onAbort = (): void => this.#interrupt('aborted');
  #pending: Promise<unknown> = Promise.resolve();
  #ending: 'closed' | 'aborted' | 'silent' | undefined;
  #isFreed = false;

  private constructor(options: CopiedInputOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#isNetwork = options.path.includes('://');
    this.context.allocContext();
    // A playlist that comes from the network must not read local files.
    const protocols = this.#isNetwork ? 'http,https,tls,tcp,udp,rtp,crypto,data' : 'file,crypto';
    this.context.setOption('protocol_whitelist', protocols);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal?.aborted) this.#onAbort();
  }

  /** Opens it and finds its streams. Throws NocturneError. */
  static async open(options: CopiedInputOptions): Promise<CopiedInput> {
    const input = new CopiedInput(options);
    try {
      await input.#await(() => input.#openContext());
      return input;
    } catch (error) {
      await input.close();
      throw error instanceof NocturneError ? error : inputFailure(options.path, error);
    }
  }

  /** The next packet: 0, or libav's negative code, at the end and once closed. Throws NocturneError when it was interrupted. */
  async read(packet: AvPacket): Promise<number> {
    return this.#await(() => this.context.readFrame(packet));
  }

  /** Goes to the last point at or before `startS` seconds from the input's start. A format that cannot seek stays where it is. */
  async seek(startS: number): Promise<void> {
    const { startTime } = this.context;
    const start = startTime === AV_NOPTS_VALUE ? 0n : startTime;
    await this.#await(() => this.context.seekFrame(-1, start + BigInt(fromSeconds(startS)), AVSEEK_FLAG_BACKWARD));
  }

  /** Ends what is in flight, at once, and every read after it: the input is as if at its end. */
  stop(): void {
    this.#interrupt('closed');
  }

  /** Stops, waits for what is in flight, frees everything. Idempotent, never throws. */
  async close(): Promise<void> {
    this.stop();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    await this.#pending.catch(() => undefined);
    if (this.#isFreed) return;
    this.#isFreed = true;
    await this.context.closeInput().catch(() => undefined);
  }

  async #openContext(): Promise<number> {
    checkStatus(await this.context.openInput(this.#options.path, null, null), 'open it');
    return checkStatus(await this.context.findStreamInfo(null), 'read it');
  }

  #interrupt(ending: 'closed' | 'aborted' | 'silent'): void {
    this.#ending ??= ending;
    this.context.interrupt();
  }

  async #await(operation: () => Promise<number>): Promise<number> {
    const ended = this.#ended();
    if (ended !== undefined) return ended;
    let isWaiting = true;
    // Looks once more after what has come is handled: a busy thread is not a silent sender.
    const onPatienceOver = (): unknown => setImmediate(() => isWaiting && this.#interrupt('silent'));
    const timer = this.#isNetwork ? setTimeout(onPatienceOver, this.#patienceMs) : undefined;
    try {
      const pending = operation();
      this.#pending = pending;
      const status = await pending;
      return status < 0 ? (this.#ended() ?? status) : status;
    } catch (error) {
      this.#ended();
      throw error;
    } finally {
      isWaiting = false;
      clearTimeout(timer);
    }
  }

  /** A status once it was closed; throws when it was interrupted otherwise. */
  #ended(): number | undefined {
    const shown = maskUrl(this.#options.path);
    switch (this.#ending) {
      case undefined:
        return undefined;
      case 'closed':
        return AVERROR_EXIT;
      case 'aborted':
        throw abortedError(`the sound of ${shown} was copied`, 'output');
      case 'silent':
        throw failure(
          'INPUT_LOST',
          `Cannot copy sound from ${shown}: nothing came for ${this.#patienceMs / 1000} s.`,
          'Check the connection and start it again.',
        );
    }
  }
}

function failure(code: ErrorCode, message: string, remedy?: string): NocturneError {
  return new NocturneError({ code, stage: 'output', message, ...(remedy === undefined ? {} : { remedy }) });
}
