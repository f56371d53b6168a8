import type { Random } from '../../../src/core/random.js';
import { createOrtSession, loadOrt, type Tensor } from '../../../src/infer/ort-runtime.js';
import type { Network, Weights } from '../../../src/train/networks/ops.js';
import { sizeOf, traceNetwork } from '../../../src/train/networks/trace.js';
import type { NhwcArray } from '../../support/reference-ops.js';

/** One image `[1, H, W, C]` from a function of each sample. */
export function image(
  height: number,
  width: number,
  channels: number,
  at: (row: number, column: number, channel: number) => number,
): NhwcArray {
  const data = new Float64Array(height * width * channels);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++) for (let c = 0; c < channels; c++) data[i++] = at(row, column, c);
  }
  return { shape: [1, height, width, channels], data };
}

/** `[H, W, C]` of an image. */
export function inputOf({ shape: [, height, width, channels] }: NhwcArray): readonly [number, number, number] {
  return [height, width, channels];
}

/** Random weights of a network: kernels as initialised by `he`, all others normal with a standard deviation of 0.3. */
export function randomWeights(network: Network, input: readonly [number, number, number], random: Random): Weights {
  const { parameters, statistics } = traceNetwork(network, input);
  return new Map(
    [...parameters, ...statistics].map(({ name, shape }) => {
      const spread = name.endsWith('/kernel') ? Math.sqrt(2 / sizeOf(shape.slice(0, -1))) : 0.3;
      const number = (): number => (name.endsWith('/variance') ? random.between(0.3, 2) : spread * random.normal());
      return [name, Float32Array.from({ length: sizeOf(shape) }, number)];
    }),
  );
}

/** An image of numbers in [low, high) that float32 holds exactly. */
export function randomImage(
  [height, width, channels]: readonly [number, number, number],
  random: Random,
  [low, high]: readonly [number, number] = [-1, 1],
): NhwcArray {
  return image(height, width, channels, () => Math.fround(random.between(low, high)));
}

/** Runs an ONNX file on one thread; returns its outputs as `[H, W, C]`, `[C]` as `[1, 1, C]`. */
export async function runModel(bytes: Uint8Array, input: NhwcArray): Promise<Record<string, NhwcArray>> {
  const { Tensor } = await loadOrt();
  const session = await createOrtSession(bytes, { device: 'cpu', threads: 1 });
  try {
    const { data } = input;
    const [, height, width, channels] = input.shape;
    const planes = new Float32Array(data.length);
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < height * width; i++) planes[c * height * width + i] = data[i * channels + c]!;
    }
    const tensor = new Tensor('float32', planes, [1, channels, height, width]);
    const results = await session.run({ [session.inputNames[0]!]: tensor });
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, toNhwc(value)]));
  } finally {
    await session.release();
  }
}

function toNhwc({ dims, data }: Tensor): NhwcArray {
  if (!(data instanceof Float32Array)) throw new TypeError('an output must be float32');
  const [, channels = 0, height = 1, width = 1] = dims;
  return image(height, width, channels, (row, column, c) => data[(c * height + row) * width + column]!);
}

/** The largest difference between two images; infinite when their sizes differ or a number is not finite. */
export function distance(a: NhwcArray, b: NhwcArray): number {
  if (a.shape.join() !== b.shape.join()) return Infinity;
  const largest = a.data.reduce((max, value, i) => Math.max(max, Math.abs(value - b.data[i]!)), 0);
  return Number.isFinite(largest) ? largest : Infinity;
}
