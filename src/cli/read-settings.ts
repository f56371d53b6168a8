import type { Command } from 'commander';
import { readConfigFile, type ConfigFile } from '../config/config-file.js';
import { resolveSettings, type SettingsSources } from '../config/resolve.js';
import type { Settings } from '../config/settings.js';

/** Where the settings of a command come from. */
export interface CommandSources {
  readonly sources: SettingsSources;
  readonly file: ConfigFile | undefined;
}

/** The settings of a command: flags, then environment, then config file, then defaults. Throws NocturneError CONFIG_INVALID. */
export function readSettings(command: Command): Settings {
  return resolveSettings(readSources(command).sources);
}

/**
 * Flags, environment and config file of a command, read now. Throws NocturneError CONFIG_INVALID.
 * @param path the config file to read, which must be there; default that of the command line, else a default one where there is one.
 */
export function readSources(command: Command, path?: string): CommandSources {
  const flags: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(command.opts<Record<string, unknown>>())) {
    if (command.getOptionValueSource(key) === 'cli') flags[key] = value;
  }
  const named = path ?? (typeof flags['config'] === 'string' ? flags['config'] : undefined);
  const file = readConfigFile(named, process.env);
  return { sources: { flags, environment: process.env, ...(file ? { file } : {}) }, file };
}
