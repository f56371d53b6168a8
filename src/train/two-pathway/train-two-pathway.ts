import { NocturneError } from '../../core/errors.js';
import { parseSceneCard } from '../../infer/model-card.js';
import { SHIPPED_SCENE_MODEL } from '../../scene/scene-reader.js';
import { openBackend, type BackendChoice } from '../backends/open-backend.js';
import { splitTraining } from '../data/train-split.js';
import { readWeights } from '../export/read-weights.js';
import { TwoPathwayGan } from '../models/two-pathway.js';
import { sceneFeatures } from '../networks/scene-network.js';
import type { Weights } from '../networks/ops.js';
import { sheetPath } from '../report/loss-page.js';
import {
  cosineRate,
  runSupervised,
  supervisedOptions,
  type SupervisedResult,
  type SupervisedRun,
} from '../scene/supervised.js';
import type { TrainingSource } from '../training-data.js';
import { folderPairs, type FolderPairs } from './folder-pairs.js';
import { PairBatches } from './pair-batches.js';
import { measurePairs, writePairSheet, type PairMetrics, type Translate } from './pair-validation.js';
import { paintedPairs } from './painted-pairs.js';
import { twoPathwayOptions, type TwoPathwayTrainOptions } from './two-pathway-options.js';
import type { StreetPair } from './street-pair.js';

/** Options of {@link trainTwoPathway}. */
export interface TwoPathwayRunOptions extends SupervisedRun {
  /** Folders of pairs, or `synth`: painted streets alone. */
  readonly source: TrainingSource;
  readonly backend: BackendChoice;
  /** Given options. The rest have their defaults, or on resuming the values of the run, which must not change. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly onWarning?: (line: string) => void;
  /** Called before the first step. */
  readonly onStart?: (
    options: TwoPathwayTrainOptions,
    backend: { readonly name: string; readonly device: string },
  ) => void;
}

/** Most held-back pairs that a validation measures, of each kind. */
const MAX_VALIDATION = 48;

/**
 * Trains TP-GAN on pairs; all its files are in one folder. Throws NocturneError: CONFIG_INVALID, INPUT_*, MODEL_INVALID, OUTPUT_*,
 * DEVICE_UNAVAILABLE, ABORTED (the run can be resumed).
 */
export async function trainTwoPathway(runOptions: TwoPathwayRunOptions): Promise<SupervisedResult<PairMetrics>> {
  const { source, onWarning, onStart, onLine, run } = runOptions;
  const options = supervisedOptions(runOptions, twoPathwayOptions);
  const recogniser = options.lambdaIdentity > 0 ? await readRecogniser(options) : undefined;
  await using backend = await openBackend(runOptions.backend, onWarning);
  onStart?.(options, backend);
  const { real, painted, unpaired, report } = await loadPairs(source, options);
  checkPairs(real, painted, unpaired, options);
  for (const line of report) onLine?.(line);
  onLine?.(
    `${real.train.length} pairs and ${painted.train.length} painted ones, ${real.validation.length + painted.validation.length} held back; ` +
      `${unpaired.length} nights without a day`,
  );
  const size = { width: options.width, height: options.height };
  const model = new TwoPathwayGan(options, recogniser);
  const held = [...mostOf(real.validation), ...mostOf(painted.validation)];
  const shown = [...real.validation.slice(0, 6), ...painted.validation.slice(0, 6)];
  const translate: Translate = (day, regions) => model.translate(day, regions);
  const { batch, synthShare: paintedShare, flip, seed } = options;
  const batches = new PairBatches({
    ...{ real: real.train, painted: painted.train, unpaired, batch, paintedShare, flip, size, seed },
  });
  try {
    return await runSupervised({
      recipe: 'two-pathway',
      run: runOptions,
      options,
      init: undefined,
      backend,
      model,
      data: batches,
      rateAt: (step) => cosineRate(options, step),
      train: (_, rate) =>
        model.step(batches.next(), {
          rate,
          rateD: options.rate > 0 ? (rate * options.rateD) / options.rate : options.rateD,
        }),
      measure: async (_, step) => {
        await writePairSheet(sheetPath(run, step), step, { pairs: shown, size, translate });
        return measurePairs(held, size, translate);
      },
      describe: describePairMetrics,
      numbers: (metrics) => ({ ...metrics }),
    });
  } finally {
    model.close();
  }
}

/** Throws NocturneError CONFIG_INVALID where there is nothing to learn from. */
function checkPairs(
  real: Split,
  painted: Split,
  unpaired: readonly Uint8Array[],
  options: TwoPathwayTrainOptions,
): void {
  const lacks =
    real.train.length + painted.train.length === 0
      ? ['training needs pairs, got none.', 'Pass a folder of pairs, or set synthCount above 0.']
      : options.lambdaUnpaired > 0 && unpaired.length === 0
        ? ['lambdaUnpaired needs nights without a day, got none.', 'Add real nights of other names to trainB.']
        : undefined;
  if (!lacks) return;
  const [message = '', remedy = ''] = lacks;
  throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'train', message, remedy });
}

/** The metrics in one line. */
export function describePairMetrics({ regions, elsewhere }: PairMetrics): string {
  return `L1 in key regions ${regions.toFixed(4)}, elsewhere ${elsewhere.toFixed(4)}`;
}

/** The frozen recogniser: the scene network of the package. */
async function readRecogniser({ width, height }: TwoPathwayTrainOptions): Promise<Weights> {
  const { weights } = await readWeights({
    path: SHIPPED_SCENE_MODEL,
    parseCard: parseSceneCard,
    network: sceneFeatures,
    input: [Math.ceil(height / 32) * 32, Math.ceil(width / 32) * 32, 3],
  });
  return weights;
}

/** Pairs to train on, and those held back. */
interface Split {
  readonly train: readonly StreetPair[];
  readonly validation: readonly StreetPair[];
}

/** What {@link loadPairs} gives. */
export interface LoadedPairs extends Pick<FolderPairs, 'unpaired' | 'report'> {
  readonly real: Split;
  readonly painted: Split;
}

/**
 * The pairs of a training, the same for the same options: files, painted streets, and what is held back of both.
 * Throws NocturneError INPUT_*, CONFIG_INVALID, MODEL_*.
 */
export async function loadPairs(
  source: TrainingSource,
  { width, height, synthCount, synthShare, seed, validationShare: fraction }: TwoPathwayTrainOptions,
): Promise<LoadedPairs> {
  const size = { width, height };
  const isSynth = source === 'synth';
  const split = (pairs: readonly StreetPair[]): Split => heldBack(pairs, { fraction, seed });
  const painted = split(isSynth || synthShare > 0 ? paintedPairs(synthCount, seed, size) : []);
  if (isSynth) return { real: { train: [], validation: [] }, painted, unpaired: [], report: [] };
  const { pairs, ...rest } = await folderPairs(source, size);
  return { real: split(pairs), painted, ...rest };
}

/** Holds pairs back by a hash of their names; at least one where there are two. */
function heldBack(pairs: readonly StreetPair[], options: { readonly fraction: number; readonly seed: number }): Split {
  const split = splitTraining(pairs, options);
  if (pairs.length < 2 || (split.validation.length > 0 && split.train.length > 0)) return split;
  return { train: pairs.slice(1), validation: pairs.slice(0, 1) };
}

/** At most {@link MAX_VALIDATION} pairs, evenly spread. */
function mostOf(pairs: readonly StreetPair[]): readonly StreetPair[] {
  const step = Math.max(1, pairs.length / MAX_VALIDATION);
  return Array.from({ length: Math.min(MAX_VALIDATION, pairs.length) }, (_, i) => pairs[Math.floor(i * step)]).filter(
    (pair) => pair !== undefined,
  );
}
