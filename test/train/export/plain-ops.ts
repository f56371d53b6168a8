import type { Convolution, Ops, Parameter, Weights } from '../../../src/train/networks/ops.js';
import { padOf } from '../../../src/train/networks/trace.js';

/** One picture `[H, W, C]`, row-major; `[C]` is kept as `[1, 1, C]`. */
export interface Plain {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float64Array;
}

type Sample = (row: number, column: number, channel: number) => number;

/** A picture from what each sample is. */
export function plain(height: number, width: number, channels: number, at: Sample): Plain {
  const data = new Float64Array(height * width * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) data[i++] = at(y, x, c);
  }
  return { height, width, channels, data };
}

/** The operators as their definitions say, in loops and doubles: what the fast ones are compared with. */
export class PlainOps implements Ops<Plain> {
  constructor(private readonly weights: Weights) {}

  shape = ({ height, width, channels }: Plain): [number, number, number] => [height, width, channels];

  conv(x: Plain, layer: Convolution): Plain {
    const { name, filters, size, stride = 1, padding = 'zero', bias = true } = layer;
    const pad = padOf(layer);
    const kernel = this.weight(`${name}/kernel`);
    const offset = bias ? this.weight(`${name}/bias`) : new Float32Array(filters);
    const out = (length: number): number => Math.floor((length + 2 * pad - size) / stride) + 1;
    return plain(out(x.height), out(x.width), filters, (row, column, f) => {
      let sum = offset[f]!;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const y = outside(row * stride + i - pad, x.height, padding);
          const z = outside(column * stride + j - pad, x.width, padding);
          if (y === undefined || z === undefined) continue;
          for (let c = 0; c < x.channels; c++) {
            sum += at(x, y, z, c) * kernel[((i * size + j) * x.channels + c) * filters + f]!;
          }
        }
      }
      return sum;
    });
  }

  dense(x: Plain, { name, units }: { readonly name: string; readonly units: number }): Plain {
    const [kernel, bias] = [this.weight(`${name}/kernel`), this.weight(`${name}/bias`)];
    return plain(1, 1, units, (_, __, unit) =>
      x.data.reduce((sum, value, c) => sum + value * kernel[c * units + unit]!, bias[unit]!),
    );
  }

  parameter({ name, shape: [height, width, channels] }: Parameter): Plain {
    return { height, width, channels, data: Float64Array.from(this.weight(name)) };
  }

  leakyRelu = (x: Plain, slope: number): Plain => each(x, (v) => (v > 0 ? v : slope * v));
  relu = (x: Plain): Plain => each(x, (v) => Math.max(v, 0));
  tanh = (x: Plain): Plain => each(x, Math.tanh);
  sigmoid = (x: Plain): Plain => each(x, (v) => 1 / (1 + Math.exp(-v)));
  exp = (x: Plain): Plain => each(x, Math.exp);
  sqrt = (x: Plain): Plain => each(x, Math.sqrt);
  affine = (x: Plain, factor: number, offset = 0): Plain => each(x, (v) => factor * v + offset);
  clamp = (x: Plain, low: number, high: number): Plain => each(x, (v) => Math.min(Math.max(v, low), high));
  add = (a: Plain, b: Plain): Plain => both(a, b, (v, w) => v + w);
  subtract = (a: Plain, b: Plain): Plain => both(a, b, (v, w) => v - w);
  multiply = (a: Plain, b: Plain): Plain => both(a, b, (v, w) => v * w);

  concat(parts: readonly Plain[]): Plain {
    const sources = parts.flatMap((part) => Array.from({ length: part.channels }, (_, c) => ({ part, c })));
    return plain(parts[0]!.height, parts[0]!.width, sources.length, (y, x, c) =>
      at(sources[c]!.part, y, x, sources[c]!.c),
    );
  }

  channels(x: Plain, from: number, count: number): Plain {
    return plain(x.height, x.width, count, (row, column, c) => at(x, row, column, from + c));
  }

  instanceNorm(x: Plain): Plain {
    const means = this.globalMean(x).data;
    const variances = this.globalMean(
      plain(x.height, x.width, x.channels, (r, k, c) => (at(x, r, k, c) - means[c]!) ** 2),
    );
    return plain(
      x.height,
      x.width,
      x.channels,
      (r, k, c) => (at(x, r, k, c) - means[c]!) / Math.sqrt(variances.data[c]! + 1e-5),
    );
  }

  upsampleNearest(x: Plain): Plain {
    return plain(2 * x.height, 2 * x.width, x.channels, (r, k, c) => at(x, r >> 1, k >> 1, c));
  }

  resizeBilinear(x: Plain, height: number, width: number): Plain {
    return plain(height, width, x.channels, (r, k, c) => {
      const [top, bottom, v] = between(r, height, x.height);
      const [left, right, w] = between(k, width, x.width);
      const upper = at(x, top, left, c) * (1 - w) + at(x, top, right, c) * w;
      return upper * (1 - v) + (at(x, bottom, left, c) * (1 - w) + at(x, bottom, right, c) * w) * v;
    });
  }

  averagePool = (x: Plain, size: number): Plain =>
    plain(x.height / size, x.width / size, x.channels, (r, k, c) => mean(block(x, r * size, k * size, size, c)));
  maxPool = (x: Plain, size: number): Plain =>
    plain(x.height / size, x.width / size, x.channels, (r, k, c) => Math.max(...block(x, r * size, k * size, size, c)));
  boxBlur = (x: Plain, size: number): Plain =>
    plain(x.height, x.width, x.channels, (r, k, c) =>
      block(x, r - (size - 1) / 2, k - (size - 1) / 2, size, c).reduce((sum, v) => sum + v / (size * size), 0),
    );
  dilate = (x: Plain, size: number): Plain =>
    plain(x.height, x.width, x.channels, (r, k, c) =>
      Math.max(...block(x, r - (size - 1) / 2, k - (size - 1) / 2, size, c)),
    );
  globalMean = (x: Plain): Plain =>
    plain(1, 1, x.channels, (_, __, c) => mean(x.data.filter((___, i) => i % x.channels === c)));
  globalMax = (x: Plain): Plain =>
    plain(1, 1, x.channels, (_, __, c) => Math.max(...x.data.filter((___, i) => i % x.channels === c)));
  toCells = (x: Plain): Plain => x;

  private weight(name: string): Float32Array {
    return this.weights.get(name)!;
  }
}

function at({ width, channels, data }: Plain, row: number, column: number, channel: number): number {
  return data[(row * width + column) * channels + channel]!;
}

function each(x: Plain, of: (value: number) => number): Plain {
  return { ...x, data: x.data.map((value) => of(value)) };
}

function both(a: Plain, b: Plain, of: (v: number, w: number) => number): Plain {
  const [height, width] = [Math.max(a.height, b.height), Math.max(a.width, b.width)];
  const from = (x: Plain, r: number, k: number, c: number): number =>
    at(x, Math.min(r, x.height - 1), Math.min(k, x.width - 1), Math.min(c, x.channels - 1));
  return plain(height, width, Math.max(a.channels, b.channels), (r, k, c) => of(from(a, r, k, c), from(b, r, k, c)));
}

/** Samples of a window; those outside the picture are left out. */
function block(x: Plain, top: number, left: number, size: number, channel: number): number[] {
  const found: number[] = [];
  for (let r = Math.max(top, 0); r < Math.min(top + size, x.height); r++) {
    for (let k = Math.max(left, 0); k < Math.min(left + size, x.width); k++) found.push(at(x, r, k, channel));
  }
  return found;
}

function mean(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The place whose sample stands at a place outside the picture; undefined for none. */
function outside(place: number, length: number, padding: string): number | undefined {
  if (place >= 0 && place < length) return place;
  if (padding === 'zero') return undefined;
  if (padding === 'edge') return place < 0 ? 0 : length - 1;
  return place < 0 ? -place : 2 * (length - 1) - place;
}

/** The two samples around the centre of cell `i` of `count`, and the weight of the second. */
function between(i: number, count: number, length: number): [number, number, number] {
  const place = Math.min(Math.max(((i + 0.5) * length) / count - 0.5, 0), length - 1);
  const low = Math.floor(place);
  return [low, Math.min(low + 1, length - 1), place - low];
}
