import { DETAIL_HEIGHT, DETAIL_WIDTH } from '../../image/thumbnail.js';
import { parseSceneCard, type SceneModelCard } from '../../infer/model-card.js';
import { sceneNetwork } from '../networks/scene-network.js';
import type { Weights } from '../networks/ops.js';
import { traceNetwork } from '../networks/trace.js';
import { exportNetwork } from './export-network.js';
import { writeModel, type WrittenModel } from './write-model.js';

/** Options of {@link exportScene}; fields without a comment are written to the model card unchanged. */
interface ExportSceneOptions extends Pick<SceneModelCard, 'name' | 'version' | 'description'> {
  /** Exactly the parameters of {@link sceneNetwork}, without gains. */
  readonly weights: Weights;
  /** Licence of the weights; default `not stated`. */
  readonly licence?: string;
  readonly sources?: SceneModelCard['sources'];
  readonly training?: SceneModelCard['training'];
  readonly metrics?: SceneModelCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  /** Whether to replace an existing model; default false. */
  readonly overwrite?: boolean;
}

/** Input of the scene network, `[H, W, C]`: what the product reads, whatever the sizes in training. */
const INPUT = [DETAIL_HEIGHT, DETAIL_WIDTH, 3] as const;

/**
 * Writes trained weights as a scene network: an ONNX model with its card, for `openSceneReader`.
 * Throws RangeError for weights of another network, NocturneError OUTPUT_*.
 */
export async function exportScene(options: ExportSceneOptions): Promise<WrittenModel<SceneModelCard>> {
  const { weights, licence = 'not stated', out, overwrite = false } = options;
  const { name, version, description, sources, training, metrics } = options;
  const bytes = exportNetwork({
    network: sceneNetwork,
    inputName: 'day',
    input: INPUT,
    outputs: [
      { name: 'surfaces', output: 'surfaces' },
      { name: 'vehicles', output: 'vehicles' },
    ],
    weights,
    metadata: { name, version, licence },
  });
  const traced = traceNetwork(sceneNetwork, INPUT).outputs;
  const card = {
    name,
    version,
    description,
    licence,
    input: { name: 'day', shape: toNchw(INPUT), layout: 'NCHW', matrix: 'bt709', range: 'full' },
    outputs: {
      surfaces: { name: 'surfaces', shape: toNchw(traced['surfaces']) },
      vehicles: { name: 'vehicles', shape: toNchw(traced['vehicles']) },
    },
    ...(sources && { sources }),
    ...(training && { training }),
    ...(metrics && { metrics }),
  } as const;
  return writeModel({ out, bytes, overwrite, card }, parseSceneCard);
}

/** `[H, W, C]` as `[1, C, H, W]`. */
function toNchw([height = 0, width = 0, channels = 0]: readonly number[] = []): number[] {
  return [1, channels, height, width];
}
