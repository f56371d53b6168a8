import type { SettingsSources } from '../config/resolve.js';
import { resolveSettings } from '../config/resolve.js';
import type { Settings } from '../config/settings.js';
import { readStreamEntry, type StreamEntry } from '../config/stream-entries.js';
import { NocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { redact } from '../core/secrets.js';
import type { NightStream } from '../pipeline/main/night-stream.js';
import type { StreamTokens } from '../stream/access-policy.js';
import type { LiveStream, StreamDirectory } from '../stream/live-stream.js';
import type { Definition } from './api-definition.js';
import { jobOf, ManagedStream, type DefinedStream, type Origin } from './managed-stream.js';

/** What defines the streams of a server, apart from its API. */
export interface Definitions {
  /** Flags, environment and top level of the config file. */
  readonly sources: SettingsSources;
  readonly commandLine: readonly StreamEntry[];
  readonly config: readonly StreamEntry[];
}

/** Options of a {@link StreamRegistry}. */
export interface StreamRegistryOptions {
  readonly definitions: Definitions;
  /** What the API has defined. */
  readonly api: ReadonlyMap<string, Definition>;
  readonly logger: Logger;
  /** Called with each stream that starts. */
  readonly onStarted: (stream: NightStream) => void;
}

/**
 * The streams of a server: what is defined on the command line, in the config file and by the API, and what runs for it. Of two with one name,
 * the command line's counts, then the config file's; the API's waits until the name is free. A stream that cannot run leaves the others alone.
 */
export class StreamRegistry implements StreamDirectory {
  readonly #options: StreamRegistryOptions;
  readonly #running = new Map<string, ManagedStream>();
  #definitions: Definitions;
  #api: ReadonlyMap<string, Definition>;
  #settings: Settings;
  #isClosed = false;

  constructor(options: StreamRegistryOptions) {
    this.#options = options;
    this.#definitions = options.definitions;
    this.#api = options.api;
    this.#settings = resolveSettings(options.definitions.sources);
  }

  /** The settings that stand for all streams. */
  get settings(): Settings {
    return this.#settings;
  }

  /** What the API has defined, also what waits for its name. */
  get api(): ReadonlyMap<string, Definition> {
    return this.#api;
  }

  get(name: string): LiveStream | undefined {
    return this.#running.get(name)?.stream.live;
  }

  values(): LiveStream[] {
    return [...this.#running.values()].map(({ stream }) => stream.live);
  }

  /** The running streams, in order. */
  get streams(): NightStream[] {
    return [...this.#running.values()].map(({ stream }) => stream);
  }

  managed(name: string): ManagedStream | undefined {
    return this.#running.get(name);
  }

  /** Secrets of the streams that have some of their own. */
  tokens(): StreamTokens[] {
    return [...this.#running.values()]
      .map(({ defined }) => defined.entry)
      .filter(({ token, controlToken }) => token !== undefined || controlToken !== undefined);
  }

  /** Viewers at a time, summed over all streams. */
  get maxViewers(): number {
    return [...this.#running.values()].reduce((sum, { defined }) => sum + defined.entry.settings.maxViewers, 0);
  }

  /** Starts everything. Throws NocturneError for a stream of the command line or the config file that has impossible settings; nothing runs then. */
  async start(): Promise<void> {
    this.check(this.#definitions);
    await this.#reconcile();
  }

  /** Checks definitions of the command line and the config file; changes nothing. Throws NocturneError CONFIG_INVALID. */
  check({ commandLine, config }: Definitions): void {
    for (const entry of [...commandLine, ...config]) jobOf(entry, this.#options.logger);
  }

  /** Takes other definitions, as a changed config file has them. Throws NocturneError before anything has changed. */
  async redefine(definitions: Definitions): Promise<void> {
    const settings = resolveSettings(definitions.sources);
    this.check(definitions);
    this.#definitions = definitions;
    this.#settings = settings;
    await this.#reconcile();
  }

  /** Takes other definitions of the API, which are checked. */
  async setApi(api: ReadonlyMap<string, Definition>): Promise<void> {
    this.#api = api;
    await this.#reconcile();
  }

  /** Checks a definition of the API. Throws NocturneError CONFIG_INVALID. */
  entryOf(name: string, definition: Definition): StreamEntry {
    const entry = readStreamEntry(name, definition, {
      ...{ sources: this.#definitions.sources, environment: undefined, place: 'the request' },
    });
    jobOf(entry, this.#options.logger);
    return entry;
  }

  /** Where a name is defined, if it is. */
  originOf(name: string): Origin | undefined {
    return this.#running.get(name)?.defined.origin;
  }

  /** Streams beside the named one that run whether somebody watches or not. */
  alwaysOnBeside(name: string): number {
    const others = [...this.#running.values()].filter(({ defined }) => defined.entry.name !== name);
    return others.filter(({ defined }) => !defined.entry.settings.onDemand).length;
  }

  /** Closes all streams; changes that come later, or are under way, start none. Never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running.values()].map((stream) => stream.close()));
  }

  /** Makes what runs what is defined. */
  async #reconcile(): Promise<void> {
    if (this.#isClosed) return;
    const wanted = this.#wanted();
    const gone = [...this.#running].filter(([name]) => !wanted.has(name));
    for (const [name] of gone) this.#running.delete(name);
    const closed = gone.map(([, stream]) => stream.close());
    const changed = [...wanted].map(async ([name, defined]) => this.#apply(name, defined));
    await Promise.all([...closed, ...changed]);
  }

  async #apply(name: string, defined: DefinedStream): Promise<void> {
    try {
      const running = this.#running.get(name);
      if (running) await running.redefine(defined);
      else this.#running.set(name, new ManagedStream(defined, this.#options));
    } catch (error) {
      this.#logFailure(name, error);
    }
  }

  /** The streams that count, by name. */
  #wanted(): Map<string, DefinedStream> {
    const { commandLine, config } = this.#definitions;
    const wanted = new Map<string, DefinedStream>();
    const add = (entry: StreamEntry, origin: Origin): void => {
      const first = wanted.get(entry.name);
      if (!first) wanted.set(entry.name, { entry, origin });
      else
        this.#options.logger.warn(
          { stream: entry.name },
          `The stream of the ${origin} has the name of one of the ${first.origin}, which counts.`,
        );
    };
    for (const entry of commandLine) add(entry, 'command line');
    for (const entry of config) add(entry, 'config file');
    for (const [name, definition] of this.#api) {
      try {
        add(this.entryOf(name, definition), 'api');
      } catch (error) {
        this.#logFailure(name, error);
      }
    }
    return wanted;
  }

  #logFailure(stream: string, error: unknown): void {
    const line = error instanceof NocturneError ? error.toLine() : String(error);
    this.#options.logger.error({ stream }, `The stream cannot be served: ${redact(line)}`);
  }
}
