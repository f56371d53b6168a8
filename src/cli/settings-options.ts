import { existsSync, readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { resolveSettings } from '../config/resolve.js';
import type { CommandName, Setting } from '../config/setting.js';
import { environmentName, flagName, SETTING_NAMES, SETTINGS, type Settings } from '../config/settings.js';
import { NocturneError } from '../core/errors.js';

/** Read when `--config` names no other and it exists in the working folder. */
const DEFAULT_CONFIG_FILE = 'nocturne.config.json';

/** Adds the flags of a command, grouped, from the one table of settings. */
export function addSettings(command: Command, name: CommandName): Command {
  const names = SETTING_NAMES.filter((key) => (SETTINGS[key] as Setting).commands.includes(name));
  for (const key of names) {
    for (const option of optionsOf(flagName(key), SETTINGS[key]))
      command.addOption(option.helpGroup(`${SETTINGS[key].group}:`));
  }
  return command.addOption(
    new Option('--config <file>', `settings from a JSON file (default: ${DEFAULT_CONFIG_FILE} if there)`).helpGroup(
      'Settings:',
    ),
  );
}

function optionsOf(name: string, setting: Setting): Option[] {
  if (setting.placeholder !== undefined) {
    return [new Option(`${name} <${setting.placeholder}>`, `${setting.help}${limitsOf(setting)}`)];
  }
  const positive = new Option(name, setting.help);
  const negative = new Option(name.replace('--', '--no-'), setting.help);
  if (setting.default === true) return [new Option(negative.flags, `do not ${setting.help}`), positive.hideHelp()];
  return setting.default === false ? [positive] : [positive, negative.hideHelp()];
}

/** What values a setting takes, where its name does not tell, and its default: ` (0 to 1, default: 0.5)`. */
function limitsOf({ rule, placeholder = '', default: initial }: Setting): string {
  const range = /^a (?:whole )?number (?:from )?(.*)$/.exec(rule)?.[1];
  const words = /^one of (.*)$/.exec(rule)?.[1];
  const shown = range ?? (words !== undefined && !placeholder.includes('|') ? words : undefined);
  const parts = [shown, initial === undefined ? undefined : `default: ${JSON.stringify(initial)}`];
  const told = parts.filter((part) => part !== undefined).join('; ');
  return told === '' ? '' : ` (${told})`;
}

/** The settings of a command: flags, then environment, then config file, then defaults. */
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
    return { path, values: JSON.parse(readFileSync(path, 'utf8')) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'config',
      message: `cannot read ${path}: ${why}.`,
      cause: error,
    });
  }
}

/** Names of the environment variables, for `--help`. */
export function environmentHelp(): string {
  return `Every flag is also an environment variable (${flagName('maxViewers')} is ${environmentName('maxViewers')}) and a key of the config file (maxViewers). Flags win over variables, variables over the file.`;
}
