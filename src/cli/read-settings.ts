import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { resolveSettings } from '../config/resolve.js';
import type { Settings } from '../config/settings.js';
import { parseJson } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';
import { DEFAULT_CONFIG_FILE } from './settings-options.js';

/** The settings of a command: flags, then environment, then config file, then defaults. Throws NocturneError CONFIG_INVALID. */
export function readSettings(command: Command): Settings {
  const flags: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(command.opts<Record<string, unknown>>())) {
    if (command.getOptionValueSource(key) === 'cli') flags[key] = value;
  }
  const path = typeof flags['config'] === 'string' ? flags['config'] : undefined;
  const file = readConfigFile(path);
  return resolveSettings({ flags, environment: process.env, ...(file ? { file } : {}) });
}

function readConfigFile(named: string | undefined): { path: string; values: unknown } | undefined {
  const path = named ?? DEFAULT_CONFIG_FILE;
  if (named === undefined && !existsSync(path)) return undefined;
  try {
    return { path, values: parseJson(readFileSync(path)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'config',
      message: `cannot read ${path}: ${reason}.`,
      cause: error,
    });
  }
}
