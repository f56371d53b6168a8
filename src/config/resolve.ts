import { z } from 'zod';
import { NocturneError } from '../core/errors.js';
import { ruleOf, type Setting } from './setting.js';
import { environmentName, flagName, SETTING_NAMES, SETTINGS, TIMES } from './settings.js';
import type { SettingName, Settings } from './settings.js';

/** Where values come from; earlier ones win. */
export interface SettingsSources {
  /** Options of a library call, by setting name. */
  readonly options?: object;
  /** Where the options stand, for messages: `stream gate in nocturne.yaml`; default: a library call. */
  readonly optionsPlace?: string;
  /** Options whose values no message shows. */
  readonly maskedOptions?: ReadonlySet<string>;
  /** Names of options that are not settings. */
  readonly otherOptions?: readonly string[];
  /** Flags by setting name, as strings or booleans. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The object in the config file, and the file's path for messages. */
  readonly file?: { readonly path: string; readonly values: unknown; readonly masked?: ReadonlySet<string> };
}

/** Checks and merges all settings. Throws NocturneError `CONFIG_INVALID`: one line with the place, the rule and the value. */
export function resolveSettings(sources: SettingsSources): Settings {
  const options: Readonly<Record<string, unknown>> = { ...sources.options };
  const fileValues = checkFile(sources.file);
  const unknown = Object.keys(options).find((key) => !isSetting(key) && !sources.otherOptions?.includes(key));
  if (unknown !== undefined) throw invalid(`unknown option ${JSON.stringify(unknown)}.`);
  for (const variable of SECRETS.map(environmentName)) {
    if (sources.environment?.[variable] !== '') continue;
    throw invalid(`${variable} is set but empty, which would admit everyone: unset it or give it a value.`);
  }
  const given: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const setting: Setting = SETTINGS[name];
    const fromOptions = sources.optionsPlace === undefined ? name : `${name} of ${sources.optionsPlace}`;
    const candidates: readonly [place: string, value: unknown, isMasked?: boolean | undefined][] = [
      [fromOptions, options[name], sources.maskedOptions?.has(name)],
      [flagName(name), sources.flags?.[name]],
      [environmentName(name), sources.environment?.[environmentName(name)] || undefined], // empty counts as unset: compose files set empty variables
      [`${name} in ${sources.file?.path ?? 'the config file'}`, fileValues[name], sources.file?.masked?.has(name)],
    ];
    const [place, value, isMasked] = candidates.find(([, candidate]) => candidate !== undefined) ?? ['', undefined];
    if (value !== undefined) given[name] = parse(setting, place, value, SECRETS.includes(name) || isMasked === true);
  }
  return { ...DEFAULTS, ...dialsOfTime(given['time'] as Settings['time']), ...given } as Settings; // each name has a value of its own kind, or a default
}

/** Settings whose values no message shows. */
const SECRETS: readonly SettingName[] = ['token', 'controlToken'];

const DEFAULTS: Readonly<Record<string, unknown>> = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, SETTINGS[name].default]),
);

/** What a time of day sets where nothing else does. */
function dialsOfTime(time: Settings['time']): Partial<Settings> {
  return time === undefined ? {} : TIMES[time];
}

function parse(setting: Setting, place: string, value: unknown, isSecret: boolean): unknown {
  const parsed = schemaOf(setting).safeParse(value);
  if (parsed.success) return parsed.data;
  const got = isSecret ? 'an invalid value' : JSON.stringify(value);
  throw invalid(`${place} must be ${ruleOf(setting)}, got ${got}.`);
}

const TRUE = ['1', 'true', 'yes', 'on'];
const FALSE = ['0', 'false', 'no', 'off'];

/** Flags and variables are strings. */
const numberFromString = (value: unknown): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
const booleanFromString = (value: unknown): unknown =>
  typeof value === 'string' ? TRUE.includes(value) || (FALSE.includes(value) ? false : value) : value;

/** A variable is a comma-separated list. */
const listFromString = (value: unknown): unknown =>
  typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;

function schemaOf(setting: Setting): z.ZodType {
  switch (setting.kind) {
    case 'number':
      return z.preprocess(numberFromString, z.number().min(setting.min).max(setting.max));
    case 'integer':
      return z.preprocess(numberFromString, z.int().min(setting.min).max(setting.max));
    case 'text':
      return z.string().min(1);
    case 'list':
      return z.preprocess(listFromString, z.array(z.string().min(1)).min(1));
    case 'choice':
      return z.enum(setting.values as readonly [string, ...string[]]); // zod asks for at least one word
    case 'switch':
      return z.preprocess(booleanFromString, z.boolean());
  }
}

function checkFile(file: SettingsSources['file']): Readonly<Record<string, unknown>> {
  if (!file) return {};
  const parsed = z.record(z.string(), z.unknown()).safeParse(file.values);
  if (!parsed.success) throw invalid(`${file.path} must contain one object of settings.`);
  const unknown = Object.keys(parsed.data).find((key) => !isSetting(key));
  if (unknown !== undefined) throw invalid(`${file.path} contains an unknown setting ${JSON.stringify(unknown)}.`);
  return parsed.data;
}

function isSetting(key: string): boolean {
  return Object.hasOwn(SETTINGS, key);
}

function invalid(message: string): NocturneError {
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message });
}
