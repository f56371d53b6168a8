import { deserializeError, NocturneError, type SerializedError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { GeneratorChange, GeneratorChoice } from '../../stream/live-stream.js';
import type { GeneratorAddress, ModelSettings, StreamSettings } from '../stream-settings.js';
import type { ToWorker } from '../worker-messages.js';
import { generatorHost, type GeneratorLease } from './generator-lease.js';
import { GeneratorMenu } from './generator-menu.js';
import { usesGeneratorProcess } from './uses-generator-process.js';

/** What a {@link GeneratorChanger} needs of its stream. */
export interface GeneratorChangerOptions {
  readonly logger: Logger;
  /** Sends a message to the worker. */
  readonly post: (message: ToWorker) => void;
  /** True while the worker makes nights. */
  readonly isOpen: () => boolean;
}

/** The generator of one stream, in the main process: which it is, where it runs, and its changes. */
export class GeneratorChanger {
  readonly #settings: StreamSettings;
  readonly #options: GeneratorChangerOptions;
  readonly #menu: GeneratorMenu;
  #model: ModelSettings;
  #lease: GeneratorLease | undefined;
  #pending: { resolve(): void; reject(error: NocturneError): void } | undefined;
  #isClosed = false;

  constructor(settings: StreamSettings, options: GeneratorChangerOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#menu = new GeneratorMenu(settings);
    this.#model = settings.model;
    this.#lease = this.#leaseFor(settings.model);
  }

  /** The generator that a new worker opens. */
  get model(): ModelSettings {
    return this.#model;
  }

  /** Where a new worker reaches the generator process; undefined: it runs the network itself. */
  get share(): GeneratorAddress | undefined {
    return this.#lease?.address;
  }

  /** Process id of the generator process; undefined when the worker runs the network itself. */
  get pid(): number | undefined {
    return this.#lease?.pid;
  }

  get choice(): GeneratorChoice {
    const { generator, style, like = [] } = this.#model;
    const { generators, styles } = this.#menu;
    return { generator, style, likePhotos: like.length, generators, styles };
  }

  /** As `LiveStream.changeGenerator`. */
  async change(change: Partial<GeneratorChange>): Promise<void> {
    this.#menu.check(change);
    if (this.#pending) throw refused('another change is being made.', 'Wait until it is.');
    if (this.#isClosed || !this.#options.isOpen()) throw refused('the stream is not live.', 'Wait until it is.');
    const { generator = this.#model.generator, style = this.#model.style } = change;
    const like = change.like && change.like.length > 0 ? change.like : undefined; // another generator or style ends it
    const model = { ...this.#model, generator, style, like };
    const lease = this.#leaseFor(model);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending = { resolve, reject };
        this.#options.post({ type: 'generator', change: { generator, style, like }, share: lease?.address });
      });
    } catch (error) {
      await lease?.release();
      throw error;
    }
    const before = this.#lease;
    this.#model = model;
    this.#lease = lease;
    await before?.release();
  }

  /** Call with the worker's answer. */
  onAnswer(error: SerializedError | undefined): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (error) pending?.reject(deserializeError(error));
    else pending?.resolve();
  }

  /** Call when the worker is gone: it answers no more. */
  onWorkerGone(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(refused('the worker ended while it changed.', 'Try again once the stream is live.'));
  }

  /** Leaves the generator process. Idempotent, never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.onWorkerGone();
    await this.#lease?.release();
  }

  #leaseFor(model: ModelSettings): GeneratorLease | undefined {
    const { share, batch } = this.#settings;
    return usesGeneratorProcess(model, share)
      ? generatorHost.lease({ batch, logger: this.#options.logger })
      : undefined;
  }
}

/** @param why a clause with full stop. */
function refused(why: string, remedy: string): NocturneError {
  const message = `the generator was not changed: ${why}`;
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'pipeline', message, remedy, fatal: false });
}
