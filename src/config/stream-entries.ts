import { NocturneError } from '../core/errors.js';
import { STREAM_NAME } from '../core/stream-name.js';
import { substituteValues } from './config-file.js';
import { resolveSettings, type SettingsSources } from './resolve.js';
import { ruleOf, type Setting } from './setting.js';
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from './settings.js';
import { hasPlaceholder, type Environment } from './substitute.js';

/** Keys of an entry that are no settings. */
export const ENTRY_KEYS = ['input', 'token', 'controlToken'] as const;

/** Groups whose settings each stream may have for itself. */
const STREAM_GROUPS = ['Input', 'Night', 'Encoding'];
/** Further settings of a stream, and those of a group that the streams share. */
const ALSO: readonly SettingName[] = ['maxViewers', 'viewerDelay', 'onDemand', 'idleTimeout'];
const SHARED: readonly SettingName[] = ['batch'];

/** Settings that each stream may have for itself. */
export const STREAM_SETTING_NAMES: readonly SettingName[] = SETTING_NAMES.filter((name) => {
  const { commands, group }: Setting = SETTINGS[name];
  return (
    commands.includes('serve') && (ALSO.includes(name) || (STREAM_GROUPS.includes(group) && !SHARED.includes(name)))
  );
});

/** One stream, checked: what it opens, who may watch it, and the settings that it has for itself. */
export interface StreamEntry {
  readonly name: string;
  /** With its passwords. */
  readonly input: string;
  /** Secret that watches this stream; undefined: whoever may watch all streams. */
  readonly token: string | undefined;
  /** Secret that also turns its dials. */
  readonly controlToken: string | undefined;
  /** As they were given: variables of the config file stay names. */
  readonly given: Readonly<Record<string, unknown>>;
  /** All settings of the stream, its own and those that the streams share. */
  readonly settings: Settings;
}

/** What an entry is checked with. */
export interface EntryContext {
  /** Flags, environment and top level of the config file: they stand for all streams, and an entry's own settings win. */
  readonly sources: SettingsSources;
  /** Environment whose variables an entry may name; undefined: `${NAME}` is plain text, as in requests. */
  readonly environment: Environment | undefined;
  /** For messages: `FILE`, `the request`. */
  readonly place: string;
}

/**
 * Checks the value of `streams`: an object from name to entry. Throws NocturneError CONFIG_INVALID: one line with the stream, the key and the
 * rule, never a secret.
 */
export function readStreamEntries(streams: unknown, context: EntryContext): StreamEntry[] {
  if (streams === undefined || streams === null) return [];
  if (typeof streams !== 'object' || Array.isArray(streams)) {
    throw invalid(`streams in ${context.place} must be an object from name to stream.`);
  }
  return Object.entries(streams).map(([name, entry]) => readStreamEntry(name, entry, context));
}

/** Checks one entry: an input, or an object with `input`, settings and tokens. Throws NocturneError CONFIG_INVALID. */
export function readStreamEntry(name: string, entry: unknown, context: EntryContext): StreamEntry {
  if (!STREAM_NAME.test(name)) {
    throw invalid(
      `a stream in ${context.place} must be named with 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit, got ${JSON.stringify(name.slice(0, 80))}.`,
    );
  }
  const place = `stream ${name} in ${context.place}`;
  const given: unknown = typeof entry === 'string' ? { input: entry } : entry;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(`${place} must be an input or an object with "input".`);
  }
  const unknown = Object.keys(given).find((key) => !isEntryKey(key));
  if (unknown !== undefined) {
    const shared = Object.hasOwn(SETTINGS, unknown) ? ', which stands for all streams' : '';
    throw invalid(`${place} contains an unknown setting ${JSON.stringify(unknown)}${shared}.`);
  }
  const { values, masked } =
    context.environment === undefined
      ? { values: { ...given }, masked: new Set<string>() }
      : substituteValues({ ...given }, context.environment, place);
  const { input, token, controlToken, ...own } = values;
  if (typeof input !== 'string' || input.trim() === '') throw invalid(`input of ${place} must be a non-empty string.`);
  const tokens = tokensOf(token, controlToken, place);
  const settings = resolveSettings({ ...context.sources, options: own, optionsPlace: place, maskedOptions: masked });
  checkAgainstServer(tokens, settings, place);
  return { name, input, ...tokens, given: { ...given }, settings };
}

function isEntryKey(key: string): boolean {
  return ENTRY_KEYS.some((known) => known === key) || STREAM_SETTING_NAMES.some((known) => known === key);
}

function tokensOf(
  token: unknown,
  controlToken: unknown,
  place: string,
): { token: string | undefined; controlToken: string | undefined } {
  const check = (value: unknown, key: string): string | undefined => {
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    throw invalid(`${key} of ${place} must be ${ruleOf(SETTINGS.token)}, got an invalid value.`);
  };
  const checked = { token: check(token, 'token'), controlToken: check(controlToken, 'controlToken') };
  if (checked.token !== undefined && checked.token === checked.controlToken) {
    throw invalid(`token and controlToken of ${place} are equal, so that whoever may watch could turn the dials.`);
  }
  return checked;
}

/** Refuses a token that watches in one place and turns the dials in the other. */
function checkAgainstServer(
  { token, controlToken }: Pick<StreamEntry, 'token' | 'controlToken'>,
  server: Settings,
  place: string,
): void {
  if (controlToken !== undefined && controlToken === server.token) {
    throw invalid(
      `controlToken of ${place} equals the server's token, so that whoever may watch could turn the dials.`,
    );
  }
  if (token !== undefined && token === server.controlToken) {
    throw invalid(
      `token of ${place} equals the server's controlToken, so that whoever may watch could turn all dials.`,
    );
  }
}

/** True when the entry's value of a key names a variable. */
export function namesVariable(entry: StreamEntry, key: string): boolean {
  return hasPlaceholder(entry.given[key]);
}

function invalid(message: string): NocturneError {
  const remedy = 'See docs/streams.md.';
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy });
}
