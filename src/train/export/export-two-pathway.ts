import { parseTwoPathwayCard, type TwoPathwayCard } from '../../infer/two-pathway/two-pathway-card.js';
import { KEY_REGIONS } from '../../scene/key-regions.js';
import type { Weights } from '../networks/ops.js';
import { twoPathwayNight, type TwoPathwayOptions } from '../networks/two-pathway-generator.js';
import { exportNetwork } from './export-network.js';
import { writeModel, type WrittenModel } from './write-model.js';

/** Options of {@link exportTwoPathway}; fields without a comment are written to the model card unchanged. */
interface ExportTwoPathwayOptions extends Pick<TwoPathwayCard, 'name' | 'version' | 'description' | 'licence'> {
  readonly network: TwoPathwayOptions;
  /** Exactly the parameters of the network. */
  readonly weights: Weights;
  /** Rows of the images that it was trained on. */
  readonly height: number;
  /** Columns of them. */
  readonly width: number;
  readonly sources?: TwoPathwayCard['sources'];
  readonly training?: TwoPathwayCard['training'];
  readonly metrics?: TwoPathwayCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  /** Whether to replace an existing model; default false. */
  readonly overwrite?: boolean;
}

/**
 * Writes a trained two-pathway network: an ONNX model with its card, for `--generator FOLDER`. Without what only training needs: the outputs at
 * half and quarter size stay inside, those of the local pathways too. Throws RangeError for weights of another network, NocturneError OUTPUT_*.
 */
export async function exportTwoPathway(options: ExportTwoPathwayOptions): Promise<WrittenModel<TwoPathwayCard>> {
  const { network, weights, height, width, out, overwrite = false } = options;
  const { name, version, description, licence, sources, training, metrics } = options;
  const channels = 3 + KEY_REGIONS.length;
  const bytes = exportNetwork({
    network: twoPathwayNight(network),
    inputName: 'street',
    input: [height, width, channels],
    outputs: [{ name: 'night', output: 'night' }],
    weights,
    metadata: { name, version, licence },
  });
  const card = {
    kind: 'two-pathway',
    name,
    version,
    description,
    licence,
    input: { name: 'street', shape: [1, channels, height, width], layout: 'NCHW', matrix: 'bt709', range: 'full' },
    regions: KEY_REGIONS,
    output: { name: 'night', shape: [1, 3, height, width] },
    ...(sources && { sources }),
    ...(training && { training }),
    ...(metrics && { metrics }),
  } as const;
  return writeModel<TwoPathwayCard>({ out, bytes, overwrite, card }, parseTwoPathwayCard);
}
