import { AVERROR_EXIT, AVSEEK_FLAG_BACKWARD, AV_NOPTS_VALUE } from 'node-av/constants';
import { Dictionary, FormatContext, Packet as AvPacket } from 'node-av/lib';
import { abortedError, NocturneError } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';
import { playlistOptions } from '../core/playlist.js';
import { fromSeconds } from '../core/time.js';
import { checkStatus } from '../encode/av-error.js';
import { inputFailure } from './output-error.js';

/** Options of {@link StreamCopyInput.open}. */
export interface StreamCopyInputOptions {
  /** File or address. */
  readonly path: string;
  /** Aborts every wait. */
  readonly signal: AbortSignal | undefined;
  /** Timeout of an address for opening and for each packet, milliseconds; default 10 000. */
  readonly timeoutMs: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** How much of an input {@link StreamCopyInput.peek} reads: a stream may be announced and have no packet. */
const MAX_PEEKED_BYTES = 16 << 20;

/** Why every further call fails. */
type EndReason = 'closed' | 'aborted' | 'timeout';

/** An input opened a second time, for stream copy. Every wait has a timeout. One call at a time. */
export class StreamCopyInput {
  readonly context = new FormatContext();
  readonly #options: StreamCopyInputOptions;
  readonly #isNetwork: boolean;
  readonly #timeoutMs: number;
  readonly #onAbort = (): void => this.#interrupt('aborted');
  #pending: Promise<unknown> = Promise.resolve();
  #endReason: EndReason | undefined;
  #isFreed = false;
  /** Packets that {@link peek} has read, for {@link read}. */
  readonly #peeked: AvPacket[] = [];

  private constructor(options: StreamCopyInputOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#isNetwork = options.path.includes('://');
    this.context.allocContext();
    // A playlist from the network must not read local files.
    const protocols = this.#isNetwork ? 'http,https,tls,tcp,udp,rtp,crypto,data' : 'file,crypto';
    this.context.setOption('protocol_whitelist', protocols);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal?.aborted) this.#onAbort();
  }

  /** Opens the input and finds its streams. Throws NocturneError. */
  static async open(options: StreamCopyInputOptions): Promise<StreamCopyInput> {
    const input = new StreamCopyInput(options);
    try {
      await input.#await(() => input.#openContext());
      return input;
    } catch (error) {
      await input.close();
      throw error instanceof NocturneError ? error : inputFailure(options.path, error);
    }
  }

  /** Reads the next packet. Returns 0, or libav's negative status at the end and after {@link stop}. Throws NocturneError on abort and timeout. */
  async read(packet: AvPacket): Promise<number> {
    const peeked = this.#endReason === undefined ? this.#peeked.shift() : undefined;
    if (peeked) {
      const status = packet.ref(peeked);
      peeked.free();
      return status;
    }
    return this.#await(() => this.context.readFrame(packet));
  }

  /**
   * Reads ahead until `count` packets of each of some streams are peeked, up to {@link MAX_PEEKED_BYTES} or the end. Every packet that
   * `isKept` is read again by {@link read}, and lent until then. Throws NocturneError on abort and timeout.
   */
  async peek(
    awaited: readonly { readonly index: number; readonly count: number }[],
    isKept: (stream: number) => boolean,
  ): Promise<readonly AvPacket[]> {
    const missing = new Map<number, number>();
    for (const { index, count } of awaited) {
      const left = count - this.#peeked.filter(({ streamIndex }) => streamIndex === index).length;
      if (left > 0) missing.set(index, left);
    }
    const packet = new AvPacket();
    packet.alloc();
    try {
      for (let bytes = 0; missing.size > 0 && bytes < MAX_PEEKED_BYTES; bytes += packet.size) {
        packet.unref();
        if ((await this.#await(() => this.context.readFrame(packet))) < 0) break; // the next read finds it again
        const { streamIndex } = packet;
        const left = (missing.get(streamIndex) ?? 1) - 1;
        if (left > 0) missing.set(streamIndex, left);
        else missing.delete(streamIndex);
        const copy = isKept(streamIndex) ? packet.clone() : null;
        if (copy) this.#peeked.push(copy);
      }
    } finally {
      packet.free();
    }
    return this.#peeked;
  }

  /** Seeks to the last keyframe at or before `startS` seconds from the input's start; does nothing in a format that cannot seek. */
  async seek(startS: number): Promise<void> {
    const { startTime } = this.context;
    const start = startTime === AV_NOPTS_VALUE ? 0n : startTime;
    await this.#await(() => this.context.seekFrame(-1, start + BigInt(fromSeconds(startS)), AVSEEK_FLAG_BACKWARD));
  }

  /** Ends the call in flight at once, and every later read, as at the end of the input. */
  stop(): void {
    this.#interrupt('closed');
  }

  /** Stops, waits for the call in flight, frees everything. Idempotent, never throws. */
  async close(): Promise<void> {
    this.stop();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    await this.#pending.catch(() => undefined);
    if (this.#isFreed) return;
    this.#isFreed = true;
    for (const packet of this.#peeked.splice(0)) packet.free();
    await this.context.closeInput().catch(() => undefined);
  }

  async #openContext(): Promise<number> {
    const { path } = this.#options;
    using dictionary = Dictionary.fromObject({ ...playlistOptions(path) });
    checkStatus(await this.context.openInput(path, null, dictionary), 'open the input');
    return checkStatus(await this.context.findStreamInfo(null), 'read the input');
  }

  #interrupt(reason: EndReason): void {
    this.#endReason ??= reason;
    this.context.interrupt();
  }

  async #await(operation: () => Promise<number>): Promise<number> {
    const ended = this.#endStatus();
    if (ended !== undefined) return ended;
    let isWaiting = true;
    // Checks again once the event loop has handled received data: a busy thread is not a silent sender.
    const onTimeout = (): unknown => setImmediate(() => isWaiting && this.#interrupt('timeout'));
    const timer = this.#isNetwork ? setTimeout(onTimeout, this.#timeoutMs) : undefined;
    try {
      const pending = operation();
      this.#pending = pending;
      const status = await pending;
      return status < 0 ? (this.#endStatus() ?? status) : status;
    } catch (error) {
      this.#endStatus();
      throw error;
    } finally {
      isWaiting = false;
      clearTimeout(timer);
    }
  }

  /** The status of every call after a close; undefined before the end. Throws NocturneError after an abort or a timeout. */
  #endStatus(): number | undefined {
    const url = maskUrl(this.#options.path);
    switch (this.#endReason) {
      case undefined:
        return undefined;
      case 'closed':
        return AVERROR_EXIT;
      case 'aborted':
        throw abortedError(`the audio of ${url} was copied`, 'output');
      case 'timeout':
        throw new NocturneError({
          code: 'INPUT_LOST',
          stage: 'output',
          message: `Cannot copy audio from ${url}: no data for ${this.#timeoutMs / 1000} s.`,
          remedy: 'Check the connection and try again.',
        });
    }
  }
}
