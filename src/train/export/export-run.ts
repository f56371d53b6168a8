import { statSync } from 'node:fs';
import { join } from 'node:path';
import { NocturneError } from '../../core/errors.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../../image/thumbnail.js';
import type { OnnxModelCard } from '../../infer/model-card.js';
import { readCheckpoint } from '../checkpoint.js';
import { nightgrid } from '../networks/nightgrid.js';
import type { ParameterSpec, Weights } from '../networks/ops.js';
import { sizeOf, traceNetwork } from '../networks/trace.js';
import { trainOptions } from '../options.js';
import { BEST_CHECKPOINT } from '../trainer.js';
import { exportGenerator } from './export-generator.js';
import type { WrittenModel } from './write-model.js';

/** Options of {@link exportRun}; what is not said goes onto the model's card. */
export interface ExportRunOptions extends Pick<OnnxModelCard, 'name' | 'version' | 'description' | 'licence'> {
  /** Folder of a run, or a checkpoint. */
  readonly from: string;
  readonly sources?: OnnxModelCard['sources'];
  readonly metrics?: OnnxModelCard['metrics'];
  /** Folder to write; see `writeModel`. */
  readonly out: string;
  readonly overwrite?: boolean;
}

/** What a best checkpoint says of itself. */
interface BestHeader {
  readonly options: Readonly<Record<string, unknown>>;
  readonly step: number;
  readonly figures: { readonly layout: number; readonly swd: number };
}

/**
 * Writes the best weights of a training as a generator. Throws NocturneError INPUT_NOT_FOUND, INPUT_CORRUPT,
 * CONFIG_INVALID for a network whose output is no look, OUTPUT_*.
 */
export async function exportRun(settings: ExportRunOptions): Promise<WrittenModel> {
  const { from, out, overwrite = false, metrics, ...card } = settings;
  const path = statSync(from, { throwIfNoEntry: false })?.isDirectory() ? join(from, BEST_CHECKPOINT) : from;
  const { header, arrays } = await readCheckpoint(path);
  const vector = arrays.get('netGA');
  if (!vector || !('figures' in header)) {
    throw new NocturneError({
      code: 'INPUT_CORRUPT',
      stage: 'train',
      message: `${path} is no checkpoint of a best generator.`,
      remedy: `Name a run's folder, or its ${BEST_CHECKPOINT}.`,
    });
  }
  const { options: given, step, figures } = header as unknown as BestHeader; // as the trainer writes it
  const options = trainOptions(given);
  if (options.generator !== 'nightgrid') {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'train',
      message: `${path} holds a ${options.generator}, whose output is a picture and no look.`,
      remedy: 'Export a run of --set generator=nightgrid.',
    });
  }
  const { parameters } = traceNetwork(nightgrid, [THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, 3]);
  return exportGenerator({
    ...card,
    weights: named(parameters, vector),
    training: { recipe: 'cyclegan', seed: options.seed, steps: step, options: { ...options } },
    metrics: { 'validation.layout': figures.layout, 'validation.swd': figures.swd, ...metrics },
    out,
    overwrite,
  });
}

/** A vector's parameters by name; views of it. Throws RangeError for another network's. */
function named(parameters: readonly ParameterSpec[], vector: Float32Array): Weights {
  const size = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (vector.length !== size) throw new RangeError(`weights must be ${size} numbers, got ${vector.length}`);
  let at = 0;
  return new Map(parameters.map(({ name, shape }) => [name, vector.subarray(at, (at += sizeOf(shape)))]));
}
