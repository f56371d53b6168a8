import type { Convolution, Ops, Parameter, Weights } from '../../src/train/networks/ops.js';

/** `[N, H, W, C]`, or `[N, C]` as `[N, 1, 1, C]` with `isFlat`, in double precision. */
export interface NhwcArray {
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  readonly data: Float64Array;
  readonly isFlat?: boolean;
}

type At = (n: number, y: number, x: number, c: number) => number;

/** Computes networks with plain loops: the reference for other implementations of `Ops`. */
export class ReferenceOps implements Ops<NhwcArray> {
  readonly #weights: Weights;

  constructor(weights: Weights) {
    this.#weights = weights;
  }

  shape = ({ shape }: NhwcArray): [number, number, number] => [shape[1], shape[2], shape[3]];

  conv(x: NhwcArray, layer: Convolution): NhwcArray {
    const { name, filters, size, stride = 1, pad = Math.floor((size - 1) / 2), padding = 'zero', bias = true } = layer;
    const [batch, height, width, channels] = x.shape;
    const [kernel, biases] = [this.#read(`${name}/kernel`), bias ? this.#read(`${name}/bias`) : undefined];
    const mirror = (at: number, length: number): number =>
      padding === 'reflect' ? (at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at) : clip(at, length);
    const read = reader(x);
    const sample: At = (n, row, column, c) => {
      if (padding === 'zero' && (clip(row, height) !== row || clip(column, width) !== column)) return 0;
      return read(n, mirror(row, height), mirror(column, width), c);
    };
    const out = (length: number): number => Math.floor((length + 2 * pad - size) / stride) + 1;
    return nhwcArray([batch, out(height), out(width), filters], (n, row, column, filter) => {
      let sum = biases?.[filter] ?? 0;
      for (let ky = 0; ky < size; ky++)
        for (let kx = 0; kx < size; kx++)
          for (let c = 0; c < channels; c++) {
            const weight = kernel[((ky * size + kx) * channels + c) * filters + filter]!;
            sum += weight * sample(n, row * stride + ky - pad, column * stride + kx - pad, c);
          }
      return sum;
    });
  }

  dense(x: NhwcArray, { name, units }: { readonly name: string; readonly units: number }): NhwcArray {
    const [batch, , , channels] = x.shape;
    const [kernel, bias, read] = [this.#read(`${name}/kernel`), this.#read(`${name}/bias`), reader(x)];
    const y = nhwcArray([batch, 1, 1, units], (n, _y, _x, unit) => {
      let sum = bias[unit]!;
      for (let c = 0; c < channels; c++) sum += read(n, 0, 0, c) * kernel[c * units + unit]!;
      return sum;
    });
    return { ...y, isFlat: true };
  }

  parameter({ name, shape }: Parameter): NhwcArray {
    return { shape: [1, ...shape], data: Float64Array.from(this.#read(name)) };
  }

  leakyRelu = (x: NhwcArray, slope: number): NhwcArray => each(x, (v) => (v > 0 ? v : slope * v));
  relu = (x: NhwcArray): NhwcArray => each(x, (v) => Math.max(v, 0));
  tanh = (x: NhwcArray): NhwcArray => each(x, Math.tanh);
  sigmoid = (x: NhwcArray): NhwcArray => each(x, (v) => 1 / (1 + Math.exp(-v)));
  exp = (x: NhwcArray): NhwcArray => each(x, Math.exp);
  sqrt = (x: NhwcArray): NhwcArray => each(x, Math.sqrt);
  add = (a: NhwcArray, b: NhwcArray): NhwcArray => both(a, b, (v, w) => v + w);
  subtract = (a: NhwcArray, b: NhwcArray): NhwcArray => both(a, b, (v, w) => v - w);
  multiply = (a: NhwcArray, b: NhwcArray): NhwcArray => both(a, b, (v, w) => v * w);
  affine = (x: NhwcArray, factor: number, offset = 0): NhwcArray => each(x, (v) => factor * v + offset);
  clamp = (x: NhwcArray, low: number, high: number): NhwcArray => each(x, (v) => Math.min(Math.max(v, low), high));

  concat(parts: readonly NhwcArray[]): NhwcArray {
    const [batch, height, width] = parts[0]!.shape;
    const sources = parts.flatMap((part) =>
      Array.from({ length: part.shape[3] }, (_, c) => ({ read: reader(part), c })),
    );
    return nhwcArray([batch, height, width, sources.length], (n, y, x, c) => sources[c]!.read(n, y, x, sources[c]!.c));
  }

  sliceChannels(x: NhwcArray, from: number, count: number): NhwcArray {
    const read = reader(x);
    return nhwcArray([x.shape[0], x.shape[1], x.shape[2], count], (n, row, column, c) =>
      read(n, row, column, from + c),
    );
  }

  instanceNorm(x: NhwcArray): NhwcArray {
    const [batch, height, width, channels] = x.shape;
    const centered = this.subtract(x, this.expandSpatial(this.globalMean(x)));
    const variance = this.globalMean(this.multiply(centered, centered));
    const scale = nhwcArray(
      [batch, 1, 1, channels],
      (n, _y, _x, c) => 1 / Math.sqrt(reader(variance)(n, 0, 0, c) + 1e-5),
    );
    if (height * width === 0) throw new RangeError('an image must not be empty');
    return this.multiply(centered, scale);
  }

  batchNorm(x: NhwcArray, { name }: { readonly name: string }): NhwcArray {
    const channels = x.shape[3];
    const perChannel = (value: (c: number) => number): NhwcArray =>
      nhwcArray([1, 1, 1, channels], (_n, _y, _x, c) => value(c));
    const meanOf = (y: NhwcArray, c: number): number => {
      const own = y.data.filter((_, i) => i % channels === c);
      return own.reduce(sum) / own.length;
    };
    const given = this.#weights.has(`${name}/mean`);
    const mean = perChannel((c) => (given ? this.#read(`${name}/mean`)[c]! : meanOf(x, c)));
    const centered = this.subtract(x, mean);
    const squares = this.multiply(centered, centered);
    const factor = perChannel((c) => {
      const variance = given ? this.#read(`${name}/variance`)[c]! : meanOf(squares, c);
      return this.#read(`${name}/scale`)[c]! / Math.sqrt(variance + 1e-5);
    });
    const offset = perChannel((c) => this.#read(`${name}/offset`)[c]!);
    return this.add(this.multiply(centered, factor), offset);
  }

  sumGroups(x: NhwcArray, size: number): NhwcArray {
    const [batch, height, width, channels] = x.shape;
    const read = reader(x);
    return nhwcArray([batch / size, height, width, channels], (n, row, column, c) =>
      Array.from({ length: size }, (_, i) => read(n * size + i, row, column, c)).reduce(sum),
    );
  }

  upsampleNearest(x: NhwcArray): NhwcArray {
    const [batch, height, width, channels] = x.shape;
    const read = reader(x);
    return nhwcArray([batch, 2 * height, 2 * width, channels], (n, row, column, c) =>
      read(n, row >> 1, column >> 1, c),
    );
  }

  resizeBilinear(x: NhwcArray, height: number, width: number): NhwcArray {
    const [batch, inHeight, inWidth, channels] = x.shape;
    const read = reader(x);
    return nhwcArray([batch, height, width, channels], (n, row, column, c) => {
      const y = Math.min(Math.max(((row + 0.5) * inHeight) / height - 0.5, 0), inHeight - 1);
      const u = Math.min(Math.max(((column + 0.5) * inWidth) / width - 0.5, 0), inWidth - 1);
      const [y0, u0] = [Math.floor(y), Math.floor(u)];
      const line = (at: number): number =>
        read(n, at, u0, c) * (1 - u + u0) + read(n, at, clip(u0 + 1, inWidth), c) * (u - u0);
      return line(y0) * (1 - y + y0) + line(clip(y0 + 1, inHeight)) * (y - y0);
    });
  }

  averagePool = (x: NhwcArray, size: number): NhwcArray =>
    blocks(x, size, (values) => values.reduce(sum) / values.length);
  maxPool = (x: NhwcArray, size: number): NhwcArray => blocks(x, size, (values) => Math.max(...values));
  boxBlur = (x: NhwcArray, size: number): NhwcArray => windows(x, size, (values) => values.reduce(sum) / (size * size));
  dilate = (x: NhwcArray, size: number): NhwcArray => windows(x, size, (values) => Math.max(...values));
  globalMean = (x: NhwcArray): NhwcArray => whole(x, (values) => values.reduce(sum) / values.length);
  globalMax = (x: NhwcArray): NhwcArray => whole(x, (values) => Math.max(...values));
  expandSpatial = ({ shape, data }: NhwcArray): NhwcArray => ({ shape, data });

  #read(name: string): Float32Array {
    const values = this.#weights.get(name);
    if (!values) throw new RangeError(`weights must hold ${name}`);
    return values;
  }
}

function nhwcArray(shape: NhwcArray['shape'], value: At): NhwcArray {
  const [batch, height, width, channels] = shape;
  const data = new Float64Array(batch * height * width * channels);
  let at = 0;
  for (let n = 0; n < batch; n++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) data[at++] = value(n, y, x, c);
  return { shape, data };
}

function reader({ shape: [, height, width, channels], data }: NhwcArray): At {
  return (n, y, x, c) => data[((n * height + y) * width + x) * channels + c]!;
}

function each(x: NhwcArray, f: (value: number) => number): NhwcArray {
  return { ...x, data: x.data.map(f) };
}

function both(a: NhwcArray, b: NhwcArray, f: (v: number, w: number) => number): NhwcArray {
  const [readA, readB] = [a, b].map((part): At => {
    const [read, s] = [reader(part), part.shape];
    return (n, y, x, c) => read(n % s[0], y % s[1], x % s[2], c % s[3]);
  }) as [At, At];
  const [batch, height, width, channels] = a.shape.map((n, axis) => Math.max(n, b.shape[axis]!));
  return nhwcArray([batch!, height!, width!, channels!], (n, y, x, c) => f(readA(n, y, x, c), readB(n, y, x, c)));
}

function blocks(x: NhwcArray, size: number, f: (values: number[]) => number): NhwcArray {
  const [batch, height, width, channels] = x.shape;
  const read = reader(x);
  return nhwcArray([batch, height / size, width / size, channels], (n, row, column, c) =>
    f(
      Array.from({ length: size * size }, (_, i) =>
        read(n, row * size + Math.floor(i / size), column * size + (i % size), c),
      ),
    ),
  );
}

function windows(x: NhwcArray, size: number, f: (values: number[]) => number): NhwcArray {
  const [, height, width] = x.shape;
  const [read, half] = [reader(x), (size - 1) / 2];
  return nhwcArray(x.shape, (n, row, column, c) => {
    const values: number[] = [];
    for (let y = Math.max(0, row - half); y <= Math.min(height - 1, row + half); y++)
      for (let u = Math.max(0, column - half); u <= Math.min(width - 1, column + half); u++)
        values.push(read(n, y, u, c));
    return f(values);
  });
}

function whole(x: NhwcArray, f: (values: number[]) => number): NhwcArray {
  const [batch, height, width, channels] = x.shape;
  const read = reader(x);
  const y = nhwcArray([batch, 1, 1, channels], (n, _y, _x, c) =>
    f(Array.from({ length: height * width }, (_, i) => read(n, Math.floor(i / width), i % width, c))),
  );
  return { ...y, isFlat: true };
}

function clip(at: number, length: number): number {
  return Math.min(Math.max(at, 0), length - 1);
}

function sum(a: number, b: number): number {
  return a + b;
}
