import * as tf from '@tensorflow/tfjs-core';
import type { NetworkTensor } from '../network-session.js';
import { foldConstants } from './fold-constants.js';
import type { OnnxConstant, OnnxGraph, OnnxNode } from './onnx-graph.js';
import { OPERATORS } from './onnx-operators.js';
import type { Operator } from './operator.js';
import { OperatorReader, tensorOf } from './operator-reader.js';
import { toOnnxOrder, toPhysical } from './tensor-layout.js';

/** An operator that is ready to run. */
interface Step {
  readonly run: Operator;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Values that no later step reads. */
  readonly last: readonly string[];
}

/** Computes an ONNX network with TensorFlow.js, on its current backend. */
export class OnnxExecutor {
  readonly #steps: readonly Step[];
  /** Tensors that every run needs, by the names that operators read them by. */
  readonly #constants = new Map<string, tf.Tensor>();
  readonly #kept: tf.Tensor[] = [];

  /** Uploads the weights. Throws an Error with a clause for people where an operator is not one of {@link OPERATORS}. */
  constructor(graph: OnnxGraph) {
    const { nodes, constants } = foldConstants(graph);
    const unknown = [...new Set(nodes.map(({ type }) => type).filter((type) => !(type in OPERATORS)))];
    if (unknown.length > 0) {
      throw new Error(`it needs the operators ${unknown.join(', ')}, which only ONNX Runtime runs here`);
    }
    const outputs = graph.outputs.map(({ name }) => name);
    this.#steps = nodes.map((node, i) => ({
      run: this.#build(node, constants),
      inputs: node.inputs,
      output: node.outputs[0] ?? '',
      last: [...node.inputs, ...node.outputs].filter(
        (name) => !outputs.includes(name) && !nodes.slice(i + 1).some(({ inputs }) => inputs.includes(name)),
      ),
    }));
  }

  /** Computes some outputs. Tensors `[N, C, H, W]`; borrows the inputs. */
  async run(
    inputs: Readonly<Record<string, NetworkTensor>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, NetworkTensor>>> {
    const values = new Map<string, tf.Tensor>();
    try {
      for (const [name, { data, shape }] of Object.entries(inputs)) {
        values.set(
          name,
          tf.tidy(() => toPhysical(tf.tensor(data, [...shape], 'float32'))),
        );
      }
      for (const step of this.#steps) this.#runStep(step, values);
      const results: Record<string, NetworkTensor> = {};
      for (const name of outputs) results[name] = await read(values.get(name));
      return results;
    } finally {
      tf.dispose([...values.values()]);
    }
  }

  /** Frees the weights. */
  close(): void {
    tf.dispose([...this.#kept, ...this.#constants.values()]);
  }

  #build(node: OnnxNode, constants: ReadonlyMap<string, OnnxConstant>): Operator {
    const build = OPERATORS[node.type];
    if (!build) throw new RangeError(`type must be known, got ${node.type}`);
    const reader = new OperatorReader(node, constants, (tensor) => {
      this.#kept.push(tf.keep(tensor));
      return tensor;
    });
    for (const name of node.inputs) {
      const constant = constants.get(name);
      // Whole numbers are shapes and places, which operators read themselves.
      if (constant?.values instanceof Float32Array && !OWN_WEIGHTS.has(node.type) && !this.#constants.has(name)) {
        this.#constants.set(name, tf.keep(tf.tidy(() => toPhysical(tensorOf(constant)))));
      }
    }
    try {
      return build(reader);
    } catch (error) {
      throw new Error(
        `it has ${error instanceof Error ? error.message : String(error)}, which only ONNX Runtime runs here`,
        {
          cause: error,
        },
      );
    }
  }

  #runStep({ run, inputs, output, last }: Step, values: Map<string, tf.Tensor>): void {
    const tensors = inputs.map((name) => values.get(name) ?? this.#constants.get(name));
    values.set(
      output,
      tf.tidy(() => run(tensors as tf.Tensor[])),
    ); // an operator checks the ones it needs
    for (const name of last) {
      values.get(name)?.dispose();
      values.delete(name);
    }
  }
}

/** Operators that arrange their constants themselves. */
const OWN_WEIGHTS: ReadonlySet<string> = new Set([
  ...['Conv', 'ConvTranspose', 'InstanceNormalization', 'BatchNormalization', 'Resize', 'Clip', 'Pad'],
]);

async function read(value: tf.Tensor | undefined): Promise<NetworkTensor> {
  if (!value) throw new Error('it does not compute an output that was asked for');
  const ordered = tf.tidy(() => toOnnxOrder(value));
  try {
    return { data: Float32Array.from(await ordered.data()), shape: ordered.shape };
  } finally {
    ordered.dispose();
  }
}
