import { entrySchema } from '../config/config-schema.js';
import type { Setting } from '../config/setting.js';
import { ruleOf } from '../config/setting.js';
import type { Settings } from '../config/settings.js';
import { SETTINGS } from '../config/settings.js';
import { ENTRY_KEYS, STREAM_SETTING_NAMES } from '../config/stream-entries.js';
import type { JsonSchema } from '../core/json-schema.js';
import { maskUrl } from '../core/mask-url.js';
import { redact } from '../core/secrets.js';
import { GENERATOR_NAMES, STYLE_NAMES } from '../infer/generator-names.js';
import { AdminRefusal } from '../stream/stream-admin.js';
import type { InputPolicy } from './input-policy.js';

/** A definition as a request gives it. */
export type Definition = Readonly<Record<string, unknown>>;

/** Settings that a request may not set: they name files and programs of the machine, or show passwords in its list of processes. */
const WITHHELD: readonly string[] = ['ffmpegPath', 'via', 'inputFormat', 'generators', 'like'];

const MASK = '***';

/** The schema of a definition in a request. */
export const DEFINITION_SCHEMA: JsonSchema = entrySchema(WITHHELD);

/** The schema of a change: any field, null takes it away. */
export const CHANGE_SCHEMA: JsonSchema = {
  ...DEFINITION_SCHEMA,
  description: 'Fields of a definition; null takes one away.',
  required: undefined,
  properties: Object.fromEntries(
    Object.entries(DEFINITION_SCHEMA['properties'] as Record<string, JsonSchema>).map(([key, schema]) => [
      key, // properties of an object's schema
      key === 'input' ? schema : { anyOf: [schema, { type: 'null' }] },
    ]),
  ),
};

/** Checks the fields of a definition as JSON: names and types, as the schema has them. Throws AdminRefusal, status 400. */
export function checkFields(definition: Definition): void {
  for (const [key, value] of Object.entries(definition)) {
    const isEntryKey = ENTRY_KEYS.some((known) => known === key);
    const name = WITHHELD.includes(key) ? undefined : STREAM_SETTING_NAMES.find((known) => known === key);
    if (!isEntryKey && name === undefined) {
      const known = WITHHELD.includes(key) ? 'only whoever starts the server sets it' : 'there is no such field';
      throw new AdminRefusal(400, `unknown field ${JSON.stringify(key.slice(0, 80))}: ${known}`);
    }
    if (name !== undefined && !hasType(SETTINGS[name], value)) {
      throw new AdminRefusal(400, `${key} must be ${ruleOf(SETTINGS[name])}, got ${typeof value}`);
    }
    if (isEntryKey && (typeof value !== 'string' || value === '')) {
      throw new AdminRefusal(400, `${key} must be a non-empty string`);
    }
  }
  if (typeof definition['input'] !== 'string') throw new AdminRefusal(400, 'input must be a non-empty string');
}

function hasType({ kind }: Setting, value: unknown): boolean {
  if (kind === 'switch') return typeof value === 'boolean';
  if (kind === 'list') return Array.isArray(value) && value.every((each) => typeof each === 'string');
  return typeof value === (kind === 'number' || kind === 'integer' ? 'number' : 'string');
}

/**
 * Checks what a definition opens: its input, and generator and style, which may be those of the package and those that the server was started
 * with. Rejects with AdminRefusal, status 403.
 */
export async function checkOpens(definition: Definition, policy: InputPolicy, server: Settings): Promise<void> {
  const { input, generator, style, listen } = definition;
  const generators = [
    ...GENERATOR_NAMES,
    server.generator,
    ...(server.generators ?? '').split(',').map((name) => name.trim()),
  ];
  if (generator !== undefined && !generators.some((name) => name === generator)) {
    throw new AdminRefusal(403, 'generator must be one of the package or of --generators');
  }
  if (style !== undefined && ![...STYLE_NAMES, server.style].some((name) => name === style)) {
    throw new AdminRefusal(403, 'style must be one of the package, or that of the server');
  }
  await policy.check(String(input), listen === true);
}

/** An input as it is shown. */
export function shownInput(input: string): string {
  return redact(maskUrl(input));
}

/**
 * The definition of a request where the input is as it is shown, `***` for its secrets: then the input that is in place stays. Throws AdminRefusal,
 * status 400, for any other masked input.
 */
export function unmasked(definition: Definition, before: Definition | undefined): Definition {
  const { input } = definition;
  if (typeof input !== 'string' || !input.includes(MASK)) return definition;
  const inPlace = before?.['input'];
  if (typeof inPlace === 'string' && shownInput(inPlace) === input) return { ...definition, input: inPlace };
  throw new AdminRefusal(400, 'input must have its secrets in place of ***');
}
