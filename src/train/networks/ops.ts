/** The initialiser of a parameter. */
export type Init =
  /** Normal, mean 0. */
  | { readonly kind: 'normal'; readonly stddev: number }
  /** Normal with the standard deviation sqrt(2 / fan-in) (He et al. 2015). */
  | { readonly kind: 'he' }
  | { readonly kind: 'constant'; readonly value: number }
  /** Given numbers, row-major. */
  | { readonly kind: 'values'; readonly values: Float32Array };

/** The initialiser of the published CycleGAN's kernels; biases start at 0. */
export const CLASSIC_INIT: Init = { kind: 'normal', stddev: 0.02 };

/** Padding of an image: with zeros, mirrored without the edge, or with the edge repeated. */
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
  /** Initialiser of the kernel; default `he`. */
  readonly init?: Init;
}

/** A learned tensor outside convolutions and dense layers. */
export interface Parameter {
  readonly name: string;
  /** `[H, W, C]`. */
  readonly shape: readonly [number, number, number];
  readonly init: Init;
}

/**
 * The operations of networks. A network is a function over any `Ops`: one implementation traces shapes and parameters
 * ({@link traceNetwork}), one computes and differentiates with TensorFlow.js, one writes an ONNX graph. The exported network is
 * therefore the trained one.
 *
 * `T` is `[N, H, W, C]`, or `[N, C]` where stated. Implementations may use another layout.
 */
export interface Ops<T> {
  /** Height, width and channels. */
  shape(x: T): readonly [height: number, width: number, channels: number];
  /** `[N, H, W, C]` to `[N, (H + 2 pad - size) / stride + 1, .., filters]`. */
  conv(x: T, layer: Convolution): T;
  /** `[N, C]` to `[N, units]`; weights `NAME/kernel` `[C, units]`, `NAME/bias` `[units]`; `init` of the kernel: default `he`. */
  dense(x: T, layer: { readonly name: string; readonly units: number; readonly init?: Init }): T;
  /** A learned tensor, the same for every image: `[1, H, W, C]`, to add or multiply. */
  parameter(layer: Parameter): T;
  /** `x` where positive, else `slope * x`. */
  leakyRelu(x: T, slope: number): T;
  relu(x: T): T;
  tanh(x: T): T;
  sigmoid(x: T): T;
  exp(x: T): T;
  sqrt(x: T): T;
  /** Element-wise; broadcasts `[1, H, W, C]`, `[N, H, W, 1]` and `[N, 1, 1, C]`. */
  add(a: T, b: T): T;
  /** See {@link add}. */
  subtract(a: T, b: T): T;
  /** See {@link add}. */
  multiply(a: T, b: T): T;
  /** `factor * x + offset`. */
  affine(x: T, factor: number, offset?: number): T;
  /** Clamps to [low, high]. */
  clamp(x: T, low: number, high: number): T;
  /** Concatenates channels. */
  concat(parts: readonly T[]): T;
  /** Channels `[from, from + count)`. */
  sliceChannels(x: T, from: number, count: number): T;
  /** Normalises each channel of each image to mean 0 and variance 1 (Ulyanov et al. 2016); epsilon 1e-5, no affine parameters. */
  instanceNorm(x: T): T;
  /**
   * Batch normalisation (Ioffe and Szegedy 2015): weights `NAME/scale` and `NAME/offset` `[C]`, epsilon 1e-5. Each channel is
   * normalised by its statistics `NAME/mean` and `NAME/variance` where they are given, else by the mean and the variance of the batch.
   */
  batchNorm(x: T, layer: { readonly name: string }): T;
  /** Sums each group of `size` adjacent images of the batch: `[N size, H, W, C]` to `[N, H, W, C]`. An ONNX file holds one group of any size. */
  sumGroups(x: T, size: number): T;
  /** Doubles rows and columns by nearest neighbour. */
  upsampleNearest(x: T): T;
  /** Bilinear resizing to any size, with half-pixel centres and clamped edges. */
  resizeBilinear(x: T, height: number, width: number): T;
  /** Means of `size x size` blocks; size divides height and width. */
  averagePool(x: T, size: number): T;
  /** Means over a window of `size x size` (odd), zero-padded with the zeros counted; same size. */
  boxBlur(x: T, size: number): T;
  /** Maxima over a window of `size x size` (odd), ignoring what is outside; same size. */
  dilate(x: T, size: number): T;
  /** Maxima of `size x size` blocks; size divides height and width. */
  maxPool(x: T, size: number): T;
  /** `[N, H, W, C]` to `[N, C]`. */
  globalMean(x: T): T;
  /** `[N, H, W, C]` to `[N, C]`. */
  globalMax(x: T): T;
  /** `[N, C]` to `[N, 1, 1, C]`. */
  expandSpatial(x: T): T;
}

/** A network over any {@link Ops}; `K` names its outputs. */
export type Network<K extends string = string> = <T>(ops: Ops<T>, input: T) => Readonly<Record<K, T>>;

/** A network of several inputs, which `I` names. */
export type JointNetwork<I extends string, K extends string> = <T>(
  ops: Ops<T>,
  inputs: Readonly<Record<I, T>>,
) => Readonly<Record<K, T>>;

/** Name, shape and initialiser of a parameter, as {@link traceNetwork} collects them. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Init;
}

/** The parameters of a network by name, each row-major in the shape of its {@link ParameterSpec} (kernels HWIO). */
export type Weights = ReadonlyMap<string, Float32Array>;
