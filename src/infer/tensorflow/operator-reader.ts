import * as tf from '@tensorflow/tfjs-core';
import type { OnnxConstant, OnnxNode } from './onnx-graph.js';

/** An operator's attributes and constant inputs. */
export class OperatorReader {
  readonly #node: OnnxNode;
  readonly #constants: ReadonlyMap<string, OnnxConstant>;
  readonly #keep: (tensor: tf.Tensor) => tf.Tensor;

  /** @param keep takes a tensor, until the network is closed. */
  constructor(node: OnnxNode, constants: ReadonlyMap<string, OnnxConstant>, keep: (tensor: tf.Tensor) => tf.Tensor) {
    this.#node = node;
    this.#constants = constants;
    this.#keep = keep;
  }

  get type(): string {
    return this.#node.type;
  }

  /** A number attribute. */
  number(name: string, otherwise: number): number {
    const value = this.#node.attributes.get(name);
    return typeof value === 'number' ? value : otherwise;
  }

  /** A text attribute. */
  text(name: string, otherwise: string): string {
    const value = this.#node.attributes.get(name);
    return typeof value === 'string' ? value : otherwise;
  }

  /** A list attribute. */
  list(name: string): readonly number[] | undefined {
    const value = this.#node.attributes.get(name);
    return Array.isArray(value) ? (value as readonly number[]) : undefined; // the only arrays among attributes
  }

  /** The numbers of a constant input; undefined where there is none. */
  constant(input: number): readonly number[] | undefined {
    const values = this.#constants.get(this.#node.inputs[input] ?? '')?.values;
    return values && [...values];
  }

  /** The numbers of a constant input, or of an attribute in older operator sets. Throws where neither is there. */
  integers(input: number, attribute: string): readonly number[] {
    const values = this.constant(input) ?? this.list(attribute);
    if (!values) throw new Error(`a ${this.type} whose ${attribute} is computed`);
    return values;
  }

  /** A constant input as a tensor that is kept, in ONNX's order. @param arrange puts it in another, once. */
  weights(
    input: number,
    arrange: (tensor: tf.Tensor) => tf.Tensor = (tensor) => tensor.clone(),
  ): tf.Tensor | undefined {
    const constant = this.#constants.get(this.#node.inputs[input] ?? '');
    return constant && this.keep(() => arrange(tensorOf(constant)));
  }

  /** A tensor that the operator needs at each run. */
  keep(create: () => tf.Tensor): tf.Tensor {
    return this.#keep(tf.tidy(create));
  }
}

/** A constant as a tensor, in ONNX's order. */
export function tensorOf({ values, shape }: OnnxConstant): tf.Tensor {
  return tf.tensor(values instanceof Float32Array ? values : [...values], [...shape], 'float32');
}
