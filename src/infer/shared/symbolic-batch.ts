import { Buffer } from 'node:buffer';
import { fieldsOf, rewriteFields, type FieldChange } from '../protobuf-fields.js';

/** Fields of the public schema, `onnx.proto`, on the way to the first dimension of an input or output. */
const MODEL_GRAPH = 7;
const GRAPH = { initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
const TENSOR_NAME = 8;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TYPE_TENSOR = 1;
const TENSOR_SHAPE = 2;
const SHAPE_DIMENSION = 1;
const DIMENSION_NAME = 2;

/** Name of the batch dimension in a rewritten model. */
const BATCH = 'nocturne_batch';
/** A dimension of size 1: field 1, a varint. */
const ONE = Uint8Array.of(8, 1);

/**
 * An ONNX model whose batch dimension may have any size: the first dimension of every input and output, where it is 1, gets a name instead, and
 * the shapes noted for what is between are left out, since the runtime infers them. A network that computes with a batch of 1 in its constants
 * still does: compare its results. Returns the bytes as they are where there is nothing to rewrite.
 */
export function withSymbolicBatch(model: Uint8Array): Uint8Array {
  return rewriteFields(model, ({ id, content }) => (id === MODEL_GRAPH ? rewriteGraph(content) : 'keep'));
}

function rewriteGraph(graph: Uint8Array): Uint8Array {
  const weights = new Set(
    [...fieldsOf(graph)].filter(({ id }) => id === GRAPH.initializer).map(({ content }) => textOf(content, TENSOR_NAME)),
  );
  return rewriteFields(graph, ({ id, content }): FieldChange => {
    if (id === GRAPH.valueInfo) return 'drop';
    const isPort = id === GRAPH.output || (id === GRAPH.input && !weights.has(textOf(content, VALUE_INFO.name)));
    return isPort ? rewriteAlong(content, [VALUE_INFO.type, TYPE_TENSOR, TENSOR_SHAPE], rewriteShape) : 'keep';
  });
}

/** Rewrites the message at the end of a path of fields. */
function rewriteAlong(
  message: Uint8Array,
  [field, ...path]: readonly number[],
  rewrite: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  if (field === undefined) return rewrite(message);
  return rewriteFields(message, ({ id, content }) => (id === field ? rewriteAlong(content, path, rewrite) : 'keep'));
}

function rewriteShape(shape: Uint8Array): Uint8Array {
  let dimension = 0;
  return rewriteFields(shape, ({ id, content }) => {
    const isFirst = id === SHAPE_DIMENSION && dimension++ === 0;
    if (!isFirst || Buffer.compare(content, ONE) !== 0) return 'keep';
    return Uint8Array.of((DIMENSION_NAME << 3) | 2, BATCH.length, ...Buffer.from(BATCH));
  });
}

function textOf(message: Uint8Array, field: number): string {
  const found = [...fieldsOf(message)].find(({ id }) => id === field);
  return found ? Buffer.from(found.content).toString('utf8') : '';
}
