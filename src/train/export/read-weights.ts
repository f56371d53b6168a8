import { NocturneError } from '../../core/errors.js';
import type { NetworkOrigin, TrainedModelCard } from '../../infer/model-card.js';
import { readModelFile } from '../../infer/model-file.js';
import type { Network, Weights } from '../networks/ops.js';
import { sizeOf, traceNetwork } from '../networks/trace.js';
import { transpose } from './onnx-layout.js';
import { decodeFloats } from './onnx-model.js';

/** What {@link readWeights} reads. */
interface ReadWeightsOptions<K extends string> {
  /** The `.onnx` file of an exported network, its card, or their folder. */
  readonly path: string;
  readonly parseCard: (json: string) => TrainedModelCard;
  /** The network that it must be. */
  readonly network: Network<K>;
  /** `[H, W, C]`. */
  readonly input: readonly [number, number, number];
}

/** An exported network to start a training from. */
export interface TrainingStart {
  /** Plain, in the layout of training. */
  readonly weights: Weights;
  readonly origin: NetworkOrigin;
}

/** Reads the weights of an exported network. Throws NocturneError MODEL_NOT_FOUND, MODEL_INVALID. */
export async function readWeights<K extends string>(options: ReadWeightsOptions<K>): Promise<TrainingStart> {
  const { path, parseCard, network, input } = options;
  const file = await readModelFile(path, parseCard);
  const stored = decodeFloats(file.bytes);
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of traceNetwork(network, input).parameters) {
    const values = stored.get(name);
    if (values?.length !== sizeOf(shape)) {
      const got = values ? `${values.length} numbers` : 'none';
      throw new NocturneError({
        code: 'MODEL_INVALID',
        stage: 'train',
        message: `${file.path} is another network: ${name} must hold ${sizeOf(shape)} numbers, got ${got}.`,
        remedy: 'Pass a network that the same recipe trained.',
      });
    }
    weights.set(name, isKernel(shape) ? toHwio(values, shape) : values);
  }
  const { name, version, sha256 } = file.card;
  return { weights, origin: { name, version, sha256 } };
}

function isKernel(shape: readonly number[]): boolean {
  return shape.length === 4;
}

/** From OIHW, as the file has it. @param shape `[H, W, I, O]`. */
function toHwio(
  values: Float32Array,
  [height = 0, width = 0, inputs = 0, filters = 0]: readonly number[],
): Float32Array {
  return transpose(values, [filters, inputs, height, width], [2, 3, 1, 0]);
}
