import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Random } from '../../../src/core/random.js';
import type { Network, Weights } from '../../../src/train/networks/ops.js';
import { sizeOf, traceNetwork } from '../../../src/train/networks/trace.js';
import { plain, type Plain } from './plain-ops.js';

/** Weights for a network: kernels as `he` would start them, all else normal with a spread of 0.3. */
export function randomWeights(network: Network, input: readonly [number, number, number], random: Random): Weights {
  const { parameters } = traceNetwork(network, input);
  return new Map(
    parameters.map(({ name, shape }) => {
      const spread = name.endsWith('/kernel') ? Math.sqrt(2 / sizeOf(shape.slice(0, -1))) : 0.3;
      return [name, Float32Array.from({ length: sizeOf(shape) }, () => spread * random.normal())];
    }),
  );
}

/** A picture of numbers in [low, high) that float32 holds exactly. */
export function randomPicture(
  [height, width, channels]: readonly [number, number, number],
  random: Random,
  [low, high]: readonly [number, number] = [-1, 1],
): Plain {
  return plain(height, width, channels, () => Math.fround(random.between(low, high)));
}

/** Runs an ONNX file on one thread; answers its outputs as `[H, W, C]`, `[C]` as `[1, 1, C]`. */
export async function runModel(bytes: Uint8Array, input: Plain): Promise<Record<string, Plain>> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  try {
    const { height, width, channels, data } = input;
    const planes = new Float32Array(data.length);
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < height * width; i++) planes[c * height * width + i] = data[i * channels + c]!;
    }
    const tensor = new Tensor('float32', planes, [1, channels, height, width]);
    const results = await session.run({ [session.inputNames[0]!]: tensor });
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, picture(value)]));
  } finally {
    await session.release();
  }
}

function picture({ dims, data }: Tensor): Plain {
  if (!(data instanceof Float32Array)) throw new TypeError('an output must be float32');
  const [, channels = 0, height = 1, width = 1] = dims;
  return plain(height, width, channels, (row, column, c) => data[(c * height + row) * width + column]!);
}

/** The largest distance between two pictures; infinite when their sizes differ or a number is not finite. */
export function distance(a: Plain, b: Plain): number {
  if (a.height !== b.height || a.width !== b.width || a.channels !== b.channels) return Infinity;
  const largest = a.data.reduce((max, value, i) => Math.max(max, Math.abs(value - b.data[i]!)), 0);
  return Number.isFinite(largest) ? largest : Infinity;
}
