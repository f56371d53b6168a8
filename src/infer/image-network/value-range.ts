import { beginning, ending, operandOf, type GraphNode, type NetworkGraph } from './network-graph.js';

/** What black and white are. */
export type ValueRange = readonly [black: number, white: number];

/** Ranges that activations give. */
const ACTIVATIONS: Readonly<Record<string, ValueRange>> = { Tanh: [-1, 1], Sigmoid: [0, 1], HardSigmoid: [0, 1] };
/** Operations with a constant. */
const AFFINE = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** The range of an output by the activation before it, and by what follows that: `(tanh + 1) / 2` is [0, 1]; undefined where none bounds it. */
export function outputRange(graph: NetworkGraph, output: string): ValueRange | undefined {
  if (graph.outputs.find(({ name }) => name === output)?.type === 'uint8') return [0, 255];
  const after: GraphNode[] = [];
  for (const node of ending(graph, output)) {
    const range = ACTIVATIONS[node.type] ?? clipRange(graph, node);
    if (range) return applyAll(graph, after.reverse(), range);
    if (!AFFINE.has(node.type)) return undefined;
    after.push(node);
  }
  return undefined;
}

/** The range that an input has by what the network does with it first: `x / 255` wants [0, 255]; undefined where it uses it as it is. */
export function inputRange(graph: NetworkGraph, input: string): ValueRange | undefined {
  const port = graph.inputs.find(({ name }) => name === input);
  if (port?.type === 'uint8') return [0, 255];
  const before = beginning(graph, input);
  const affine = before.slice(
    0,
    before.findIndex(({ type }) => !AFFINE.has(type)),
  );
  if (affine.length === 0) return undefined;
  const ends = applyAll(graph, affine, [0, 1]);
  if (!ends) return undefined;
  const slope = Math.abs(ends[1] - ends[0]);
  if (slope < MAX_BYTE_SLOPE) return [0, 255];
  return slope > MIN_UNIT_SLOPE ? [0, 1] : undefined;
}

/** Slope below which a first operation scales bytes: 1 / 127.5 and 1 / 255, beside 2 or 1 / 0.229. */
const MAX_BYTE_SLOPE = 0.02;
/** Slope above which it scales [0, 1] to what the layers want. */
const MIN_UNIT_SLOPE = 1.5;

/** The bounds of a `Clip` whose bounds are constants. */
function clipRange(graph: NetworkGraph, { type, inputs }: GraphNode): ValueRange | undefined {
  if (type !== 'Clip') return undefined;
  const [low, high] = inputs.slice(1).map((input) => graph.constants.get(input)?.number);
  return low === undefined || high === undefined ? undefined : [low, high];
}

function applyAll(graph: NetworkGraph, nodes: readonly GraphNode[], range: ValueRange): ValueRange | undefined {
  let [black, white]: ValueRange = range;
  for (const node of nodes) {
    const operand = operandOf(graph, node);
    const isReversed = ['Sub', 'Div'].includes(node.type) && graph.constants.has(node.inputs[0] ?? '');
    if (operand === undefined || isReversed) return undefined;
    [black, white] = [combine(node.type, black, operand), combine(node.type, white, operand)];
  }
  return [round(black), round(white)];
}

function combine(type: string, a: number, b: number): number {
  switch (type) {
    case 'Add':
      return a + b;
    case 'Sub':
      return a - b;
    case 'Mul':
      return a * b;
    default:
      return a / b;
  }
}

/** Without the error of float32. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
