// Times a convolution and its two gradients on every available training backend: GFLOP/s in one table. Needs `npm run build`.
//   node bench/train-backends.mjs [--backends tensorflow,webgpu,wasm]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';

/** Input `[N, H, W, C]`, filters, kernel size and stride: full-size and innermost layers of a look network, and a discriminator's. */
const LAYERS = [
  { input: [2, 144, 256, 32], filters: 32, size: 3, stride: 1 },
  { input: [1, 9, 16, 96], filters: 96, size: 3, stride: 1 },
  { input: [2, 72, 128, 32], filters: 64, size: 4, stride: 2 },
];
/** Time for the runs of one operation; the table gives the best run. One run at least, after a warm-up. */
const SECONDS_PER_OPERATION = 1.5;

const { values } = parseArgs({ options: { backends: { type: 'string', default: 'tensorflow,webgpu,wasm' } } });
const { openBackend } = await import(new URL('../dist/train/backends/open-backend.js', import.meta.url).href);

const columns = [];
for (const name of values.backends.split(',')) {
  try {
    const backend = await openBackend(name);
    columns.push({ name, device: backend.device, rows: await measure() });
    await backend.close();
  } catch (error) {
    if (error.code !== 'DEVICE_UNAVAILABLE') throw error;
    console.log(`${name}: ${error.toLine()}`);
  }
}
console.log(`\n${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}; GFLOP/s`);
for (const { name, device } of columns) console.log(`${name}: ${device}`);
console.log(`\n| convolution | operation | ${columns.map(({ name }) => name).join(' | ')} |`);
console.log(`| --- | --- |${' ---: |'.repeat(columns.length)}`);
for (const [row, { layer, operation }] of (columns[0]?.rows ?? []).entries()) {
  const cells = columns.map(({ rows }) => rows[row].gigaflops.toFixed(1));
  console.log(`| ${layer} | ${operation} | ${cells.join(' | ')} |`);
}

async function measure() {
  const rows = [];
  for (const { input, filters, size, stride } of LAYERS) {
    const [batch, height, width, channels] = input;
    const x = tf.randomNormal(input, 0, 1, 'float32', 1);
    const filter = tf.randomNormal([size, size, channels, filters], 0, 1, 'float32', 2);
    const [outHeight, outWidth] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    const dy = tf.randomNormal([batch, outHeight, outWidth, filters], 0, 1, 'float32', 3);
    const attributes = { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC', dimRoundingMode: undefined };
    const run = (kernel, inputs, more) => tf.engine().runKernel(kernel, inputs, { ...attributes, ...more });
    const operations = [
      ['forward', () => run('Conv2D', { x, filter }, { dilations: [1, 1] })],
      ['input gradient', () => run('Conv2DBackpropInput', { dy, filter }, { inputShape: input })],
      ['kernel gradient', () => run('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape })],
    ];
    const flop = 2 * batch * outHeight * outWidth * filters * size * size * channels;
    for (const [operation, compute] of operations) {
      const layer = `[${input.join(', ')}] to ${filters}, ${size}x${size}, stride ${stride}`;
      rows.push({ layer, operation, gigaflops: flop / 1e6 / (await bestMs(compute)) });
    }
    tf.dispose([x, filter, dy]);
  }
  return rows;
}

/** Best time of one computation. Reads one number of the last result, which a GPU returns only when all runs are done. */
async function bestMs(compute) {
  await repeat(compute, 1);
  const once = await repeat(compute, 1);
  // Short computations run several times, so that the wait for that number does not count.
  const count = Math.max(1, Math.min(50, Math.round(30 / once)));
  let best = once;
  for (let spent = 0; spent < SECONDS_PER_OPERATION * 1000;) {
    const ms = await repeat(compute, count);
    spent += ms;
    best = Math.min(best, ms / count);
  }
  return best;
}

async function repeat(compute, count) {
  const start = performance.now();
  for (let i = 1; i < count; i++) compute().dispose();
  const last = compute();
  const probe = tf.tidy(() => tf.slice(tf.reshape(last, [-1]), 0, 1));
  await probe.data();
  tf.dispose([last, probe]);
  return performance.now() - start;
}
