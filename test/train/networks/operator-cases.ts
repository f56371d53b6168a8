import type { Convolution, Ops } from '../../../src/train/networks/ops.js';

/** One operator under test: a network with one output on a random input. */
export interface OperatorCase {
  readonly title: string;
  /** `[N, H, W, C]`. */
  readonly input: readonly [number, number, number, number];
  /** Range of the input; default -1 to 1. */
  readonly range?: readonly [low: number, high: number];
  readonly run: <T>(ops: Ops<T>, x: T) => T;
}

/** 5 filters by default. WebGPU uses other shaders for multiples of 4 channels. */
const convolutions: readonly (Omit<Convolution, 'name' | 'filters'> & {
  readonly filters?: number;
  readonly input?: OperatorCase['input'];
})[] = [
  { size: 3 },
  { size: 3, bias: false },
  { size: 1, pad: 0 },
  { size: 3, stride: 2 },
  { size: 3, stride: 2, input: [2, 7, 9, 3] },
  { size: 4, stride: 2, pad: 1 },
  { size: 4, stride: 1, pad: 1 },
  { size: 5, stride: 2 },
  { size: 7, padding: 'reflect' },
  { size: 3, padding: 'edge' },
  { size: 3, stride: 2, padding: 'reflect', input: [1, 6, 8, 2] },
  { size: 1, stride: 2, pad: 0, input: [1, 7, 8, 3] },
  { size: 3, filters: 8, input: [2, 8, 8, 4] },
  { size: 4, stride: 2, pad: 1, filters: 8, input: [1, 8, 12, 4] },
  { size: 1, pad: 0, filters: 4, input: [2, 3, 4, 8] },
];

/** All operators, in each form with a code path of its own in a backend. */
export const OPERATOR_CASES: readonly OperatorCase[] = [
  ...convolutions.map(({ input = [2, 8, 10, 3], ...layer }): OperatorCase => {
    const options = Object.entries(layer).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
    return {
      title: `a convolution of ${options.join(', ')}`,
      input,
      run: (ops, x) => ops.conv(x, { name: 'layer', filters: 5, ...layer }),
    };
  }),
  {
    title: 'a dense layer',
    input: [3, 2, 2, 4],
    run: (ops, x) => ops.dense(ops.globalMean(x), { name: 'd', units: 5 }),
  },
  {
    title: 'a learned tensor, added and multiplied',
    input: [2, 3, 4, 2],
    run: (ops, x) => {
      const learned = ops.parameter({ name: 'p', shape: [3, 4, 2], init: { kind: 'normal', stddev: 1 } });
      return ops.multiply(ops.add(x, learned), learned);
    },
  },
  { title: 'leaky ReLU', input: [1, 4, 5, 2], run: (ops, x) => ops.leakyRelu(x, 0.2) },
  { title: 'ReLU', input: [1, 4, 5, 2], run: (ops, x) => ops.relu(x) },
  { title: 'tanh', input: [1, 4, 5, 2], run: (ops, x) => ops.tanh(x) },
  { title: 'sigmoid', input: [1, 4, 5, 2], run: (ops, x) => ops.sigmoid(x) },
  { title: 'exp', input: [1, 4, 5, 2], run: (ops, x) => ops.exp(x) },
  { title: 'square root', input: [1, 4, 5, 2], range: [0.01, 2], run: (ops, x) => ops.sqrt(x) },
  { title: 'subtraction', input: [1, 4, 5, 2], run: (ops, x) => ops.subtract(ops.affine(x, 2), ops.tanh(x)) },
  {
    title: 'multiplication by one channel',
    input: [2, 4, 5, 3],
    run: (ops, x) => ops.multiply(x, ops.sliceChannels(x, 1, 1)),
  },
  {
    title: 'addition of one number per channel',
    input: [2, 4, 5, 3],
    run: (ops, x) => ops.add(x, ops.expandSpatial(ops.globalMean(x))),
  },
  { title: 'an affine map', input: [1, 3, 4, 2], run: (ops, x) => ops.affine(x, -1.5, 0.25) },
  { title: 'clamping', input: [1, 6, 6, 2], run: (ops, x) => ops.clamp(x, -0.4, 0.6) },
  {
    title: 'concatenation of channels',
    input: [2, 3, 4, 2],
    run: (ops, x) => ops.concat([x, ops.tanh(x), ops.sliceChannels(x, 1, 1)]),
  },
  { title: 'a slice of channels', input: [2, 3, 4, 5], run: (ops, x) => ops.sliceChannels(x, 1, 3) },
  { title: 'instance normalisation', input: [2, 5, 6, 3], run: (ops, x) => ops.instanceNorm(x) },
  { title: 'batch normalisation', input: [3, 4, 5, 3], run: (ops, x) => ops.batchNorm(x, { name: 'b' }) },
  { title: 'nearest upsampling', input: [2, 3, 5, 2], run: (ops, x) => ops.upsampleNearest(x) },
  { title: 'bilinear enlargement', input: [2, 3, 4, 2], run: (ops, x) => ops.resizeBilinear(x, 12, 16) },
  { title: 'bilinear resizing to any size', input: [1, 5, 7, 3], run: (ops, x) => ops.resizeBilinear(x, 8, 9) },
  { title: 'bilinear reduction', input: [2, 9, 10, 1], run: (ops, x) => ops.resizeBilinear(x, 4, 3) },
  { title: 'average pooling', input: [2, 8, 12, 3], run: (ops, x) => ops.averagePool(x, 4) },
  { title: 'box blur', input: [2, 8, 11, 2], run: (ops, x) => ops.boxBlur(x, 5) },
  { title: 'box blur wider than the image', input: [1, 4, 5, 1], run: (ops, x) => ops.boxBlur(x, 9) },
  { title: 'dilation', input: [2, 8, 11, 2], run: (ops, x) => ops.dilate(x, 3) },
  { title: 'dilation of negative numbers', input: [1, 6, 7, 2], range: [-2, -1], run: (ops, x) => ops.dilate(x, 5) },
  { title: 'maximum pooling', input: [2, 8, 12, 3], run: (ops, x) => ops.maxPool(x, 4) },
  {
    title: 'maximum pooling of negative numbers',
    input: [2, 4, 6, 2],
    range: [-2, -1],
    run: (ops, x) => ops.maxPool(x, 2),
  },
  { title: 'global means', input: [2, 4, 5, 3], run: (ops, x) => ops.globalMean(x) },
  { title: 'global maxima', input: [2, 4, 5, 3], range: [-3, 1], run: (ops, x) => ops.globalMax(x) },
  {
    title: 'global maxima of negative numbers',
    input: [2, 4, 5, 3],
    range: [-2, -1],
    run: (ops, x) => ops.globalMax(x),
  },
];
