import type { ExternalData } from '../external-data.js';
import type { TensorPort } from '../network-session.js';
import { readOnnxModel, type OnnxAttribute as FileAttribute } from '../onnx-model.js';
import { elementsOf, type OnnxTensor } from '../onnx-tensor.js';

/** A constant of a network: float32 or whole numbers, row-major. */
export interface OnnxConstant {
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly number[];
}

/** An attribute of an operator. */
export type OnnxAttribute = number | string | readonly number[] | OnnxConstant;

/** An operator with the names of what it reads and gives. */
export interface OnnxNode {
  readonly type: string;
  /** `''` for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** A network with the numbers of its constants, as an executor needs it. */
export interface OnnxGraph {
  /** In the order in which they run. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
}

/** Reads an ONNX file with the numbers of its constants. Throws an Error with a clause for people. */
export function readOnnxGraph(bytes: Uint8Array, external: readonly ExternalData[] = []): OnnxGraph {
  const model = readOnnxModel(bytes);
  if (!model) throw new Error('it is not an ONNX file, or not all of one');
  const constantOf = (tensor: OnnxTensor): OnnxConstant => ({
    shape: tensor.shape,
    values: elementsOf(tensor, external),
  });
  const nodes = model.operators.map((operator) => {
    const attributes = new Map<string, OnnxAttribute>();
    for (const [name, value] of operator.attributes) {
      const known = valueOf(value, constantOf);
      if (known !== undefined) attributes.set(name, known);
    }
    return { ...operator, attributes };
  });
  const constants = new Map(model.initializers.map((tensor) => [tensor.name, constantOf(tensor)]));
  return { nodes, constants, inputs: model.inputs, outputs: model.outputs };
}

function valueOf(
  { integers, floats, integer, float, text, tensor }: FileAttribute,
  constantOf: (tensor: OnnxTensor) => OnnxConstant,
): OnnxAttribute | undefined {
  if (integers.length > 0) return integers;
  if (floats.length > 0) return floats;
  return integer ?? float ?? text ?? (tensor && constantOf(tensor));
}
