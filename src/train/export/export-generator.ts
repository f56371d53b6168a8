import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import type { OnnxModelCard } from '../../infer/model-card.js';
import { nightgrid } from '../networks/nightgrid.js';
import type { Network, Weights } from '../networks/ops.js';
import { traceNetwork } from '../networks/trace.js';
import { exportNetwork } from './export-network.js';
import { writeModel, type WrittenModel } from './write-model.js';

/** A network whose outputs are a look: `grid` `[9, 16, 96]`, bin-major, and `lights` `[72, 128, 4]`. */
type LookNetwork = Network<'grid' | 'lights'>;

/** Options of {@link exportGenerator}; fields without a comment are written to the model card unchanged. */
interface ExportGeneratorOptions extends Pick<OnnxModelCard, 'name' | 'version' | 'description'> {
  /** Default {@link nightgrid}. */
  readonly network?: LookNetwork;
  /** Exactly the parameters of the network. */
  readonly weights: Weights;
  /** Licence of the weights; default `not stated`. */
  readonly licence?: string;
  readonly sources?: OnnxModelCard['sources'];
  readonly training?: OnnxModelCard['training'];
  readonly metrics?: OnnxModelCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  /** Whether to replace an existing model; default false. */
  readonly overwrite?: boolean;
}

/** Input of a generator, `[H, W, C]`. */
const INPUT = [THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, 3] as const;

/**
 * Writes a trained network as a generator: an ONNX model with its card, for `--generator FOLDER`.
 * Throws RangeError for weights of another network, ModelCardError for outputs that are not a look, NocturneError OUTPUT_*.
 */
export async function exportGenerator(options: ExportGeneratorOptions): Promise<WrittenModel> {
  const { network = nightgrid, weights, licence = 'not stated', out, overwrite = false } = options;
  const { name, version, description, sources, training, metrics } = options;
  const bytes = exportNetwork({
    network,
    inputName: 'day',
    input: INPUT,
    outputs: [
      { name: 'grid', output: 'grid' },
      { name: 'lights', output: 'lights' },
    ],
    weights,
    metadata: { name, version, licence },
  });
  const card = {
    name,
    version,
    description,
    licence,
    ...portsOf(network),
    ...(sources && { sources }),
    ...(training && { training }),
    ...(metrics && { metrics }),
  };
  return writeModel({ out, bytes, overwrite, card });
}

/** Input and outputs for the model card. */
function portsOf(network: LookNetwork): Pick<OnnxModelCard, 'input' | 'outputs'> {
  const { grid, lights } = traceNetwork(network, INPUT).outputs;
  return {
    input: { name: 'day', shape: toNchw(INPUT), layout: 'NCHW', matrix: 'bt709', range: 'full' },
    outputs: {
      grid: { name: 'grid', shape: toNchw(grid), layout: 'B34HW' },
      lights: { name: 'lights', shape: toNchw(lights) },
    },
  };
}

/** `[H, W, C]` as `[1, C, H, W]`. */
function toNchw([height = 0, width = 0, channels = 0]: readonly number[] = []): number[] {
  return [1, channels, height, width];
}
