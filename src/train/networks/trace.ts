import type { Convolution, Init, JointNetwork, Network, Ops, Parameter, ParameterSpec } from './ops.js';

/** The parameters and output shapes of a network. */
export interface NetworkTrace {
  /** In the order of their first use. */
  readonly parameters: readonly ParameterSpec[];
  /** Means and variances of batch norms, which no gradient changes. */
  readonly statistics: readonly ParameterSpec[];
  /** `[H, W, C]` of each output, or `[C]` without spatial axes. */
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

/** A shape: `[H, W, C]` or `[C]`. */
type Shape = readonly number[];

/** Runs a network on shapes only. @param input height, width and channels. Throws RangeError for shapes that do not fit. */
export function traceNetwork(network: Network, input: readonly [number, number, number]): NetworkTrace {
  return traceJointNetwork((ops, { x }) => network(ops, x), { x: input });
}

/** The same for several inputs. @param inputs `[H, W, C]` each. */
export function traceJointNetwork<I extends string>(
  network: JointNetwork<I, string>,
  inputs: Readonly<Record<I, readonly [number, number, number]>>,
): NetworkTrace {
  const ops = new TraceOps();
  const outputs = network<Shape>(ops, inputs);
  return { parameters: [...ops.parameters.values()], statistics: [...ops.statistics.values()], outputs };
}

/** Numbers in a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The padding of a convolution on each side. */
export function padOf({ size, pad }: Convolution): number {
  return pad ?? Math.floor((size - 1) / 2);
}

class TraceOps implements Ops<Shape> {
  readonly parameters = new Map<string, ParameterSpec>();
  readonly statistics = new Map<string, ParameterSpec>();

  shape(x: Shape): [number, number, number] {
    const [height, width, channels] = x;
    if (height === undefined || width === undefined || channels === undefined) {
      throw new RangeError(`an image must have the shape [H, W, C], got [${x.join(', ')}]`);
    }
    return [height, width, channels];
  }

  conv(x: Shape, layer: Convolution): Shape {
    const [height, width, channels] = this.shape(x);
    const { name, filters, size, stride = 1, bias = true, init = { kind: 'he' } } = layer;
    const out = (length: number): number => Math.floor((length + 2 * padOf(layer) - size) / stride) + 1;
    this.#declare(`${name}/kernel`, [size, size, channels, filters], init);
    if (bias) this.#declare(`${name}/bias`, [filters], { kind: 'constant', value: 0 });
    return [out(height), out(width), filters];
  }

  dense(x: Shape, layer: { readonly name: string; readonly units: number; readonly init?: Init }): Shape {
    const channels = x[0];
    if (x.length !== 1 || channels === undefined)
      throw new RangeError(`${layer.name} needs the shape [C], got [${x.join(', ')}]`);
    this.#declare(`${layer.name}/kernel`, [channels, layer.units], layer.init ?? { kind: 'he' });
    this.#declare(`${layer.name}/bias`, [layer.units], { kind: 'constant', value: 0 });
    return [layer.units];
  }

  parameter(layer: Parameter): Shape {
    this.#declare(layer.name, layer.shape, layer.init);
    return layer.shape;
  }

  leakyRelu = (x: Shape): Shape => x;
  relu = (x: Shape): Shape => x;
  tanh = (x: Shape): Shape => x;
  sigmoid = (x: Shape): Shape => x;
  exp = (x: Shape): Shape => x;
  sqrt = (x: Shape): Shape => x;
  affine = (x: Shape): Shape => x;
  clamp = (x: Shape): Shape => x;
  instanceNorm = (x: Shape): Shape => x;
  boxBlur = (x: Shape): Shape => x;
  dilate = (x: Shape): Shape => x;
  add = (a: Shape, b: Shape): Shape => broadcast(a, b);
  subtract = (a: Shape, b: Shape): Shape => broadcast(a, b);
  multiply = (a: Shape, b: Shape): Shape => broadcast(a, b);
  globalMean = (x: Shape): Shape => [this.shape(x)[2]];
  globalMax = (x: Shape): Shape => [this.shape(x)[2]];
  expandSpatial = (x: Shape): Shape => [1, 1, ...x];

  sumGroups = (x: Shape): Shape => x;

  batchNorm(x: Shape, { name }: { readonly name: string }): Shape {
    const shape = [this.shape(x)[2]];
    this.#declare(`${name}/scale`, shape, { kind: 'constant', value: 1 });
    this.#declare(`${name}/offset`, shape, { kind: 'constant', value: 0 });
    for (const [kind, value] of [['mean', 0] as const, ['variance', 1] as const]) {
      const statistic = `${name}/${kind}`;
      this.statistics.set(statistic, { name: statistic, shape, init: { kind: 'constant', value } });
    }
    return x;
  }

  concat(parts: readonly Shape[]): Shape {
    const [first, ...others] = parts.map((part) => this.shape(part));
    if (!first) throw new RangeError('parts must not be empty, got []');
    const [height, width] = first;
    for (const [h, w] of others) {
      if (h !== height || w !== width) throw new RangeError(`parts must be ${height}x${width}, got ${h}x${w}`);
    }
    return [height, width, others.reduce((sum, [, , channels]) => sum + channels, first[2])];
  }

  sliceChannels(x: Shape, from: number, count: number): Shape {
    const [height, width, channels] = this.shape(x);
    if (from + count > channels)
      throw new RangeError(`channels must be below ${channels}, got ${from} to ${from + count}`);
    return [height, width, count];
  }

  upsampleNearest(x: Shape): Shape {
    const [height, width, channels] = this.shape(x);
    return [2 * height, 2 * width, channels];
  }

  resizeBilinear(x: Shape, height: number, width: number): Shape {
    return [height, width, this.shape(x)[2]];
  }

  averagePool = (x: Shape, size: number): Shape => this.#blocks(x, size);
  maxPool = (x: Shape, size: number): Shape => this.#blocks(x, size);

  #blocks(x: Shape, size: number): Shape {
    const [height, width, channels] = this.shape(x);
    if (height % size !== 0 || width % size !== 0)
      throw new RangeError(`size must divide ${height} and ${width}, got ${size}`);
    return [height / size, width / size, channels];
  }

  #declare(name: string, shape: readonly number[], init: Init): void {
    const known = this.parameters.get(name);
    if (known && JSON.stringify(known.shape) !== JSON.stringify(shape)) {
      throw new RangeError(
        `${name} must have one shape, got [${known.shape.join(', ')}] and then [${shape.join(', ')}]`,
      );
    }
    this.parameters.set(name, { name, shape, init });
  }
}

function broadcast(a: Shape, b: Shape): Shape {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, axis) => {
    const [n = 1, m = 1] = [a[axis], b[axis]];
    if (n !== m && n !== 1 && m !== 1)
      throw new RangeError(`shapes must fit, got [${a.join(', ')}] and [${b.join(', ')}]`);
    return Math.max(n, m);
  });
}
