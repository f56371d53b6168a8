import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

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
  const names = externalNames(model);
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

// The part of Protocol Buffers that this needs: https://protobuf.dev/programming-guides/encoding/

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
  /** StringStringEntryProto: key 1, value 2. */
  const addLocation = (entry: Uint8Array): void => {
    const texts = new Map([...fieldsOf(entry)].map(({ id, content }) => [id, Buffer.from(content).toString('utf8')]));
    if (texts.get(1) === 'location') names.add(texts.get(2) ?? '');
  };
  visit(model, 'model');
  return [...names];
}

/** The length-delimited fields of a message, up to the first byte that does not fit. */
function* fieldsOf(bytes: Uint8Array): Generator<{ readonly id: number; readonly content: Uint8Array }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return Infinity;
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key % 8;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const length = wire === 2 ? varint() : Infinity;
      if (at + length > bytes.length) return;
      yield { id: Math.floor(key / 8), content: bytes.subarray(at, at + length) };
      at += length;
    }
  }
}
