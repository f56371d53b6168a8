import { join } from 'node:path';
import { openBackend, type BackendChoice } from '../backends/open-backend.js';
import { createRunFolder } from '../report/report-file.js';
import {
  cosineRate,
  runSupervised,
  supervisedOptions,
  type SupervisedResult,
  type SupervisedRun,
} from '../scene/supervised.js';
import { NightBatches, traitScales } from './night-batches.js';
import { makeNightSets, nightSetKey, type NightSets } from './night-set.js';
import { readNightSets, writeNightSets } from './night-set-file.js';
import { NightStyleModel, networkOf } from './night-style-model.js';
import { withPlainTraits } from './plain-traits.js';
import { nightStyleOptions, type NightStyleOptions } from './night-style-options.js';
import {
  describeNightStyleMetrics,
  measurePredictions,
  predictSets,
  type NightStyleMetrics,
} from './night-style-validation.js';

/** Options of {@link trainNightStyle}. */
export interface NightStyleRunOptions extends Omit<SupervisedRun, 'init'> {
  /** Folder with `trainA` and `trainB`, or `synth`: painted streets alone. */
  readonly source: string;
  readonly backend: BackendChoice;
  /** Given options. The rest have their defaults, or on resuming the values of the run, which must not change. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly onWarning?: (line: string) => void;
  /** Called before the first step. */
  readonly onStart?: (options: NightStyleOptions, backend: { readonly name: string; readonly device: string }) => void;
}

/** The file of rendered nights in the folder of a run. */
export const NIGHTS_FILE = 'nights.bin';

/**
 * Trains the night-style network on nights rendered with known styles; all its files are in one folder. Throws NocturneError:
 * CONFIG_INVALID, INPUT_*, MODEL_*, OUTPUT_*, DEVICE_UNAVAILABLE, ABORTED (the run can be resumed).
 */
export async function trainNightStyle(run: NightStyleRunOptions): Promise<SupervisedResult<NightStyleMetrics>> {
  const { onWarning, onStart, onLine } = run;
  const options = supervisedOptions(run, nightStyleOptions);
  await using backend = await openBackend(run.backend, onWarning);
  onStart?.(options, backend);
  const { train, validation, plain } = withPlainTraits(await openNightSets(run, options));
  onLine?.(
    `${train.styled.length} styles and ${train.real.length} photos, ` +
      `${validation.styled.length} and ${validation.real.length} held back`,
  );
  const scales = traitScales(train);
  const model = new NightStyleModel(options);
  const data = new NightBatches(train, scales, options);
  const network = networkOf(options);
  const held = [...validation.styled, ...validation.real];
  const nothing = held.map(() => new Float32Array(2 * scales.length + 1));
  onLine?.(`plain statistics: ${describeNightStyleMetrics(measurePredictions(validation, nothing, scales))}`);
  try {
    return await runSupervised({
      recipe: 'night-style',
      run,
      options,
      init: undefined,
      backend,
      model,
      data,
      rateAt: (step) => cosineRate(options, step),
      train: (_, rate) => model.step(data.next(), rate),
      measure: async (weights) => ({
        ...measurePredictions(validation, await predictSets(network, weights, held, scales), scales),
        scales,
        plain,
      }),
      describe: describeNightStyleMetrics,
      numbers: ({ colorMedian, exposureMedian, night, score }) => ({ colorMedian, exposureMedian, night, score }),
    });
  } finally {
    model.close();
  }
}

/** The nights of a run: those in its folder, else rendered and kept there, which takes minutes. */
async function openNightSets(run: NightStyleRunOptions, options: NightStyleOptions): Promise<NightSets> {
  const { source, signal, onLine } = run;
  const path = join(run.run, NIGHTS_FILE);
  const key = nightSetKey(source, options);
  const kept = await readNightSets(path, key);
  if (kept) return kept;
  await createRunFolder(run.run);
  const made = await makeNightSets({ source, options, signal, onLine });
  await writeNightSets(path, key, made);
  return made;
}
