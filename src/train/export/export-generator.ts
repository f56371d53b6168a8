import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import type { OnnxModelCard } from '../../infer/model-card.js';
import { nightgrid } from '../networks/nightgrid.js';
import type { Network, Weights } from '../networks/ops.js';
import { traceNetwork } from '../networks/trace.js';
import { exportNetwork } from './export-network.js';
import { writeModel, type WrittenModel } from './write-model.js';

/** A network whose outputs are a look: `grid` `[9, 16, 96]`, bin-major, and `lights` `[72, 128, 4]`. */
export type LookNetwork = Network<'grid' | 'lights'>;

/** Options of {@link exportGenerator}; what it does not explain goes onto the card as it is. */
export interface ExportGeneratorOptions extends Pick<OnnxModelCard, 'name' | 'version' | 'description'> {
  /** Default {@link nightgrid}. */
  readonly network?: LookNetwork;
  /** All of the network's, and no others. */
  readonly weights: Weights;
  /** Of the weights; default: not stated. */
  readonly licence?: string;
  readonly sources?: OnnxModelCard['sources'];
  readonly training?: OnnxModelCard['training'];
  readonly metrics?: OnnxModelCard['metrics'];
  /** The folder to write; see `writeModel`. */
  readonly out: string;
  /** Replaces a model that is there; default false. */
  readonly overwrite?: boolean;
}

/** `[H, W, C]` of what a generator sees. */
const INPUT = [THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, 3] as const;

/**
 * Writes a trained network as a generator: an ONNX model with its card, which `--generator FOLDER` opens.
 * Throws RangeError for weights that do not fit, ModelCardError for outputs that are no look, NocturneError OUTPUT_*.
 */
export async function exportGenerator(options: ExportGeneratorOptions): Promise<WrittenModel> {
  const {
    network = nightgrid,
    weights,
    name,
    version,
    description,
    licence = 'not stated',
    out,
    overwrite = false,
  } = options;
  const { outputs } = traceNetwork(network, INPUT);
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
  const { sources, training, metrics } = options;
  return writeModel({
    out,
    bytes,
    overwrite,
    card: {
      name,
      version,
      description,
      licence,
      input: { name: 'day', shape: nchw(INPUT), layout: 'NCHW', matrix: 'bt709', range: 'full' },
      outputs: {
        grid: { name: 'grid', shape: nchw(outputs['grid']), layout: 'B34HW' },
        lights: { name: 'lights', shape: nchw(outputs['lights']) },
      },
      ...(sources && { sources }),
      ...(training && { training }),
      ...(metrics && { metrics }),
    },
  });
}

/** `[H, W, C]` as `[1, C, H, W]`. */
function nchw([height = 0, width = 0, channels = 0]: readonly number[] = []): number[] {
  return [1, channels, height, width];
}
