import type { Convolution, Ops, Parameter, Weights } from '../networks/ops.js';
import { padOf } from '../networks/trace.js';
import { OnnxGraph } from './onnx-graph.js';
import { transpose } from './onnx-layout.js';
import type { OnnxAttribute } from './onnx-model.js';

/** A value of an ONNX graph, for batch size 1: `[1, C, H, W]`, or `[1, C]` without spatial axes. */
export interface OnnxValue {
  readonly name: string;
  /** `[H, W, C]` or `[C]`. */
  readonly shape: readonly number[];
  /** Set where the value is `factor * of + offset`: a following operation can include the affine map and read `of`. */
  readonly affine?: { readonly of: OnnxValue; readonly factor: number; readonly offset: number };
}

/** `InstanceNormalization`'s epsilon. */
const INSTANCE_NORM_EPSILON = 1e-5;
/** `BatchNormalization`'s epsilon. */
const BATCH_NORM_EPSILON = 1e-5;

/**
 * Writes a network as ONNX operations, chosen for speed in ONNX Runtime on CPUs. Weights have the shapes of training (kernels HWIO)
 * and are stored in ONNX's layout (OIHW). Does not check shapes: {@link traceNetwork} does.
 */
export class OnnxOps implements Ops<OnnxValue> {
  readonly graph = new OnnxGraph();
  readonly #weights: Weights;

  /** Borrows the weights until the graph is encoded. */
  constructor(weights: Weights) {
    this.#weights = weights;
  }

  shape({ shape }: OnnxValue): [number, number, number] {
    const [height, width, channels] = shape;
    if (height === undefined || width === undefined || channels === undefined) {
      throw new RangeError(`an image must have the shape [H, W, C], got [${shape.join(', ')}]`);
    }
    return [height, width, channels];
  }

  conv(x: OnnxValue, layer: Convolution): OnnxValue {
    const [height, width, channels] = this.shape(x);
    const { name, filters, size, stride = 1, padding = 'zero', bias = true } = layer;
    const pad = padOf(layer);
    const isPaddedBefore = padding !== 'zero' && pad > 0;
    const input = isPaddedBefore ? this.#pad(x, pad, padding) : x;
    const kernel = this.#weight(`${name}/kernel`, [filters, channels, size, size], (values) =>
      transpose(values, [size, size, channels, filters], [3, 2, 0, 1]),
    );
    const inputs = [input.name, kernel];
    if (bias) inputs.push(this.#weight(`${name}/bias`, [filters]));
    const out = (length: number): number => Math.floor((length + 2 * pad - size) / stride) + 1;
    return this.#node('Conv', inputs, [out(height), out(width), filters], {
      kernel_shape: { ints: [size, size] },
      strides: { ints: [stride, stride] },
      pads: { ints: isPaddedBefore ? [0, 0, 0, 0] : [pad, pad, pad, pad] },
    });
  }

  dense(x: OnnxValue, { name, units }: { readonly name: string; readonly units: number }): OnnxValue {
    const kernel = this.#weight(`${name}/kernel`, [x.shape[0] ?? 0, units]);
    return this.#node('Gemm', [x.name, kernel, this.#weight(`${name}/bias`, [units])], [units]);
  }

  parameter({ name, shape }: Parameter): OnnxValue {
    const [height, width, channels] = shape;
    this.#weight(name, [1, channels, height, width], (values) => transpose(values, shape, [2, 0, 1]));
    return { name, shape };
  }

  leakyRelu = (x: OnnxValue, slope: number): OnnxValue =>
    this.#node('LeakyRelu', [x.name], x.shape, { alpha: { float: slope } });
  relu = (x: OnnxValue): OnnxValue => this.#node('Relu', [x.name], x.shape);
  tanh = (x: OnnxValue): OnnxValue => this.#node('Tanh', [x.name], x.shape);
  sigmoid = (x: OnnxValue): OnnxValue => this.#node('Sigmoid', [x.name], x.shape);
  exp = (x: OnnxValue): OnnxValue => this.#node('Exp', [x.name], x.shape);
  sqrt = (x: OnnxValue): OnnxValue => this.#node('Sqrt', [x.name], x.shape);
  add = (a: OnnxValue, b: OnnxValue): OnnxValue => this.#binary('Add', a, b);
  subtract = (a: OnnxValue, b: OnnxValue): OnnxValue => this.#binary('Sub', a, b);
  multiply = (a: OnnxValue, b: OnnxValue): OnnxValue => this.#binary('Mul', a, b);

  affine(x: OnnxValue, factor: number, offset = 0): OnnxValue {
    const inner = x.affine;
    if (inner) return this.affine(inner.of, factor * inner.factor, factor * inner.offset + offset);
    const { graph } = this;
    let { name } = x;
    if (factor === -1) name = graph.node('Neg', [name]);
    else if (factor !== 1) name = graph.node('Mul', [name, graph.scalar(factor)]);
    if (offset !== 0) name = graph.node('Add', [name, graph.scalar(offset)]);
    return { name, shape: x.shape, affine: { of: x, factor, offset } };
  }

  clamp(x: OnnxValue, low: number, high: number): OnnxValue {
    if (x.affine && low === 0 && high === 1) {
      const { of, factor, offset } = x.affine;
      return this.#node('HardSigmoid', [of.name], x.shape, { alpha: { float: factor }, beta: { float: offset } });
    }
    return this.#node('Clip', [x.name, this.graph.scalar(low), this.graph.scalar(high)], x.shape);
  }

  concat(parts: readonly OnnxValue[]): OnnxValue {
    const [first] = parts;
    if (!first) throw new RangeError('parts must not be empty, got []');
    const [height, width] = this.shape(first);
    const channels = parts.reduce((sum, part) => sum + this.shape(part)[2], 0);
    const names = parts.map(({ name }) => name);
    return this.#node('Concat', names, [height, width, channels], { axis: { int: 1 } });
  }

  sliceChannels(x: OnnxValue, from: number, count: number): OnnxValue {
    const [height, width, channels] = this.shape(x);
    if (from === 0 && count === channels) return x;
    const { graph } = this;
    const bounds = [graph.integers([from]), graph.integers([from + count]), graph.integers([1])];
    return this.#node('Slice', [x.name, ...bounds], [height, width, count]);
  }

  instanceNorm(x: OnnxValue): OnnxValue {
    const channels = this.shape(x)[2];
    const ones = this.graph.floats(`${channels} ones`, [channels], () => new Float32Array(channels).fill(1));
    const zeros = this.graph.floats(`${channels} zeros`, [channels], () => new Float32Array(channels));
    return this.#node('InstanceNormalization', [x.name, ones, zeros], x.shape, {
      epsilon: { float: INSTANCE_NORM_EPSILON },
    });
  }

  batchNorm(x: OnnxValue, { name }: { readonly name: string }): OnnxValue {
    const shape = [this.shape(x)[2]];
    const weights = ['scale', 'offset', 'mean', 'variance'].map((kind) => this.#weight(`${name}/${kind}`, shape));
    return this.#node('BatchNormalization', [x.name, ...weights], x.shape, { epsilon: { float: BATCH_NORM_EPSILON } });
  }

  sumGroups(x: OnnxValue): OnnxValue {
    return this.#node('ReduceSum', [x.name, this.graph.integers([0])], x.shape, { keepdims: { int: 1 } });
  }

  upsampleNearest(x: OnnxValue): OnnxValue {
    const [height, width, channels] = this.shape(x);
    const scales = this.graph.floats('twice', [4], () => Float32Array.of(1, 1, 2, 2));
    return this.#node('Resize', [x.name, '', scales], [2 * height, 2 * width, channels], {
      mode: { text: 'nearest' },
      coordinate_transformation_mode: { text: 'asymmetric' },
      nearest_mode: { text: 'floor' },
    });
  }

  resizeBilinear(x: OnnxValue, height: number, width: number): OnnxValue {
    const channels = this.shape(x)[2];
    const sizes = this.graph.integers([1, channels, height, width]);
    return this.#node('Resize', [x.name, '', '', sizes], [height, width, channels], {
      mode: { text: 'linear' },
      coordinate_transformation_mode: { text: 'half_pixel' },
    });
  }

  averagePool = (x: OnnxValue, size: number): OnnxValue => this.#poolBlocks('AveragePool', x, size);
  maxPool = (x: OnnxValue, size: number): OnnxValue => this.#poolBlocks('MaxPool', x, size);

  boxBlur(x: OnnxValue, size: number): OnnxValue {
    return this.#poolSame('AveragePool', x, size, { count_include_pad: { int: 1 } });
  }

  dilate(x: OnnxValue, size: number): OnnxValue {
    return this.#poolSame('MaxPool', x, size, {});
  }

  globalMean = (x: OnnxValue): OnnxValue => this.#reduceSpatial('ReduceMean', x);
  globalMax = (x: OnnxValue): OnnxValue => this.#reduceSpatial('ReduceMax', x);

  expandSpatial(x: OnnxValue): OnnxValue {
    const channels = x.shape[0] ?? 0;
    return this.#node('Reshape', [x.name, this.graph.integers([1, channels, 1, 1])], [1, 1, channels]);
  }

  #node(
    type: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): OnnxValue {
    return { name: this.graph.node(type, inputs, attributes), shape };
  }

  #binary(type: string, a: OnnxValue, b: OnnxValue): OnnxValue {
    const shape = a.shape.map((length, axis) => Math.max(length, b.shape[axis] ?? 1));
    return this.#node(type, [a.name, b.name], shape);
  }

  #pad(x: OnnxValue, pad: number, mode: 'reflect' | 'edge'): OnnxValue {
    const [height, width, channels] = this.shape(x);
    const pads = this.graph.integers([0, 0, pad, pad, 0, 0, pad, pad]);
    return this.#node('Pad', [x.name, pads], [height + 2 * pad, width + 2 * pad, channels], { mode: { text: mode } });
  }

  #poolBlocks(type: string, x: OnnxValue, size: number): OnnxValue {
    const [height, width, channels] = this.shape(x);
    const ints = [size, size];
    return this.#node(type, [x.name], [height / size, width / size, channels], {
      kernel_shape: { ints },
      strides: { ints },
    });
  }

  #poolSame(type: string, x: OnnxValue, size: number, attributes: Readonly<Record<string, OnnxAttribute>>): OnnxValue {
    if (size % 2 !== 1) throw new RangeError(`size must be odd, got ${size}`);
    const pad = (size - 1) / 2;
    return this.#node(type, [x.name], x.shape, {
      kernel_shape: { ints: [size, size] },
      strides: { ints: [1, 1] },
      pads: { ints: [pad, pad, pad, pad] },
      ...attributes,
    });
  }

  #reduceSpatial(type: string, x: OnnxValue): OnnxValue {
    const axes = { ints: [2, 3] };
    return this.#node(type, [x.name], [this.shape(x)[2]], { axes, keepdims: { int: 0 } });
  }

  #weight(name: string, dims: readonly number[], order = (values: Float32Array): Float32Array => values): string {
    return this.graph.floats(name, dims, () => {
      const values = this.#weights.get(name);
      if (!values) throw new RangeError(`weights must have ${name}, got ${[...this.#weights.keys()].join(', ')}`);
      return order(values);
    });
  }
}
