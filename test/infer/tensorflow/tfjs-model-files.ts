import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the models below compute of each number `x`: `tanh(x / 2 + 0.1)`. */
export const nightOf = (x: number): number => Math.tanh(0.5 * x + 0.1);

const SIDE = 64;
/** Weights of a convolution of 3 x 3 that halves each channel and adds 0.1. */
const KERNEL = Float32Array.from({ length: 81 }, (_, i) => {
  const [place, from, to] = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
  return place === 4 && from === to ? 0.5 : 0;
});
const BIAS = new Float32Array(3).fill(0.1);

/** Writes a folder NAME with a graph model as tensorflowjs_converter writes one from TensorFlow. Returns the path of its `model.json`. */
export function writeGraphModel(folder: string, name: string): string {
  const tensor = { name: 'day:0', dtype: 'DT_FLOAT', tensorShape: dims(1, SIDE, SIDE, 3) };
  const [type, text] = [{ type: 'DT_FLOAT' }, (value: string) => ({ s: Buffer.from(value).toString('base64') })];
  const constant = (weight: string, ...shape: number[]) => ({
    name: weight,
    op: 'Const',
    attr: { dtype: type, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: dims(...shape) } } },
  });
  const ones = { list: { i: ['1', '1', '1', '1'] } };
  const convolution = {
    ...{ T: type, strides: ones, dilations: ones, padding: text('SAME'), data_format: text('NHWC') },
    ...{
      num_args: { i: '1' },
      fused_ops: { list: { s: [text('BiasAdd').s] } },
      explicit_paddings: { list: {} },
      epsilon: { f: 0 },
    },
  };
  const node = [
    constant('call/kernel', 3, 3, 3, 3),
    constant('call/bias', 3),
    { name: 'day', op: 'Placeholder', attr: { dtype: type, shape: { shape: dims(1, SIDE, SIDE, 3) } } },
    { name: 'call/conv', op: '_FusedConv2D', input: ['day', 'call/kernel', 'call/bias'], attr: convolution },
    { name: 'call/tanh', op: 'Tanh', input: ['call/conv'], attr: { T: type } },
    { name: 'Identity', op: 'Identity', input: ['call/tanh'], attr: { T: type } },
  ];
  return writeModel(join(folder, name), {
    format: 'graph-model',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    signature: { inputs: { day: tensor }, outputs: { night: { ...tensor, name: 'Identity:0' } } },
    modelTopology: { node, library: {}, versions: { producer: 1645 } },
    weights: ['call/kernel', 'call/bias'],
  });
}

/** The same with a model of layers, as TensorFlow.js saves a `tf.sequential`. */
export function writeLayersModel(folder: string, name: string): string {
  const config = {
    ...{ filters: 3, kernel_size: [3, 3], strides: [1, 1], padding: 'same', data_format: 'channels_last' },
    ...{ dilation_rate: [1, 1], activation: 'tanh', use_bias: true, name: 'paint', trainable: true },
    ...{ batch_input_shape: [null, SIDE, SIDE, 3], dtype: 'float32' },
  };
  return writeModel(join(folder, name), {
    format: 'layers-model',
    generatedBy: 'TensorFlow.js tfjs-layers v4.22.0',
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'sequential_1', layers: [{ class_name: 'Conv2D', config }] },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weights: ['paint/kernel', 'paint/bias'],
  });
}

function dims(...shape: number[]) {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

function writeModel(
  folder: string,
  { weights: [kernel, bias], ...model }: { readonly weights: readonly string[]; readonly [key: string]: unknown },
): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'weights.bin'), Buffer.concat([Buffer.from(KERNEL.buffer), Buffer.from(BIAS.buffer)]));
  const weights = [
    { name: kernel, shape: [3, 3, 3, 3], dtype: 'float32' },
    { name: bias, shape: [3], dtype: 'float32' },
  ];
  const path = join(folder, 'model.json');
  writeFileSync(path, JSON.stringify({ ...model, weightsManifest: [{ paths: ['weights.bin'], weights }] }));
  return path;
}
