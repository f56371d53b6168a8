import type { OnnxConstant, OnnxGraph, OnnxNode } from './onnx-graph.js';

/** Computes an operator of whole numbers; undefined where it cannot. */
type Fold = (node: OnnxNode, inputs: readonly OnnxConstant[]) => OnnxConstant | undefined;

/** The operators with which PyTorch's exporter computes the sides of a padding from constants. */
const FOLDS: Readonly<Record<string, Fold>> = {
  Constant: ({ attributes }) => {
    const value = attributes.get('value') ?? attributes.get('value_float') ?? attributes.get('value_ints');
    if (typeof value === 'number') return { shape: [], values: Float32Array.of(value) };
    if (value === undefined || typeof value === 'string') return undefined;
    return 'shape' in value ? value : { shape: [value.length], values: value };
  },
  ConstantOfShape: ({ attributes }, [lengths]) => {
    const value = attributes.get('value');
    const fill = typeof value === 'object' && 'shape' in value ? (value.values[0] ?? 0) : 0;
    const shape = [...(lengths?.values ?? [])];
    return { shape, values: new Array<number>(sizeOf(shape)).fill(fill) };
  },
  Cast: ({ attributes }, [input]) => input && castOf(input, Number(attributes.get('to'))),
  Identity: (_, [input]) => input, // which shares weights that are equal
  Concat: (_, inputs) => {
    if (inputs.some(({ shape }) => shape.length !== 1)) return undefined;
    const values = inputs.flatMap((input) => [...input.values]);
    return { shape: [values.length], values };
  },
  Reshape: (_, [input, target]) => {
    if (!input || !target) return undefined;
    const known = sizeOf([...target.values].filter((length) => length > 0));
    return {
      shape: [...target.values].map((length) => (length < 0 ? input.values.length / known : length)),
      values: input.values,
    };
  },
  Slice: (_, [input, starts, ends, axes, steps]) => {
    const [rows = 0, columns = 1] = input?.shape ?? [];
    const isReversal = starts?.values[0] === -1 && (ends?.values[0] ?? 0) < -rows && steps?.values[0] === -1;
    if (!input || (axes?.values[0] ?? 0) !== 0 || !isReversal) return undefined;
    const values = Array.from({ length: rows * columns }, (__, i) => {
      return input.values[(rows - 1 - Math.floor(i / columns)) * columns + (i % columns)] ?? 0;
    });
    return { shape: input.shape, values };
  },
  Transpose: (_, [input]) => {
    const [rows, columns] = input?.shape ?? [];
    if (!input || rows === undefined || columns === undefined || input.shape.length !== 2) return undefined;
    const values = Array.from({ length: rows * columns }, (__, i) => {
      return input.values[(i % rows) * columns + Math.floor(i / rows)] ?? 0;
    });
    return { shape: [columns, rows], values };
  },
};

/** A network without the operators whose results are known before it runs. */
export function foldConstants(graph: OnnxGraph): OnnxGraph {
  const constants = new Map(graph.constants);
  const nodes = graph.nodes.filter((node) => {
    const inputs = node.inputs.map((name) => constants.get(name));
    const known = inputs.filter((input) => input !== undefined);
    const isWhole = node.type === 'Identity' || known.every(({ values }) => !(values instanceof Float32Array));
    const result = known.length === inputs.length && isWhole ? FOLDS[node.type]?.(node, known) : undefined;
    if (result) constants.set(node.outputs[0] ?? '', result);
    return !result;
  });
  return { ...graph, nodes, constants };
}

/** `TensorProto.DataType`: the types that whole numbers are cast to; every number of floating point is float32 here. */
const CAST_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
} as const;
/** Bits of the types that keep the lowest ones of a number that does not fit, as ONNX Runtime does; the standard leaves it open. */
const WRAPS: ReadonlyMap<number, (value: bigint) => bigint> = new Map([
  [CAST_TYPES.uint8, (value) => BigInt.asUintN(8, value)],
  [CAST_TYPES.int8, (value) => BigInt.asIntN(8, value)],
  [CAST_TYPES.uint16, (value) => BigInt.asUintN(16, value)],
  [CAST_TYPES.int16, (value) => BigInt.asIntN(16, value)],
  [CAST_TYPES.int32, (value) => BigInt.asIntN(32, value)],
]);

/** Whole numbers as another type, as ONNX Runtime casts them; undefined for a type that no constant has here. */
function castOf({ shape, values }: OnnxConstant, to: number): OnnxConstant | undefined {
  if (to === CAST_TYPES.int64) return { shape, values };
  if (to === CAST_TYPES.float32 || to === CAST_TYPES.float64) return { shape, values: Float32Array.from(values) };
  if (to === CAST_TYPES.bool) return { shape, values: Array.from(values, (value) => (value === 0 ? 0 : 1)) };
  const wrap = WRAPS.get(to);
  return wrap && { shape, values: Array.from(values, (value) => Number(wrap(BigInt(value)))) };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
