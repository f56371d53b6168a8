import { NocturneError } from '../core/errors.js';
import { redact } from '../core/secrets.js';
import { AdminRefusal, type StreamAdmin } from '../stream/stream-admin.js';
import {
  CHANGE_SCHEMA,
  checkFields,
  checkOpens,
  DEFINITION_SCHEMA,
  shownInput,
  unmasked,
  type Definition,
} from './api-definition.js';
import { InputPolicy } from './input-policy.js';
import type { StateFile } from './state-file.js';
import type { StreamRegistry } from './stream-registry.js';

/** Changes that wait for others at most. */
const MAX_WAITING = 32;

/** Options of a {@link RegistryAdmin}. */
export interface RegistryAdminOptions {
  readonly registry: StreamRegistry;
  /** Keeps what is added; undefined: it lasts until the server ends. */
  readonly state: StateFile | undefined;
  /** Throws NocturneError when the machine cannot hold so many streams at a time; those on demand do not count. */
  readonly checkCapacity: (streams: number) => void;
}

/**
 * Adds, changes and removes streams for the API, one change after the other: checked, kept, then made. A stream is changed where it is defined:
 * those of the command line and the config file are only restarted here.
 */
export class RegistryAdmin implements StreamAdmin {
  readonly definitionSchema = DEFINITION_SCHEMA;
  readonly changeSchema = CHANGE_SCHEMA;
  readonly #options: RegistryAdminOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: RegistryAdminOptions) {
    this.#options = options;
  }

  definitionOf(name: string): Definition | undefined {
    const defined = this.#options.registry.managed(name)?.defined;
    if (!defined) return undefined;
    const { token, controlToken, input: given, ...own } = defined.entry.given;
    const input = defined.origin === 'config file' ? given : defined.entry.input;
    return {
      ...own,
      ...{ name, origin: defined.origin, input: shownInput(String(input)) },
      ...{ hasToken: token !== undefined, hasControlToken: controlToken !== undefined },
    };
  }

  put(name: string, definition: Definition, mustBeNew: boolean): Promise<boolean> {
    return this.#inTurn(async () => {
      const isNew = this.#options.registry.originOf(name) === undefined && !this.#options.registry.api.has(name);
      if (mustBeNew && !isNew) throw new AdminRefusal(409, 'there is a stream of that name');
      this.#checkOrigin(name);
      await this.#define(name, unmasked(definition, this.#options.registry.api.get(name)));
      return isNew;
    });
  }

  patch(name: string, change: Definition): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkKnown(name);
      this.#checkOrigin(name);
      const before = this.#options.registry.api.get(name) ?? {};
      const merged = Object.entries({ ...before, ...unmasked(change, before) }).filter(([, value]) => value !== null);
      await this.#define(name, Object.fromEntries(merged));
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkKnown(name);
      this.#checkOrigin(name);
      const rest = new Map(this.#options.registry.api);
      rest.delete(name);
      await this.#keep(rest);
    });
  }

  restart(name: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkKnown(name);
      await this.#options.registry.managed(name)?.restart();
    });
  }

  /** Runs a change of the streams when those before are made. Also for changes that are none of the API. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(change, change);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #inTurn<T>(change: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) throw new AdminRefusal(503, 'too many changes wait: try again later');
    this.#waiting++;
    try {
      return await this.inTurn(change);
    } catch (error) {
      if (error instanceof NocturneError) throw new AdminRefusal(400, redact(error.toLine()));
      throw error;
    } finally {
      this.#waiting--;
    }
  }

  async #define(name: string, definition: Definition): Promise<void> {
    const { registry, checkCapacity } = this.#options;
    const { settings } = registry;
    checkFields(definition);
    await checkOpens(definition, new InputPolicy(settings.apiInputs), settings);
    const { onDemand } = registry.entryOf(name, definition).settings;
    if (!registry.api.has(name)) {
      const count = registry.streams.length + 1;
      if (count > settings.maxStreams)
        throw new AdminRefusal(409, `there are ${count - 1} streams, as many as --max-streams allows`);
    }
    const wasOn = registry.managed(name)?.defined.entry.settings.onDemand === false;
    if (!onDemand && !wasOn) {
      try {
        checkCapacity(registry.alwaysOnBeside(name) + 1);
      } catch (error) {
        throw new AdminRefusal(409, error instanceof Error ? error.message : String(error));
      }
    }
    await this.#keep(new Map([...registry.api, [name, definition]]));
  }

  /** Writes what the API has defined, then makes it so. */
  async #keep(api: ReadonlyMap<string, Definition>): Promise<void> {
    try {
      await this.#options.state?.write(api);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      throw new AdminRefusal(507, `the state file cannot be written (${code}): nothing has changed`);
    }
    await this.#options.registry.setApi(api);
  }

  #checkKnown(name: string): void {
    const { registry } = this.#options;
    if (registry.originOf(name) === undefined && !registry.api.has(name)) throw new AdminRefusal(404, 'no such stream');
  }

  #checkOrigin(name: string): void {
    const origin = this.#options.registry.originOf(name);
    if (origin === undefined || origin === 'api') return;
    throw new AdminRefusal(409, `the stream is defined in the ${origin}: change it there`);
  }
}
