import { z } from 'zod';
import { NocturneError } from '../core/errors.js';
import type { Setting } from './setting.js';
import { environmentName, flagName, SETTING_NAMES, SETTINGS, type Settings } from './settings.js';

/** Where values come from; earlier ones win. */
export interface SettingsSources {
  /** A program's own options by setting name. */
  readonly options?: object;
  /** Names of options that are no settings. */
  readonly otherOptions?: readonly string[];
  /** Flags by setting name, as text or booleans. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The config file's object and its name for messages. */
  readonly file?: { readonly path: string; readonly values: unknown };
}

/** All settings, checked. Throws NocturneError `CONFIG_INVALID`: one line with the place, the rule and the value got. */
export function resolveSettings(sources: SettingsSources): Settings {
  const options: Readonly<Record<string, unknown>> = { ...sources.options };
  const fileValues = checkFile(sources.file);
  const stray = Object.keys(options).find((key) => !isSetting(key) && !sources.otherOptions?.includes(key));
  if (stray !== undefined) throw invalid(`there is no option ${JSON.stringify(stray)}.`);
  if (sources.environment?.['NOCTURNE_TOKEN'] === '') {
    throw invalid('NOCTURNE_TOKEN is set but empty, which would let everybody in: unset it or give it a value.');
  }
  const resolved: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const setting: Setting = SETTINGS[name];
    const candidates: readonly [place: string, value: unknown][] = [
      [name, options[name]],
      [flagName(name), sources.flags?.[name]],
      [environmentName(name), sources.environment?.[environmentName(name)] || undefined], // set but empty is unset, as in compose files
      [`${name} in ${sources.file?.path ?? 'the config file'}`, fileValues[name]],
    ];
    const [place, value] = candidates.find(([, candidate]) => candidate !== undefined) ?? ['', undefined];
    resolved[name] = value === undefined ? setting.default : parse(setting, place, value, name === 'token');
  }
  return resolved as Settings; // every name was parsed by its own schema or has its own default
}

function parse(setting: Setting, place: string, value: unknown, secret: boolean): unknown {
  const parsed = setting.schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const got = secret ? 'a value that is not' : JSON.stringify(value);
  throw invalid(`${place} must be ${setting.rule}, got ${got}.`);
}

function checkFile(file: SettingsSources['file']): Readonly<Record<string, unknown>> {
  if (!file) return {};
  const parsed = z.record(z.string(), z.unknown()).safeParse(file.values);
  if (!parsed.success) throw invalid(`${file.path} must hold one JSON object of settings.`);
  const unknown = Object.keys(parsed.data).find((key) => !isSetting(key));
  if (unknown !== undefined) throw invalid(`${file.path} has an unknown setting ${JSON.stringify(unknown)}.`);
  return parsed.data;
}

function isSetting(key: string): boolean {
  return Object.hasOwn(SETTINGS, key);
}

function invalid(message: string): NocturneError {
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}
