import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { entryOf, fieldsOf } from './protobuf-fields.js';

/** A file beside a model that holds weights of it: PyTorch's usual export of a large model. */
export interface ExternalData {
  /** Its name in the model. */
  readonly path: string;
  readonly data: Uint8Array;
}

/**
 * Reads the files that an ONNX model names for its weights, from the model's own folder only; none for most models.
 * Throws an Error with a clause for people.
 */
export async function readExternalData(modelPath: string, model: Uint8Array): Promise<readonly ExternalData[]> {
  return readWeightFiles(modelPath, externalNames(model));
}

/** The same for files whose names, relative to the model's folder, are known. */
export async function readWeightFiles(modelPath: string, names: readonly string[]): Promise<readonly ExternalData[]> {
  const folder = await realpath(dirname(modelPath));
  return Promise.all(
    names.map(async (path) => {
      const place = await realpath(join(folder, path)).catch(() => undefined);
      if (place === undefined) throw new Error(`its weights ${path} are missing beside it`);
      if (!place.startsWith(folder + sep)) throw new Error(`its weights ${path} lie outside its folder`);
      const data = await readFile(place).catch(() => undefined);
      if (!data) throw new Error(`its weights ${path} cannot be read`);
      return { path, data };
    }),
  );
}

/** Fields of the public schema, `onnx.proto`, that lead from one message to the next. */
const SCHEMA = {
  model: { 7: 'graph' },
  graph: { 1: 'node', 5: 'tensor' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph' },
  tensor: { 13: 'entry' },
} as const;

type Message = keyof typeof SCHEMA;

/** Names of the files that hold weights of a model, without repeats; none for bytes that are no model. */
function externalNames(model: Uint8Array): readonly string[] {
  const names = new Set<string>();
  const visit = (bytes: Uint8Array, message: Message): void => {
    for (const { id, content } of fieldsOf(bytes)) {
      const next = (SCHEMA[message] as Readonly<Record<number, Message | 'entry'>>)[id];
      if (next === 'entry') addLocation(content);
      else if (next !== undefined) visit(content, next);
    }
  };
  const addLocation = (entry: Uint8Array): void => {
    const [key, value] = entryOf(entry);
    if (key === 'location') names.add(value);
  };
  visit(model, 'model');
  return [...names];
}
