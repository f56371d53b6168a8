import { parseImageCard, type ImageModelCard, type ImagePort } from '../../infer/image-network/image-card.js';
import type { Network, Weights } from '../networks/ops.js';
import { rgbNetwork, rgbWeights } from '../networks/rgb-network.js';
import { exportNetwork } from './export-network.js';
import { writeModel, type WrittenModel } from './write-model.js';

/** Options of {@link exportImage}; fields without a comment are written to the model card unchanged. */
interface ExportImageOptions extends Pick<ImageModelCard, 'name' | 'version' | 'description' | 'licence'> {
  /** From YUV in [-1, 1] to YUV in [-1, 1], as it was trained. */
  readonly network: Network<'image'>;
  /** Exactly the parameters of the network. */
  readonly weights: Weights;
  /** Rows of the images that it was trained on. */
  readonly height: number;
  /** Columns of them. */
  readonly width: number;
  /** The sides that the network takes are multiples of this. */
  readonly multiple: number;
  readonly sources?: ImageModelCard['sources'];
  readonly training?: ImageModelCard['training'];
  readonly metrics?: ImageModelCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  /** Whether to replace an existing model; default false. */
  readonly overwrite?: boolean;
}

/** RGB in [-1, 1], what a classic generator of any tool reads and writes. */
const PORT = { layout: 'NCHW', range: [-1, 1], colors: 'RGB' } as const satisfies Omit<ImagePort, 'name'>;

/**
 * Writes a trained generator of images as an image network: an ONNX model with its card, for `--generator FOLDER`. The file converts
 * RGB to the YUV of training and back. It takes any number of images of any size in multiples of `multiple`; or one of the size of
 * training, where that is no multiple (a U-Net whose levels have odd sides). Throws RangeError for weights of another network,
 * ModelCardError, NocturneError OUTPUT_*.
 */
export async function exportImage(options: ExportImageOptions): Promise<WrittenModel<ImageModelCard>> {
  const { network, weights, height, width, multiple, out, overwrite = false } = options;
  const { name, version, description, licence, sources, training, metrics } = options;
  const isFree = height % multiple === 0 && width % multiple === 0;
  const bytes = exportNetwork({
    network: rgbNetwork(network),
    inputName: 'day',
    input: [height, width, 3],
    outputs: [{ name: 'night', output: 'image' }],
    weights: rgbWeights(weights),
    ...(isFree && { multiple }),
    metadata: { name, version, licence },
  });
  const card = {
    kind: 'image',
    name,
    version,
    description,
    licence,
    input: { name: 'day', ...PORT, width, height, ...(isFree && { multiple }) },
    output: { name: 'night', ...PORT },
    ...(sources && { sources }),
    ...(training && { training }),
    ...(metrics && { metrics }),
  } as const;
  return writeModel<ImageModelCard>({ out, bytes, overwrite, card }, parseImageCard);
}
