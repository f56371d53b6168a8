import type { TensorPort } from './network-session.js';
import { floatsOf, integersIn, onnxTypeName, readOnnxTensor, type OnnxTensor } from './onnx-tensor.js';
import { fieldsOf, textOf, valuesOf, type ProtobufValue } from './protobuf-fields.js';

// Field numbers of the public schema, `onnx.proto`.
const MODEL = { formatVersion: 1, producer: 2, producerVersion: 3, graph: 7, operatorSet: 8, function: 25 } as const;
const OPERATOR_SET = { domain: 1, version: 2 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const FUNCTION = { node: 7 } as const;
const NODE = { input: 1, output: 2, type: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, float: 2, integer: 3, text: 4, tensor: 5, floats: 7, integers: 8 } as const;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR_TYPE = { element: 1, shape: 2 } as const;
const DIMENSION = { length: 1, name: 2 } as const;

/** An attribute of an operator; it has one of the values. */
export interface OnnxAttribute {
  readonly integer?: number;
  readonly float?: number;
  readonly text?: string;
  readonly tensor?: OnnxTensor;
  readonly integers: readonly number[];
  readonly floats: readonly number[];
}

/** An operator with the names of what it reads and gives. */
export interface OnnxOperator {
  /** `Conv`; with its domain where that is not ONNX's own: `com.microsoft.FusedConv`. */
  readonly type: string;
  /** `''` for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** What an ONNX file holds. Lends the memory of the file. */
export interface OnnxModel {
  /** Undefined where the file does not say it. */
  readonly formatVersion: number | undefined;
  /** Of ONNX's own operators; undefined where the file does not say it. */
  readonly operatorSet: number | undefined;
  /** Name and version of the program that wrote it; may be empty. */
  readonly producer: string;
  /** In the order in which they run. */
  readonly operators: readonly OnnxOperator[];
  /** Operators inside local functions. */
  readonly functionOperators: readonly OnnxOperator[];
  readonly initializers: readonly OnnxTensor[];
  /** Without weights. */
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
}

/** Reads an ONNX file; undefined for bytes that are no model, or not all of one. */
export function readOnnxModel(model: Uint8Array): OnnxModel | undefined {
  const fields = [...valuesOf(model)];
  const [graph] = contentsOf(fields, MODEL.graph);
  if (!graph) return undefined;
  const parts = [...fieldsOf(graph)];
  const initializers = contentsOf(parts, GRAPH.initializer).map(readOnnxTensor);
  const weights = new Set(initializers.map(({ name }) => name));
  const sets = contentsOf(fields, MODEL.operatorSet).map((content) => [...valuesOf(content)]);
  const main = sets.find((set) => isOwnDomain(textAt(set, OPERATOR_SET.domain)));
  const functions = contentsOf(fields, MODEL.function).map((content) => [...fieldsOf(content)]);
  return {
    formatVersion: integerAt(fields, MODEL.formatVersion),
    operatorSet: main && integerAt(main, OPERATOR_SET.version),
    producer: [textAt(fields, MODEL.producer), textAt(fields, MODEL.producerVersion)].join(' ').trim(),
    operators: contentsOf(parts, GRAPH.node).map(readOperator),
    functionOperators: functions.flatMap((body) => contentsOf(body, FUNCTION.node).map(readOperator)),
    initializers,
    inputs: contentsOf(parts, GRAPH.input)
      .map(readPort)
      .filter(({ name }) => !weights.has(name)), // formats before 4 list the weights too
    outputs: contentsOf(parts, GRAPH.output).map(readPort),
  };
}

function readOperator(content: Uint8Array): OnnxOperator {
  const fields = [...fieldsOf(content)];
  const domain = textAt(fields, NODE.domain);
  const type = textAt(fields, NODE.type);
  return {
    type: isOwnDomain(domain) ? type : `${domain}.${type}`,
    inputs: contentsOf(fields, NODE.input).map(textOf),
    outputs: contentsOf(fields, NODE.output).map(textOf),
    attributes: new Map(contentsOf(fields, NODE.attribute).map(readAttribute)),
  };
}

function readAttribute(content: Uint8Array): readonly [name: string, value: OnnxAttribute] {
  const fields = [...valuesOf(content)];
  const integer = integerAt(fields, ATTRIBUTE.integer);
  const floats = fields.flatMap((field) =>
    field.id === ATTRIBUTE.floats && field.kind !== 'integer' ? [...floatsOf(field.content)] : [],
  );
  const [text] = contentsOf(fields, ATTRIBUTE.text);
  const [tensor] = contentsOf(fields, ATTRIBUTE.tensor);
  const single = fields.find(({ id, kind }) => id === ATTRIBUTE.float && kind === 'fixed');
  const float = single && 'content' in single ? floatsOf(single.content)[0] : undefined;
  const value: OnnxAttribute = {
    ...(integer !== undefined && { integer }),
    ...(float !== undefined && { float }),
    ...(text && { text: textOf(text) }),
    ...(tensor && { tensor: readOnnxTensor(tensor) }),
    integers: fields.flatMap((field) => (field.id === ATTRIBUTE.integers ? integersIn(field) : [])),
    floats,
  };
  return [textAt(fields, ATTRIBUTE.name), value];
}

/** A ValueInfoProto: name, type and shape of a tensor. */
function readPort(content: Uint8Array): TensorPort {
  const fields = [...fieldsOf(content)];
  const name = textAt(fields, VALUE_INFO.name);
  const [tensor] = contentsOf([...fieldsOf(contentAt(fields, VALUE_INFO.type))], TYPE.tensor);
  if (!tensor) return { name, type: 'no tensor', shape: [] };
  const parts = [...valuesOf(tensor)];
  const dimensions = contentsOf([...fieldsOf(contentAt(parts, TENSOR_TYPE.shape))], 1);
  const shape = dimensions.map((dimension) => {
    const side = [...valuesOf(dimension)];
    return integerAt(side, DIMENSION.length) ?? (textAt(side, DIMENSION.name) || 'any');
  });
  return { name, type: onnxTypeName(integerAt(parts, TENSOR_TYPE.element) ?? 0), shape };
}

function isOwnDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** A field of a message: `fieldsOf` gives some of them without their kind. */
type Field = ProtobufValue | { readonly id: number; readonly content: Uint8Array; readonly kind?: undefined };

function contentsOf(fields: readonly Field[], id: number): Uint8Array[] {
  return fields.flatMap((field) => {
    const isBytes = field.kind === undefined || field.kind === 'bytes';
    return field.id === id && isBytes ? [field.content] : [];
  });
}

function contentAt(fields: readonly Field[], id: number): Uint8Array {
  return contentsOf(fields, id)[0] ?? new Uint8Array();
}

function textAt(fields: readonly Field[], id: number): string {
  return textOf(contentAt(fields, id));
}

function integerAt(fields: readonly ProtobufValue[], id: number): number | undefined {
  for (const field of fields) if (field.id === id && field.kind === 'integer') return field.value;
  return undefined;
}
