import type { Command } from 'commander';
import { resolveSettings } from '../config/resolve.js';
import { SETTING_NAMES, type SettingName, type Settings } from '../config/settings.js';
import { STREAM_SETTING_NAMES } from '../config/stream-entries.js';
import { NocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { redact } from '../core/secrets.js';
import { FileWatch } from '../service/file-watch.js';
import type { RegistryAdmin } from '../service/registry-admin.js';
import type { StreamRegistry } from '../service/stream-registry.js';
import type { ServerTokens } from '../stream/access-policy.js';
import type { StreamServer } from '../stream/stream-server.js';
import { readSources, type CommandSources } from './read-settings.js';
import { readDefinitions } from './serve-definitions.js';
import { onHangup } from './stop-signal.js';

/** Settings that act at once, beside those of streams. */
const RELOADED: readonly SettingName[] = ['token', 'controlToken', 'apiInputs', 'maxStreams'];

/** What {@link watchConfig} needs of the running command. */
export interface ReloadOptions {
  readonly command: Command;
  /** The inputs of the command line. */
  readonly inputs: readonly string[];
  /** What was read at the start. */
  readonly read: CommandSources;
  readonly registry: Pick<StreamRegistry, 'settings' | 'streams' | 'check' | 'redefine'>;
  /** Makes changes in turn with those of the API. */
  readonly admin: Pick<RegistryAdmin, 'inTurn'>;
  readonly server: Pick<StreamServer, 'setTokens'>;
  /** Checks tokens. */
  readonly tokensOf: (settings: Settings) => Partial<ServerTokens>;
  readonly logger: Logger;
}

/** What the server was started with, and what it has now. */
interface Applied {
  readonly path: string;
  readonly isReadOnly: boolean;
  /** The tokens that the server has. */
  tokens: ServerTokens;
}

/**
 * Takes changes of the config file over while the server runs: when the file changes, and at SIGHUP where no terminal is there to be closed. A file
 * that cannot be taken over, also one that is gone, is logged in one line, and everything runs on as before.
 */
export function watchConfig(options: ReloadOptions): Disposable {
  const { file } = options.read;
  if (!file) return { [Symbol.dispose]: () => undefined };
  const settings = resolveSettings(options.read.sources);
  const { token, controlToken } = options.tokensOf(settings);
  const applied: Applied = { path: file.path, isReadOnly: settings.readOnly, tokens: { token, controlToken } };
  const reload = (): void => void options.admin.inTurn(() => reloadConfig(options, applied));
  const watch = new FileWatch(file.path, file.hash, reload);
  const unsubscribe = onHangup(reload);
  return {
    [Symbol.dispose]: () => {
      watch[Symbol.dispose]();
      unsubscribe();
    },
  };
}

/** Checks everything, then changes the tokens, then the streams: nothing is open to more people in between. Never throws. */
async function reloadConfig(options: ReloadOptions, applied: Applied): Promise<void> {
  const { command, inputs, registry, server, tokensOf, logger } = options;
  const before = registry.settings;
  try {
    const read = readSources(command, applied.path);
    const settings = resolveSettings(read.sources);
    const { token, controlToken } = tokensOf(settings);
    const definitions = readDefinitions(inputs, read);
    registry.check(definitions);
    if (controlToken !== undefined && applied.isReadOnly) throw readOnly(applied.path);
    if (token !== applied.tokens.token || controlToken !== applied.tokens.controlToken) {
      server.setTokens({ token, controlToken });
      applied.tokens = { token, controlToken };
    }
    await registry.redefine(definitions);
    logger.info({ streams: registry.streams.length }, 'The config file was taken over.');
    const late = SETTING_NAMES.filter((name) => settings[name] !== before[name] && !actsAtOnce(name));
    if (late.length > 0) logger.warn({}, `The next start takes these settings over: ${late.join(', ')}.`);
  } catch (error) {
    const line = error instanceof NocturneError ? error.toLine() : String(error);
    logger.error({}, redact(`The config file was not taken over, and everything runs on as before: ${line}`));
  }
}

function readOnly(path: string): NocturneError {
  const message = `${path} has a controlToken, and the server was started read-only: nobody turns its dials.`;
  const remedy = 'Restart the server to let viewers with the token turn them.';
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy });
}

function actsAtOnce(name: SettingName): boolean {
  return RELOADED.includes(name) || STREAM_SETTING_NAMES.includes(name);
}
