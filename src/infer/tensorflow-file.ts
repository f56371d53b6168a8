import { parseJson } from '../core/decode-text.js';

/** True for the bytes of a TensorFlow.js `model.json`, of a graph or of layers. */
export function isTensorFlowModel(bytes: Uint8Array): boolean {
  // A card or an ONNX file needs no parsing: `modelTopology` is a key of every model.json.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString('latin1').includes('{'))
    return false;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('"modelTopology"');
}

/** The names of the files that hold weights of a `model.json`, relative to its folder. Throws SyntaxError for other bytes. */
export function weightFilesOf(bytes: Uint8Array): readonly string[] {
  const model: unknown = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const groups = listAt(model, 'weightsManifest');
  return groups.flatMap((group) => listAt(group, 'paths').filter((path) => typeof path === 'string'));
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const found: unknown =
    typeof value === 'object' && value !== null && key in value ? (value as Record<string, unknown>)[key] : []; // a JSON object
  return Array.isArray(found) ? found : [];
}
