import { Buffer } from 'node:buffer';
import { fieldsOf, rewriteFields, type FieldChange } from '../protobuf-fields.js';

/** Fields of the public schema, `onnx.proto`, on the way to the first dimension of an input or output. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
const NODE = { input: 1, output: 2, type: 4, attribute: 5 } as const;
const ATTRIBUTE_TENSOR = 5;
const TENSOR = { integers: 7, name: 8, bytes: 9 } as const;
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
 * the shapes noted for what is between are left out, since the runtime infers them; a Reshape to a batch of 1 keeps the batch that it gets
 * instead (the size 0 of the operator set). A network that computes with a batch of 1 elsewhere still does: compare its results. Returns the bytes as they are where there is nothing to rewrite.
 */
export function withSymbolicBatch(model: Uint8Array): Uint8Array {
  return rewriteFields(model, ({ id, content }) => (id === MODEL_GRAPH ? rewriteGraph(content) : 'keep'));
}

function rewriteGraph(graph: Uint8Array): Uint8Array {
  const weights = new Set(
    [...fieldsOf(graph)]
      .filter(({ id }) => id === GRAPH.initializer)
      .map(({ content }) => textOf(content, TENSOR.name)),
  );
  const shapes = shapesOfReshapes(graph);
  return rewriteFields(graph, ({ id, content }): FieldChange => {
    if (id === GRAPH.valueInfo) return 'drop';
    if (id === GRAPH.initializer && shapes.has(textOf(content, TENSOR.name))) return rewriteShapeTensor(content);
    if (id === GRAPH.node && textOf(content, NODE.type) === 'Constant' && shapes.has(textOf(content, NODE.output))) {
      return rewriteAlong(content, [NODE.attribute, ATTRIBUTE_TENSOR], rewriteShapeTensor);
    }
    const isPort = id === GRAPH.output || (id === GRAPH.input && !weights.has(textOf(content, VALUE_INFO.name)));
    return isPort ? rewriteAlong(content, [VALUE_INFO.type, TYPE_TENSOR, TENSOR_SHAPE], rewriteShape) : 'keep';
  });
}

/** Names of the constants that give the shapes of Reshape nodes: their second inputs. */
function shapesOfReshapes(graph: Uint8Array): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { id, content } of fieldsOf(graph)) {
    if (id !== GRAPH.node || textOf(content, NODE.type) !== 'Reshape') continue;
    const [, shape] = [...fieldsOf(content)].filter((field) => field.id === NODE.input);
    if (shape) names.add(Buffer.from(shape.content).toString('utf8'));
  }
  return names;
}

/** A shape of int64 whose first size, where it is 1, becomes 0: that of the input. Its bytes start with the lowest, packed or not. */
function rewriteShapeTensor(tensor: Uint8Array): Uint8Array {
  return rewriteFields(tensor, ({ id, content }) => {
    const isRaw = id === TENSOR.bytes && content.subarray(1, 8).every((byte) => byte === 0);
    if (content[0] !== 1 || !(isRaw || id === TENSOR.integers)) return 'keep';
    return Uint8Array.of(0, ...content.subarray(1));
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
