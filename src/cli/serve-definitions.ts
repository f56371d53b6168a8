import { dirname, join } from 'node:path';
import { resolveSettings } from '../config/resolve.js';
import type { ConfigFile } from '../config/config-file.js';
import type { Settings } from '../config/settings.js';
import { readStreamEntries, type StreamEntry } from '../config/stream-entries.js';
import type { Definitions } from '../service/stream-registry.js';
import type { CommandSources } from './read-settings.js';
import { nameInputs } from './stream-names.js';

/** Name of the state file beside a config file. */
const STATE_NAME = 'nocturne.state.json';

/** The streams of the command line and of the config file. Throws NocturneError CONFIG_INVALID. */
export function readDefinitions(inputs: readonly string[], { sources, file }: CommandSources): Definitions {
  const settings = resolveSettings(sources);
  const commandLine = nameInputs(inputs).map(({ name, input }): StreamEntry => {
    return { name, input, token: undefined, controlToken: undefined, given: { input }, settings };
  });
  const context = { sources, environment: process.env, place: file?.path ?? 'the config file' };
  return { sources, commandLine, config: readStreamEntries(file?.streams, context) };
}

/** The file that keeps the streams of the API: that of `--state`, else one beside the config file; undefined without either. */
export function statePath({ state }: Settings, file: ConfigFile | undefined): string | undefined {
  if (state !== undefined || !file) return state;
  return join(dirname(file.path), STATE_NAME);
}
