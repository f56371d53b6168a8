import * as tf from '@tensorflow/tfjs-core';
import type { Operator, OperatorBuilder } from './operator.js';
import type { OperatorReader } from './operator-reader.js';

/** A tensor `[N, H, W, C]`. */
type Images = tf.Tensor4D;
/** Rows and columns before, rows and columns after. */
type Pads = readonly [top: number, left: number, bottom: number, right: number];

const BUILDERS: Readonly<Record<string, OperatorBuilder>> = {
  Conv: buildConv,
  ConvTranspose: buildConvTranspose,
  InstanceNormalization: buildInstanceNormalization,
  BatchNormalization: buildBatchNormalization,
  AveragePool: (node) => buildPool(node, 0, tf.avgPool),
  MaxPool: (node) => buildPool(node, -3e38, tf.maxPool),
  GlobalAveragePool: () => (inputs) => tf.mean(images(inputs), [1, 2], true),
  Pad: buildPad,
  Resize: buildResize,
};

/** The operators that know rows and columns. */
export const SPATIAL_OPERATORS = Object.keys(BUILDERS);

/** The builder of one of {@link SPATIAL_OPERATORS}. */
export function spatialOperator(type: string): OperatorBuilder {
  const builder = BUILDERS[type];
  if (!builder) throw new RangeError(`type must be one of ${SPATIAL_OPERATORS.join(', ')}, got ${type}`);
  return builder;
}

function buildConv(node: OperatorReader): Operator {
  const group = node.number('group', 1);
  const dilations = pair(node.list('dilations'));
  const strides = pair(node.list('strides'));
  const kernel = weights(node, [2, 3, 1, 0]); // [kh, kw, C / group, filters]
  const [kh, kw, perGroup, filters] = kernel.shape;
  if (group > 1 && perGroup > 1) throw new Error(`a Conv in ${group} groups`);
  const depthwise = group > 1 ? node.keep(() => tf.reshape(kernel, [kh, kw, group, filters / group])) : undefined;
  const pads = padsOf(node, [kh, kw], dilations);
  const isSame = isSamePadding(pads, [kh, kw], [...strides, ...dilations]);
  const bias = node.weights(2);
  return (inputs) => {
    const x = isSame ? images(inputs) : padded(images(inputs), pads, 0);
    const padding = isSame ? 'same' : 'valid';
    const y = depthwise
      ? tf.depthwiseConv2d(x, depthwise as Images, strides, padding, 'NHWC', dilations) // reshaped to four axes
      : tf.conv2d(x, kernel, strides, padding, 'NHWC', dilations);
    return bias ? tf.add(y, bias) : y;
  };
}

function buildConvTranspose(node: OperatorReader): Operator {
  if (node.number('group', 1) !== 1) throw new Error('a ConvTranspose in groups');
  if (node.list('dilations')?.some((dilation) => dilation !== 1)) throw new Error('a ConvTranspose with dilations');
  const strides = pair(node.list('strides'));
  const kernel = weights(node, [2, 3, 1, 0]); // [C, filters, kh, kw] to [kh, kw, filters, C]
  const [kh, kw, filters] = kernel.shape;
  const [top, left, bottom, right] = padsOf(node, [kh, kw]);
  const [moreRows, moreColumns] = pair(node.list('output_padding'), 0);
  const bias = node.weights(2);
  return (inputs) => {
    const x = images(inputs);
    const [batch, height, width] = x.shape;
    const full = [(height - 1) * strides[0] + kh, (width - 1) * strides[1] + kw] as const;
    const y = tf.conv2dTranspose(x, kernel, [batch, ...full, filters], strides, 'valid');
    const [rows, columns] = [full[0] - top - bottom + moreRows, full[1] - left - right + moreColumns];
    // Output padding beyond the full result is empty.
    const [below, beside] = [Math.max(0, top + rows - full[0]), Math.max(0, left + columns - full[1])];
    const cropped = tf.slice(padded(y, [0, 0, below, beside], 0), [0, top, left, 0], [batch, rows, columns, filters]);
    return bias ? tf.add(cropped, bias) : cropped;
  };
}

function buildInstanceNormalization(node: OperatorReader): Operator {
  const epsilon = node.number('epsilon', 1e-5);
  const [scale, offset] = [node.weights(1), node.weights(2)];
  if (!scale || !offset) throw new Error('an InstanceNormalization whose scale is computed');
  return (inputs) => {
    const x = images(inputs);
    const centered = tf.sub(x, tf.mean(x, [1, 2], true));
    const variance = tf.mean(tf.square(centered), [1, 2], true); // [N, 1, 1, C]
    return tf.add(tf.mul(centered, tf.mul(tf.rsqrt(tf.add(variance, epsilon)), scale)), offset);
  };
}

function buildBatchNormalization(node: OperatorReader): Operator {
  const epsilon = node.number('epsilon', 1e-5);
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((input) => node.weights(input));
  if (!scale || !offset || !mean || !variance) throw new Error('a BatchNormalization whose statistics are computed');
  return (inputs) =>
    tf.add(tf.mul(tf.sub(images(inputs), mean), tf.mul(tf.rsqrt(tf.add(variance, epsilon)), scale)), offset);
}

function buildPool(node: OperatorReader, outside: number, pool: typeof tf.avgPool): Operator {
  if (node.number('ceil_mode', 0) !== 0) throw new Error(`a ${node.type} that rounds up`);
  const size = pair(node.list('kernel_shape'));
  const strides = pair(node.list('strides'));
  const pads = padsOf(node, size);
  const isPadded = pads.some((pad) => pad > 0);
  if (isPadded && node.type === 'AveragePool' && node.number('count_include_pad', 0) !== 1) {
    throw new Error('an AveragePool that leaves its padding out');
  }
  return (inputs) => pool(isPadded ? padded(images(inputs), pads, outside) : images(inputs), size, strides, 'valid');
}

function buildPad(node: OperatorReader): Operator {
  const pads = node.integers(1, 'pads');
  const mode = node.text('mode', 'constant');
  const value = node.constant(2)?.[0] ?? node.number('value', 0);
  if (pads.length !== 8 || [0, 1, 4, 5].some((i) => pads[i] !== 0))
    throw new Error('a Pad of other axes than rows and columns');
  const [, , top = 0, left = 0, , , bottom = 0, right = 0] = pads;
  const sides: Pads = [top, left, bottom, right];
  switch (mode) {
    case 'constant':
      return (inputs) => padded(images(inputs), sides, value);
    case 'reflect':
      return (inputs) => tf.mirrorPad(images(inputs), paddings(sides), 'reflect');
    case 'edge':
      return (inputs) => repeatEdges(images(inputs), sides);
    default:
      throw new Error(`a Pad in the mode ${mode}`);
  }
}

function buildResize(node: OperatorReader): Operator {
  const [scales, sizes] = [node.constant(2), node.constant(3)];
  if ((!scales || scales.length < 4) && !sizes) throw new Error('a Resize whose size is computed');
  const isLinear = node.text('mode', 'nearest') === 'linear';
  const coordinates = node.text('coordinate_transformation_mode', 'half_pixel');
  const isKnown = isLinear
    ? ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'].includes(coordinates)
    : node.text('mode', 'nearest') === 'nearest';
  if (!isKnown) throw new Error(`a Resize in the mode ${node.text('mode', '')}, ${coordinates}`);
  return (inputs) => {
    const x = images(inputs);
    const [, height, width] = x.shape;
    const rows = sizes?.[2] ?? Math.floor(height * (scales?.[2] ?? 1));
    const columns = sizes?.[3] ?? Math.floor(width * (scales?.[3] ?? 1));
    if (isLinear) {
      const isHalfPixel = coordinates.endsWith('half_pixel');
      return tf.image.resizeBilinear(x, [rows, columns], coordinates === 'align_corners', isHalfPixel);
    }
    if (rows % height !== 0 || columns % width !== 0) throw new Error('a Resize that repeats pixels by a fraction');
    return tf.image.resizeNearestNeighbor(x, [rows, columns]);
  };
}

/** A convolution's kernel in TensorFlow's order, kept. */
function weights(node: OperatorReader, order: number[]): Images {
  const kernel = node.weights(1, (tensor) => tf.transpose(tensor, order));
  if (!kernel) throw new Error(`a ${node.type} whose kernel is computed`);
  return kernel as Images; // its order has four axes
}

/** The first input, which must be `[N, H, W, C]`. */
function images([x]: readonly tf.Tensor[]): Images {
  if (x?.rank !== 4) throw new Error(`an operator of images got the shape [${x?.shape.join(', ') ?? ''}]`);
  return x as Images; // its rank is 4
}

function pair(values: readonly number[] | undefined, otherwise = 1): [number, number] {
  return [values?.[0] ?? otherwise, values?.[1] ?? otherwise];
}

/** Padding of a convolution or pool. */
function padsOf(node: OperatorReader, [kh, kw]: readonly [number, number], dilations = [1, 1]): Pads {
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode !== 'NOTSET' && mode !== 'VALID') {
    if (pair(node.list('strides')).some((stride) => stride !== 1))
      throw new Error(`a ${node.type} with auto_pad ${mode}`);
    const [rows, columns] = [(kh - 1) * pair(dilations)[0], (kw - 1) * pair(dilations)[1]];
    const less = mode === 'SAME_UPPER' ? Math.floor : Math.ceil;
    return [less(rows / 2), less(columns / 2), rows - less(rows / 2), columns - less(columns / 2)];
  }
  const [top = 0, left = 0, bottom = 0, right = 0] = node.list('pads') ?? [];
  return [top, left, bottom, right];
}

/** Whether TensorFlow's own padding is the same, and saves a copy. */
function isSamePadding(pads: Pads, [kh, kw]: readonly [number, number], steps: readonly number[]): boolean {
  const [rows, columns] = [(kh - 1) / 2, (kw - 1) / 2];
  return (
    steps.every((step) => step === 1) &&
    pads[0] === rows &&
    pads[2] === rows &&
    pads[1] === columns &&
    pads[3] === columns
  );
}

function paddings([top, left, bottom, right]: Pads): [number, number][] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

function padded(x: Images, pads: Pads, value: number): Images {
  return pads.every((pad) => pad === 0) ? x : tf.pad(x, paddings(pads), value);
}

/** `x` with its outermost rows and columns repeated. */
function repeatEdges(x: Images, [top, left, bottom, right]: Pads): tf.Tensor {
  const [, height, width] = x.shape;
  const rows = [tf.tile(tf.slice(x, [0, 0, 0, 0], [-1, 1, -1, -1]), [1, top, 1, 1]), x];
  rows.push(tf.tile(tf.slice(x, [0, height - 1, 0, 0], [-1, 1, -1, -1]), [1, bottom, 1, 1]));
  const tall = tf.concat(rows, 1);
  const columns = [tf.tile(tf.slice(tall, [0, 0, 0, 0], [-1, -1, 1, -1]), [1, 1, left, 1]), tall];
  columns.push(tf.tile(tf.slice(tall, [0, 0, width - 1, 0], [-1, -1, 1, -1]), [1, 1, right, 1]));
  return tf.concat(columns, 2);
}
