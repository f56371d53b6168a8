import { statSync } from 'node:fs';
import { join } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import type { OnnxModelCard } from '../../infer/model-card.js';
import { readCheckpoint } from '../checkpoint.js';
import { nightgrid } from '../networks/nightgrid.js';
import { traceNetwork } from '../networks/trace.js';
import { trainOptions } from '../options.js';
import { namedViews } from '../parameter-vector.js';
import { BEST_CHECKPOINT } from '../trainer.js';
import { exportGenerator } from './export-generator.js';
import type { WrittenModel } from './write-model.js';

/** Options of {@link exportRun}; fields without a comment are written to the model card unchanged. */
interface ExportRunOptions extends Pick<OnnxModelCard, 'name' | 'version' | 'description' | 'licence'> {
  /** Folder of a run, or its best checkpoint. */
  readonly from: string;
  readonly sources?: OnnxModelCard['sources'];
  readonly metrics?: OnnxModelCard['metrics'];
  /** Output folder; see `writeModel`. */
  readonly out: string;
  readonly overwrite?: boolean;
}

/** The header of a best checkpoint. */
interface BestHeader {
  readonly options: Readonly<Record<string, unknown>>;
  readonly step: number;
  readonly metrics: { readonly layout: number; readonly swd: number };
}

/**
 * Writes the best weights of a training as a generator. Throws NocturneError INPUT_NOT_FOUND, MODEL_INVALID for a damaged or another
 * checkpoint, CONFIG_INVALID for a network that predicts images, OUTPUT_*.
 */
export async function exportRun(options: ExportRunOptions): Promise<WrittenModel> {
  const { from, out, overwrite = false, metrics, ...card } = options;
  const path = statSync(from, { throwIfNoEntry: false })?.isDirectory() ? join(from, BEST_CHECKPOINT) : from;
  const { header, arrays } = await readCheckpoint(path);
  const vector = arrays.get('netGA');
  if (!vector || !('metrics' in header)) {
    throw new NocturneError({
      code: 'MODEL_INVALID',
      stage: 'train',
      message: `${path} is not a best checkpoint.`,
      remedy: `Pass the folder of a run, or its ${BEST_CHECKPOINT}.`,
    });
  }
  const { options: given, step, metrics: validation } = header as unknown as BestHeader; // as the trainer writes it
  const trained = trainOptions(given);
  if (trained.generator !== 'nightgrid') {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'train',
      message: `${path} is a ${trained.generator}, which outputs images, not looks.`,
      remedy: 'Export a run with --set generator=nightgrid.',
    });
  }
  const { parameters } = traceNetwork(nightgrid, [THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, 3]);
  return exportGenerator({
    ...card,
    weights: namedViews(parameters, vector),
    training: { recipe: 'cyclegan', seed: trained.seed, steps: step, options: { ...trained } },
    metrics: { 'validation.layout': validation.layout, 'validation.swd': validation.swd, ...metrics },
    out,
    overwrite,
  });
}
