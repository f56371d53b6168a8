import { entryOf, fieldsOf } from './protobuf-fields.js';

/** `ModelProto.metadata_props` of the public schema, `onnx.proto`. */
const METADATA_PROPS = 14;

/** The texts that an ONNX file holds about itself, by key; none for bytes that are no model. */
export function onnxMetadata(model: Uint8Array): ReadonlyMap<string, string> {
  return new Map([...fieldsOf(model)].filter(({ id }) => id === METADATA_PROPS).map(({ content }) => entryOf(content)));
}
