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
  readonly registry: StreamRegistry;
  /** Makes changes in turn with those of the API. */
  readonly admin: RegistryAdmin;
  readonly server: Pick<StreamServer, 'setTokens'>;
  /** Checks tokens. */
  readonly tokensOf: (settings: Settings) => ServerTokens | { token?: string; controlToken?: string };
  readonly logger: Logger;
}

/**
 * Takes changes of the config file over while the server runs: when the file changes, and at SIGHUP where no terminal is there to be closed. A file
 * that cannot be taken over is logged in one line, and everything runs on as before.
 */
export function watchConfig(options: ReloadOptions): Disposable {
  const { file } = options.read;
  if (!file) return { [Symbol.dispose]: () => undefined };
  const reload = (): void => void options.admin.inTurn(() => reloadConfig(options));
  const watch = new FileWatch(file.path, file.hash, reload);
  const unsubscribe = onHangup(reload);
  return {
    [Symbol.dispose]: () => {
      watch[Symbol.dispose]();
      unsubscribe();
    },
  };
}

async function reloadConfig({ command, inputs, registry, server, tokensOf, logger }: ReloadOptions): Promise<void> {
  const before = registry.settings;
  try {
    const read = readSources(command);
    const settings = resolveSettings(read.sources);
    const { token, controlToken } = tokensOf(settings);
    await registry.redefine(readDefinitions(inputs, read));
    if (token !== before.token || controlToken !== before.controlToken) server.setTokens({ token, controlToken });
    logger.info({ streams: registry.streams.length }, 'The config file was taken over.');
    const late = SETTING_NAMES.filter((name) => settings[name] !== before[name] && !actsAtOnce(name));
    if (late.length > 0) logger.warn({}, `The next start takes these settings over: ${late.join(', ')}.`);
  } catch (error) {
    const line = error instanceof NocturneError ? error.toLine() : String(error);
    logger.error({}, redact(`The config file was not taken over, and everything runs on as before: ${line}`));
  }
}

function actsAtOnce(name: SettingName): boolean {
  return RELOADED.includes(name) || STREAM_SETTING_NAMES.includes(name);
}
