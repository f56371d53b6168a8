import { isDeepStrictEqual } from 'node:util';
import type { StreamEntry } from '../config/stream-entries.js';
import type { Logger } from '../core/logger.js';
import { rememberSecret } from '../core/secrets.js';
import { streamJob } from '../library.js';
import type { NightStream } from '../pipeline/main/night-stream.js';
import { WorkerStream } from '../pipeline/main/worker-stream.js';
import { CLOSE_CODES } from '../stream/protocol.js';

/** Where a stream is defined. Earlier ones win a name. */
export const ORIGINS = ['command line', 'config file', 'api'] as const;

/** One of {@link ORIGINS}. */
export type Origin = (typeof ORIGINS)[number];

/** An entry and where it is defined. */
export interface DefinedStream {
  readonly entry: StreamEntry;
  readonly origin: Origin;
}

/** What a {@link ManagedStream} is given beside its definition. */
export interface ManagedStreamOptions {
  readonly logger: Logger;
  /** Called with each stream that starts: with the first, and where one that was over is started again. */
  readonly onStarted: (stream: NightStream) => void;
}

/** A defined stream and what runs for it. */
export class ManagedStream {
  readonly #options: ManagedStreamOptions;
  #defined: DefinedStream;
  #stream: WorkerStream;
  #isClosed = false;

  /** Starts it. Throws NocturneError for settings that do not go together. */
  constructor(defined: DefinedStream, options: ManagedStreamOptions) {
    this.#options = options;
    this.#defined = defined;
    this.#stream = this.#start();
  }

  get defined(): DefinedStream {
    return this.#defined;
  }

  get stream(): WorkerStream {
    return this.#stream;
  }

  /** Takes another definition; viewers stay, unless they need another token now. Does nothing once closed. Throws NocturneError before anything has changed. */
  async redefine(defined: DefinedStream): Promise<void> {
    const before = this.#defined.entry;
    const { entry } = defined;
    const { settings, options } = jobOf(entry, this.#options.logger);
    if (this.#isClosed) return;
    this.#defined = defined;
    rememberSecrets(entry);
    if (entry.token !== before.token || entry.controlToken !== before.controlToken) {
      this.#stream.live.closeViewers(CLOSE_CODES.SHUTDOWN, 'the token has changed');
    }
    if (isDeepStrictEqual([before.input, before.settings], [entry.input, entry.settings])) return;
    if (this.#isOver) await this.#replace();
    else await this.#stream.reconfigure(settings, options);
  }

  /** Opens everything again, also where the stream was over; nothing once closed. */
  async restart(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#isOver) await this.#replace();
    else await this.#stream.restart();
  }

  /** Ends it for good. Never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stream.close();
  }

  get #isOver(): boolean {
    const { state } = this.#stream.live;
    return state === 'ended' || state === 'failed';
  }

  async #replace(): Promise<void> {
    await this.#stream.close();
    if (this.#isClosed) return;
    this.#stream = this.#start();
  }

  #start(): WorkerStream {
    const { settings, options } = jobOf(this.#defined.entry, this.#options.logger);
    rememberSecrets(this.#defined.entry);
    const stream = new WorkerStream(settings, options);
    this.#options.onStarted(stream);
    return stream;
  }
}

/** What the pipeline runs for an entry. Throws NocturneError CONFIG_INVALID for settings that do not go together. */
export function jobOf({ name, input, settings }: StreamEntry, logger: Logger): ReturnType<typeof streamJob> {
  return streamJob(input, { ...settings, name, logger });
}

/** Remembers what logs mask: for streams that run only, so that a refused request masks nothing. */
function rememberSecrets({ input, token, controlToken }: StreamEntry): void {
  for (const secret of [token, controlToken, ...passwordsOf(input)]) if (secret !== undefined) rememberSecret(secret);
}

/** The password of an address, as it stands there and decoded. */
function passwordsOf(input: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#:@]*:([^/?#]*)@/i.exec(input)?.[1];
  if (password === undefined) return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password]; // a % of its own
  }
}
