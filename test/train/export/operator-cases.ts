import type { Ops } from '../../../src/train/networks/ops.js';

/** A small network with one output, `y`. */
export interface OperatorCase {
  readonly network: <T>(ops: Ops<T>, x: T) => { readonly y: T };
  /** `[H, W, C]`; default `[6, 10, 5]`. */
  readonly input?: readonly [number, number, number];
  readonly range?: readonly [number, number];
}

/** One small network per operator, in each of its forms. */
export const OPERATOR_CASES: Readonly<Record<string, OperatorCase>> = {
  'a 3x3 convolution': { network: (ops, x) => ({ y: ops.conv(x, { name: 'c', filters: 7, size: 3 }) }) },
  'a 1x1 convolution': { network: (ops, x) => ({ y: ops.conv(x, { name: 'c', filters: 16, size: 1 }) }) },
  'a convolution of stride 2': {
    network: (ops, x) => ({ y: ops.conv(x, { name: 'c', filters: 16, size: 3, stride: 2 }) }),
  },
  'a convolution of stride 2 on an odd size': {
    network: (ops, x) => ({ y: ops.conv(x, { name: 'c', filters: 4, size: 4, stride: 2, pad: 1 }) }),
    input: [7, 9, 3],
  },
  'a convolution without bias and padding': {
    network: (ops, x) => ({ y: ops.conv(x, { name: 'c', filters: 3, size: 5, pad: 0, bias: false }) }),
  },
  'a convolution with reflection padding': {
    network: (ops, x) => ({ y: ops.conv(x, { name: 'c', filters: 3, size: 7, padding: 'reflect' }) }),
  },
  'a convolution with the edge repeated': {
    network: (ops, x) => ({ y: ops.conv(x, { name: 'c', filters: 3, size: 7, stride: 2, padding: 'edge' }) }),
  },
  'one convolution used twice': {
    network: (ops, x) => {
      const layer = { name: 'c', filters: 5, size: 3 };
      return { y: ops.conv(ops.conv(x, layer), layer) };
    },
  },
  'a dense layer': { network: (ops, x) => ({ y: ops.dense(ops.globalMean(x), { name: 'd', units: 9 }) }) },
  'a parameter, added': {
    network: (ops, x) => ({ y: ops.add(x, ops.parameter(parameter([6, 10, 5]))) }),
  },
  'a parameter without spatial axes': {
    network: (ops, x) => ({ y: ops.multiply(ops.parameter(parameter([1, 1, 5])), x) }),
  },
  'a parameter alone': { network: (ops) => ({ y: ops.parameter(parameter([6, 10, 5])) }) },
  'batch normalisation': { network: (ops, x) => ({ y: ops.batchNorm(x, { name: 'b' }) }) },
  'a sum over the batch': { network: (ops, x) => ({ y: ops.sumGroups(x, 1) }) },
  leakyRelu: { network: (ops, x) => ({ y: ops.leakyRelu(x, 0.1) }) },
  relu: { network: (ops, x) => ({ y: ops.relu(x) }) },
  tanh: { network: (ops, x) => ({ y: ops.tanh(x) }), range: [-4, 4] },
  sigmoid: { network: (ops, x) => ({ y: ops.sigmoid(x) }), range: [-8, 8] },
  exp: { network: (ops, x) => ({ y: ops.exp(x) }) },
  sqrt: { network: (ops, x) => ({ y: ops.sqrt(x) }), range: [0, 1] },
  subtract: { network: (ops, x) => ({ y: ops.subtract(ops.affine(x, 3), ops.sqrt(x)) }), range: [0, 1] },
  'multiply by one channel': { network: (ops, x) => ({ y: ops.multiply(x, ops.sliceChannels(x, 3, 1)) }) },
  'multiply by one cell': { network: (ops, x) => ({ y: ops.multiply(x, ops.expandSpatial(ops.globalMean(x))) }) },
  'add with the first broadcast': { network: (ops, x) => ({ y: ops.add(ops.expandSpatial(ops.globalMax(x)), x) }) },
  affine: { network: (ops, x) => ({ y: ops.affine(x, 5, -0.12) }) },
  'affine that only negates': { network: (ops, x) => ({ y: ops.affine(x, -1) }) },
  'affine that does nothing': { network: (ops, x) => ({ y: ops.affine(x, 1) }) },
  'affine of affine, both used': {
    network: (ops, x) => {
      const once = ops.affine(x, 5, -0.12);
      return { y: ops.multiply(once, ops.affine(once, -2, 0.3)) };
    },
  },
  clamp: { network: (ops, x) => ({ y: ops.clamp(x, -0.25, 0.5) }) },
  'clamp into [0, 1]': { network: (ops, x) => ({ y: ops.clamp(x, 0, 1) }) },
  'clamp of affine into [0, 1]': { network: (ops, x) => ({ y: ops.clamp(ops.affine(x, 5, -0.12), 0, 1) }) },
  'clamp of affine elsewhere': { network: (ops, x) => ({ y: ops.clamp(ops.affine(x, 5, -0.12), 0, 2) }) },
  concat: { network: (ops, x) => ({ y: ops.concat([x, ops.affine(x, 2), ops.sliceChannels(x, 1, 2)]) }) },
  channels: { network: (ops, x) => ({ y: ops.sliceChannels(x, 1, 3) }) },
  'all channels': { network: (ops, x) => ({ y: ops.sliceChannels(x, 0, 5) }) },
  instanceNorm: { network: (ops, x) => ({ y: ops.instanceNorm(ops.affine(x, 3, 0.7)) }) },
  upsampleNearest: { network: (ops, x) => ({ y: ops.upsampleNearest(x) }) },
  'upsampleNearest between convolutions': {
    network: (ops, x) => {
      const inner = ops.upsampleNearest(ops.conv(x, { name: 'a', filters: 16, size: 3 }));
      return { y: ops.conv(inner, { name: 'b', filters: 16, size: 3 }) };
    },
  },
  'resizeBilinear to twice the size': { network: (ops, x) => ({ y: ops.resizeBilinear(x, 12, 20) }) },
  'resizeBilinear to 16 times the size': { network: (ops, x) => ({ y: ops.resizeBilinear(x, 96, 160) }) },
  'resizeBilinear to any size': { network: (ops, x) => ({ y: ops.resizeBilinear(x, 17, 13) }) },
  'resizeBilinear to a smaller size': { network: (ops, x) => ({ y: ops.resizeBilinear(x, 3, 4) }) },
  averagePool: { network: (ops, x) => ({ y: ops.averagePool(x, 2) }) },
  maxPool: { network: (ops, x) => ({ y: ops.maxPool(x, 2) }) },
  boxBlur: { network: (ops, x) => ({ y: ops.boxBlur(x, 3) }) },
  'boxBlur as wide as the image': { network: (ops, x) => ({ y: ops.boxBlur(ops.affine(x, 1, 2), 9) }) },
  dilate: { network: (ops, x) => ({ y: ops.dilate(x, 3) }), range: [-2, -1] },
  'erosion as dilation of the negative': {
    network: (ops, x) => ({ y: ops.affine(ops.dilate(ops.affine(x, -1), 5), -1) }),
  },
  globalMean: { network: (ops, x) => ({ y: ops.globalMean(x) }) },
  globalMax: { network: (ops, x) => ({ y: ops.globalMax(x) }), range: [-2, -1] },
  toCells: { network: (ops, x) => ({ y: ops.expandSpatial(ops.globalMean(x)) }) },
};

function parameter(shape: readonly [number, number, number]) {
  return { name: 'p', shape, init: { kind: 'constant', value: 0 } } as const;
}
