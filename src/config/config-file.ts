import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { decodeText } from '../core/decode-text.js';
import { NocturneError } from '../core/errors.js';
import { DEFAULT_CONFIG_FILES } from './default-config-files.js';
import { hasPlaceholder, substitute, type Environment } from './substitute.js';

/** Keys of the config file that are no settings. */
const OTHER_KEYS = ['$schema', 'streams'];
/** Keys whose variables are secrets: logs and pages mask them. */
const SECRET_KEYS = ['input', 'token', 'controlToken', 'queue'];

/** Values of the config file, or of one of its streams, with variables in place of their names. */
export interface ConfigValues {
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys whose values came from variables: no message shows them. */
  readonly masked: ReadonlySet<string>;
}

/** A config file, as read. Its streams are checked where they are used: other commands than serve need none of their variables. */
export interface ConfigFile extends ConfigValues {
  readonly path: string;
  /** The value of `streams`; undefined where there is none. */
  readonly streams: unknown;
  /** SHA-256 of the file. */
  readonly hash: string;
}

/**
 * Reads the config file that is named, or one of {@link DEFAULT_CONFIG_FILES}; undefined when none is named and none is there.
 * Throws NocturneError CONFIG_INVALID: one line with the file, never with its contents.
 */
export function readConfigFile(named: string | undefined, environment: Environment): ConfigFile | undefined {
  const path = named ?? DEFAULT_CONFIG_FILES.find((name) => existsSync(name));
  if (path === undefined) return undefined;
  const bytes = readBytes(path);
  const text = decode(path, bytes);
  const parsed = parse(path, text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid(`${path} must contain one object of settings.`);
  }
  const all: Readonly<Record<string, unknown>> = { ...parsed };
  const settings = Object.fromEntries(Object.entries(all).filter(([key]) => !OTHER_KEYS.includes(key)));
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { path, streams: all['streams'], hash, ...substituteValues(settings, environment, path) };
}

/** Replaces the variables in every string of an object, and of lists in it. @param place for messages: `FILE`, `stream gate in FILE`. */
export function substituteValues(
  object: Readonly<Record<string, unknown>>,
  environment: Environment,
  place: string,
): ConfigValues {
  const masked = new Set<string>();
  const entries = Object.entries(object).map(([key, value]): [string, unknown] => {
    const replace = (item: unknown): unknown => {
      if (Array.isArray(item)) return item.map(replace);
      if (typeof item !== 'string') return item;
      if (hasPlaceholder(item)) masked.add(key);
      return substitute(item, environment, `${key} of ${place}`, SECRET_KEYS.includes(key));
    };
    return [key, replace(value)];
  });
  return { values: Object.fromEntries(entries), masked };
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): NocturneError {
  const reason = error instanceof Error ? error.message : String(error);
  return invalid(`cannot read ${path}: ${reason}.`, error);
}

/** JSON by its name, else YAML. Messages name the place only: the text around it may be a secret. */
function parse(path: string, text: string): unknown {
  const isYaml = /\.ya?ml$/i.test(path);
  if (!isYaml) {
    try {
      return JSON.parse(text);
    } catch {
      // the YAML parser finds the place
    }
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    prettyErrors: false,
    lineCounter: lines,
    stringKeys: true,
    logLevel: 'silent',
  });
  const [fault] = document.errors;
  const format = isYaml ? 'YAML' : 'JSON';
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw invalid(`cannot read ${path}: it is not ${format}, see line ${line}, column ${col}.`);
  }
  if (!isYaml) throw invalid(`cannot read ${path}: it is not JSON; a file named .yaml may be YAML.`);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw invalid(`cannot read ${path}: its aliases cannot be resolved.`, error);
  }
}

function invalid(message: string, cause?: unknown): NocturneError {
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, cause });
}
