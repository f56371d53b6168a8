import { Option, type Command } from 'commander';
import { DEFAULT_CONFIG_FILES } from '../config/default-config-files.js';
import type { CommandName, Setting } from '../config/setting.js';
import { environmentName, flagName, SETTING_NAMES, SETTINGS } from '../config/settings.js';

/** Adds the flags of a command's settings, in groups. */
export function addSettings(command: Command, name: CommandName): Command {
  for (const key of SETTING_NAMES) {
    const setting: Setting = SETTINGS[key];
    if (!setting.commands.includes(name)) continue;
    for (const option of optionsOf(flagName(key), setting)) command.addOption(option.helpGroup(`${setting.group}:`));
  }
  return command.option(
    '--config <file>',
    `read settings${name === 'serve' ? ' and streams' : ''} from a JSON or YAML file (default: ${DEFAULT_CONFIG_FILES[0]} or .yaml, if present)`,
  );
}

function optionsOf(flag: string, setting: Setting): Option[] {
  if (setting.kind !== 'switch') {
    const placeholder = setting.placeholder ?? PLACEHOLDERS[setting.kind];
    return [new Option(`${flag} <${placeholder}${setting.kind === 'list' ? '...' : ''}>`, helpOf(setting))];
  }
  const on = new Option(flag, setting.help);
  const off = new Option(flag.replace('--', '--no-'), `do not ${setting.help}`);
  if (setting.default === true) return [off, on.hideHelp()];
  return setting.default === false ? [on] : [on, off.hideHelp()];
}

const PLACEHOLDERS = { number: 'number', integer: 'number', text: 'text', list: 'text', choice: 'name' } as const;

/** The help, then valid values and default in brackets: `grain (0 to 4; default: 1)`. */
function helpOf(setting: Exclude<Setting, { kind: 'switch' }>): string {
  const initial = setting.default === undefined ? undefined : `default: ${setting.default}`;
  const notes = [valuesOf(setting), initial].filter((note) => note !== undefined);
  return notes.length === 0 ? setting.help : `${setting.help} (${notes.join('; ')})`;
}

function valuesOf(setting: Setting): string | undefined {
  if (setting.kind === 'choice') return setting.values.join(', ');
  if (setting.kind !== 'number' && setting.kind !== 'integer') return undefined;
  return setting.max === Infinity ? `at least ${setting.min}` : `${setting.min} to ${setting.max}`;
}

/** Explains environment variables and config file, for `nocturne --help`. */
export function settingsHelp(): string {
  return `Settings:
  Every flag in docs/settings.md is also an environment variable (${flagName('maxViewers')} is ${environmentName('maxViewers')})
  and a key of ${DEFAULT_CONFIG_FILES[0]} (maxViewers). Flags override variables; variables override the file.`;
}
