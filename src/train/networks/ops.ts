/** How a parameter starts. */
export type Init =
  /** Normal, mean 0; CycleGAN's is 0.02. */
  | { readonly kind: 'normal'; readonly stddev: number }
  /** Normal with the standard deviation sqrt(2 / fan-in) (He et al. 2015). */
  | { readonly kind: 'he' }
  | { readonly kind: 'constant'; readonly value: number }
  /** Given numbers, in the parameter's own order. */
  | { readonly kind: 'values'; readonly values: Float32Array };

/** What surrounds a picture that is padded: black, the mirrored picture without its edge, or its edge again. */
export type Padding = 'zero' | 'reflect' | 'edge';

/** A convolution: weights `NAME/kernel` `[size, size, in, filters]`, and `NAME/bias` `[filters]` unless `bias` is false. */
export interface Convolution {
  readonly name: string;
  readonly filters: number;
  /** Rows and columns of the kernel. */
  readonly size: number;
  /** Default 1. */
  readonly stride?: number;
  /** Rows and columns added on every side; default `(size - 1) / 2` rounded down. */
  readonly pad?: number;
  /** Default `zero`. */
  readonly padding?: Padding;
  /** Default true; starts at 0. */
  readonly bias?: boolean;
  /** Of the kernel; default `he`. */
  readonly init?: Init;
}

/** A parameter that is no convolution's or dense layer's. */
export interface Parameter {
  readonly name: string;
  /** `[H, W, C]`. */
  readonly shape: readonly [number, number, number];
  readonly init: Init;
}

/**
 * What networks are written in. A network is a function from pictures to pictures over any `Ops`: one interpreter counts
 * parameters and multiplications ({@link traceNetwork}), one computes and differentiates with TensorFlow.js, one writes an
 * ONNX graph. So the network that is exported is the one that was trained.
 *
 * `T` stands for `[N, H, W, C]`, or `[N, C]` where it says so. Implementations may store it otherwise.
 */
export interface Ops<T> {
  /** Height, width and channels. */
  shape(x: T): readonly [height: number, width: number, channels: number];
  /** `[N, H, W, C]` to `[N, (H + 2 pad - size) / stride + 1, .., filters]`. */
  conv(x: T, layer: Convolution): T;
  /** `[N, C]` to `[N, units]`; weights `NAME/kernel` `[C, units]`, `NAME/bias` `[units]`; the kernel starts by `init`, default `he`. */
  dense(x: T, layer: { readonly name: string; readonly units: number; readonly init?: Init }): T;
  /** A learned tensor that is the same for every picture: `[1, H, W, C]`, to be added or multiplied. */
  parameter(layer: Parameter): T;
  /** `x` where positive, else `slope * x`. */
  leakyRelu(x: T, slope: number): T;
  relu(x: T): T;
  tanh(x: T): T;
  sigmoid(x: T): T;
  exp(x: T): T;
  sqrt(x: T): T;
  /** Element by element; a `[1, H, W, C]`, `[N, H, W, 1]` or `[N, 1, 1, C]` is repeated. */
  add(a: T, b: T): T;
  /** See {@link add}. */
  subtract(a: T, b: T): T;
  /** See {@link add}. */
  multiply(a: T, b: T): T;
  /** `factor * x + offset`. */
  affine(x: T, factor: number, offset?: number): T;
  /** Into [low, high]. */
  clamp(x: T, low: number, high: number): T;
  /** Joined channels. */
  concat(parts: readonly T[]): T;
  /** Channels `[from, from + count)`. */
  channels(x: T, from: number, count: number): T;
  /** Every channel of every picture to mean 0 and variance 1 (Ulyanov et al. 2016), without affine parameters, epsilon 1e-5. */
  instanceNorm(x: T): T;
  /** Twice the rows and columns, each sample repeated. */
  upsampleNearest(x: T): T;
  /** Any size, bilinear, samples at cell centres, edges clamped. */
  resizeBilinear(x: T, height: number, width: number): T;
  /** Means of `size x size` blocks; size divides height and width. */
  averagePool(x: T, size: number): T;
  /** Means over a window of `size` (odd) by `size`, with zeros around the picture counted in; same size. */
  boxBlur(x: T, size: number): T;
  /** Maxima over a window of `size` (odd) by `size`; same size. What is outside does not count. */
  dilate(x: T, size: number): T;
  /** Maxima of `size x size` blocks; size divides height and width. */
  maxPool(x: T, size: number): T;
  /** `[N, H, W, C]` to `[N, C]`. */
  globalMean(x: T): T;
  /** `[N, H, W, C]` to `[N, C]`. */
  globalMax(x: T): T;
  /** `[N, C]` to `[N, 1, 1, C]`. */
  toCells(x: T): T;
}

/** A network over any interpreter; `K` names its outputs. */
export type Network<K extends string = string> = <T>(ops: Ops<T>, input: T) => Readonly<Record<K, T>>;

/** A parameter's name, shape and start, as {@link traceNetwork} finds them. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Init;
}

/** Parameters of a network by name, each row-major in the shape that {@link ParameterSpec} gives (kernels HWIO). */
export type Weights = ReadonlyMap<string, Float32Array>;
