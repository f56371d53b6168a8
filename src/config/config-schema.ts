import type { JsonSchema } from '../core/json-schema.js';
import { STREAM_NAME } from '../core/stream-name.js';
import type { Setting } from './setting.js';
import { SETTING_NAMES, SETTINGS, type SettingName } from './settings.js';
import { STREAM_SETTING_NAMES } from './stream-entries.js';

/** A value that names variables, as the config file may write any. */
const VARIABLE = { type: 'string', pattern: '\\$\\{' };

/** What an entry takes beside its settings. */
const ENTRY_FIELDS: Readonly<Record<string, JsonSchema>> = {
  input: {
    type: 'string',
    minLength: 1,
    pattern: '\\S',
    description: 'A file, a folder of images, a camera, an address or street, as on the command line.',
  },
  token: { type: 'string', minLength: 1, description: 'Secret that watches this stream, and no other.' },
  controlToken: { type: 'string', minLength: 1, description: 'Secret that watches this stream and turns its dials.' },
};

/** The schema of one stream as a request defines it. `omit`: settings that a request may not set. */
export function entrySchema(omit: readonly string[] = []): JsonSchema {
  const names = STREAM_SETTING_NAMES.filter((name) => !omit.includes(name));
  return {
    type: 'object',
    description: 'One stream: its input, and its own settings; settings left out are those of the server.',
    properties: { ...ENTRY_FIELDS, ...propertiesOf(names, (setting) => schemaOf(setting)) },
    required: ['input'],
    additionalProperties: false,
  };
}

/** The schema of the config file, published as docs/config.schema.json. */
export function configSchema(): JsonSchema {
  const orVariable = (setting: Setting): JsonSchema => {
    const schema = schemaOf(setting);
    return schema['type'] === 'string' && schema['enum'] === undefined ? schema : { anyOf: [schema, VARIABLE] };
  };
  const entry = {
    ...entrySchema(),
    properties: { ...ENTRY_FIELDS, ...propertiesOf(STREAM_SETTING_NAMES, orVariable) },
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Config file of nocturne',
    description:
      'Settings of docs/settings.md and the streams of nocturne serve. Strings may name environment variables: ${NAME}.',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      streams: {
        type: 'object',
        description: 'The streams of nocturne serve, by name.',
        propertyNames: { pattern: STREAM_NAME.source },
        additionalProperties: { anyOf: [ENTRY_FIELDS['input'], entry] },
      },
      ...propertiesOf(SETTING_NAMES, orVariable),
    },
    additionalProperties: false,
  };
}

function propertiesOf(names: readonly SettingName[], toSchema: (setting: Setting) => JsonSchema): JsonSchema {
  return Object.fromEntries(
    names.map((name) => [name, { ...toSchema(SETTINGS[name]), description: capitalised(SETTINGS[name].help) }]),
  );
}

/** The JSON Schema of a setting's value, without its help. */
function schemaOf(setting: Setting): JsonSchema {
  const initial = setting.default === undefined ? {} : { default: setting.default };
  switch (setting.kind) {
    case 'number':
    case 'integer':
      return {
        type: setting.kind,
        minimum: setting.min,
        ...(setting.max === Infinity ? {} : { maximum: setting.max }),
        ...initial,
      };
    case 'text':
      return { type: 'string', minLength: 1, ...initial };
    case 'list':
      return { type: 'array', items: { type: 'string', minLength: 1 } };
    case 'choice':
      return { type: 'string', enum: setting.values, ...initial };
    case 'switch':
      return { type: 'boolean', ...initial };
  }
}

function capitalised(help: string): string {
  return `${help.charAt(0).toUpperCase()}${help.slice(1)}.`;
}
