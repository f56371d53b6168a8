import { KEY_PATCH_PORTS, parseKeyPatchCard, type KeyPatchModelCard } from '../../infer/key-patch/key-patch-card.js';
import { keyPatchTraces } from '../models/key-patch.js';
import { keyPatchGenerator, NOISE_CHANNELS } from '../networks/key-patch-networks.js';
import type { Weights } from '../networks/ops.js';
import { checkWeights, PRODUCER } from './export-network.js';
import { encodeModel } from './onnx-model.js';
import { OnnxOps, type OnnxValue } from './onnx-ops.js';
import { writeModel, type WrittenModel } from './write-model.js';

/** Options of {@link exportKeyPatch}; fields without a comment are written to the model card unchanged. */
interface ExportKeyPatchOptions extends Pick<
  KeyPatchModelCard,
  'name' | 'version' | 'description' | 'side' | 'patches'
> {
  /** Exactly the parameters and statistics of the generator. */
  readonly weights: Weights;
  /** Filters of its outermost levels. */
  readonly filters: number;
  /** Licence of the weights; default `not stated`. */
  readonly licence?: string;
  readonly sources?: KeyPatchModelCard['sources'];
  readonly training?: KeyPatchModelCard['training'];
  readonly metrics?: KeyPatchModelCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  /** Whether to replace an existing model; default false. */
  readonly overwrite?: boolean;
}

/**
 * Writes trained weights as a key-patch network: an ONNX model with its card, for `openKeyPatchNetwork`. The file takes any number of patches,
 * `[patches, 3, S, S]`, as one set. Throws RangeError for weights of another network, NocturneError OUTPUT_*.
 */
export async function exportKeyPatch(options: ExportKeyPatchOptions): Promise<WrittenModel<KeyPatchModelCard>> {
  const { weights, filters, licence = 'not stated', out, overwrite = false } = options;
  const { side, patches, name, version, description, sources, training, metrics } = options;
  const { parameters, statistics, outputs } = keyPatchTraces({ side, filters, filtersD: filters }).generator;
  checkWeights([...parameters, ...statistics], weights);
  const ops = new OnnxOps(weights);
  const made = keyPatchGenerator({ patches: 1, filters })<OnnxValue>(ops, {
    patches: { name: KEY_PATCH_PORTS.patches, shape: [side, side, 3] },
    noise: { name: KEY_PATCH_PORTS.noise, shape: [1, 1, NOISE_CHANNELS] },
  });
  const { image, mask } = KEY_PATCH_PORTS;
  const dimsOf = (shape: readonly number[] = []): number[] => [1, shape[2] ?? 0, shape[0] ?? 0, shape[1] ?? 0];
  const bytes = encodeModel({
    name: 'key-patch',
    producer: PRODUCER,
    ...ops.graph.finish(
      new Map([
        [image, made.image.name],
        [mask, made.mask.name],
      ]),
    ),
    inputs: [
      { name: KEY_PATCH_PORTS.patches, dims: ['patches', 3, side, side] },
      { name: KEY_PATCH_PORTS.noise, dims: [1, NOISE_CHANNELS, 1, 1] },
    ],
    outputs: [
      { name: image, dims: dimsOf(outputs['image']) },
      { name: mask, dims: dimsOf(outputs['mask']) },
    ],
    metadata: { name, version, licence },
  });
  const card = {
    kind: 'key-patch',
    name,
    version,
    description,
    licence,
    side,
    patches,
    ...(sources && { sources }),
    ...(training && { training }),
    ...(metrics && { metrics }),
  } as const;
  return writeModel<KeyPatchModelCard>({ out, bytes, overwrite, card }, parseKeyPatchCard);
}
