import { parseNightStyleCard, PATCHES_SHAPE, type NightStyleCard } from '../../infer/night-like/night-style-card.js';
import { PATCH_COUNT } from '../../infer/night-like/photo-patches.js';
import { STYLE_TRAITS } from '../../lighting/style-traits.js';
import type { Weights } from '../networks/ops.js';
import { networkOf, PATCH_INPUT } from '../night-style/night-style-model.js';
import type { NightStyleOptions } from '../night-style/night-style-options.js';
import { exportNetwork } from './export-network.js';
import { writeModel, type WrittenModel } from './write-model.js';

/** Options of {@link exportNightStyle}; fields without a comment are written to the model card unchanged. */
interface ExportNightStyleOptions extends Pick<
  NightStyleCard,
  'name' | 'version' | 'description' | 'licence' | 'traits' | 'plain'
> {
  /** The network's parameters and statistics. */
  readonly weights: Weights;
  /** Of the run. */
  readonly options: NightStyleOptions;
  readonly sources?: NightStyleCard['sources'];
  readonly training?: NightStyleCard['training'];
  readonly metrics?: NightStyleCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  /** Whether to replace an existing model; default false. */
  readonly overwrite?: boolean;
}

/**
 * Writes trained weights as a night-style network: an ONNX model with its card, for `styleLike`.
 * Throws RangeError for weights of another network, NocturneError OUTPUT_*.
 */
export async function exportNightStyle(options: ExportNightStyleOptions): Promise<WrittenModel<NightStyleCard>> {
  const { weights, out, overwrite = false } = options;
  const { name, version, description, licence, traits, plain, sources, training, metrics } = options;
  const bytes = exportNetwork({
    network: networkOf(options.options),
    inputName: 'patches',
    input: PATCH_INPUT,
    batch: PATCH_COUNT,
    outputs: [{ name: 'style', output: 'style', batch: 1 }],
    weights,
    metadata: { name, version, licence },
  });
  const card = {
    name,
    version,
    description,
    licence,
    input: { name: 'patches', shape: PATCHES_SHAPE, layout: 'NCHW', matrix: 'bt709', range: 'full' },
    outputs: { style: { name: 'style', shape: [1, 2 * STYLE_TRAITS.length + 1, 1, 1] } },
    traits,
    plain,
    ...(sources && { sources }),
    ...(training && { training }),
    ...(metrics && { metrics }),
  } as const;
  return writeModel({ out, bytes, overwrite, card }, parseNightStyleCard);
}
