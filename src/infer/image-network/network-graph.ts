import type { TensorPort } from '../network-session.js';

/** One operation of a network, in ONNX's words. */
export interface GraphNode {
  /** `Conv`, `Tanh`; with its domain where that is not ONNX's own: `com.microsoft.FusedConv`. */
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integer attributes by name: `strides`, `group`. */
  readonly integers: ReadonlyMap<string, readonly number[]>;
  /** What a `Constant` holds. */
  readonly constant?: GraphConstant;
}

/** A weight or another constant. */
export interface GraphConstant {
  /** In ONNX's words: `float32`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Its first number, of a small constant. */
  readonly number?: number;
}

/** What the file of a network says about it. */
export interface NetworkGraph {
  readonly format: 'onnx' | 'tensorflow';
  /** Format, version and producer, for people. */
  readonly facts: readonly string[];
  /** Without weights. */
  readonly inputs: readonly TensorPort[];
  /** Without shape where the file does not say it. */
  readonly outputs: readonly TensorPort[];
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, GraphConstant>;
}

/** Operations that pass numbers on as they are. */
const PASSING = new Set([
  'Identity',
  'Cast',
  'Transpose',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Slice',
  'Resize',
  'Pad',
  'DequantizeLinear',
  'QuantizeLinear',
]);
/** Steps of a walk along the graph. */
const MAX_STEPS = 24;

/** The operations before an output, the last first, without those that pass numbers on. */
export function ending(graph: NetworkGraph, output: string): readonly GraphNode[] {
  const nodes: GraphNode[] = [];
  let name: string | undefined = output;
  for (let step = 0; step < MAX_STEPS && name !== undefined; step++) {
    const value: string = name;
    const node = graph.nodes.find(({ outputs }) => outputs.includes(value));
    if (!node) break;
    if (!PASSING.has(node.type)) nodes.push(node);
    name = node.inputs.find((input) => input !== '' && !graph.constants.has(input));
  }
  return nodes;
}

/** The operations after an input up to the first convolution, without those that pass numbers on. */
export function beginning(graph: NetworkGraph, input: string): readonly GraphNode[] {
  const nodes: GraphNode[] = [];
  let name: string | undefined = input;
  for (let step = 0; step < MAX_STEPS && name !== undefined; step++) {
    const value: string = name;
    const node = graph.nodes.find(({ inputs, type }) => inputs.includes(value) && type !== 'Shape');
    if (!node) break;
    if (!PASSING.has(node.type)) nodes.push(node);
    if (node.type === 'Conv') break;
    [name] = node.outputs;
  }
  return nodes;
}

/** The number that an operation combines its input with: 255 of `x / 255`. */
export function operandOf(graph: NetworkGraph, node: GraphNode): number | undefined {
  for (const input of node.inputs) {
    const number = graph.constants.get(input)?.number;
    if (number !== undefined) return number;
  }
  return undefined;
}

/** How often each operation occurs, the most frequent first. */
export function operatorCounts(graph: NetworkGraph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of graph.nodes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** How many operations halve the size: convolutions and pools of stride 2. */
export function halvings({ nodes }: NetworkGraph): number {
  const isHalving = ({ type, integers }: GraphNode): boolean =>
    ['Conv', 'MaxPool', 'AveragePool'].includes(type) && (integers.get('strides')?.at(-1) ?? 1) === 2;
  return nodes.filter(isHalving).length;
}

/** Number of weights. */
export function parameterCount({ constants }: NetworkGraph): number {
  let count = 0;
  for (const { shape } of constants.values()) count += shape.reduce((product, side) => product * side, 1);
  return count;
}
