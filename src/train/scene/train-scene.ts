import { parseSceneCard } from '../../infer/model-card.js';
import { openBackend, type BackendChoice } from '../backends/open-backend.js';
import { readWeights } from '../export/read-weights.js';
import { sceneNetwork } from '../networks/scene-network.js';
import type { LabelledScene } from './labelled-scene.js';
import { nonStreets } from './non-streets.js';
import { paintedScenes } from './painted-scenes.js';
import { SceneBatches, surfaceWeights } from './scene-batches.js';
import { readSceneFolder } from './scene-folder.js';
import { SceneModel } from './scene-model.js';
import { sceneOptions, type SceneOptions } from './scene-options.js';
import { splitByGroup, type SceneSplit } from './scene-split.js';
import { measureScenes, type SceneMetrics } from './scene-validation.js';
import {
  cosineRate,
  runSupervised,
  supervisedOptions,
  type SupervisedResult,
  type SupervisedRun,
} from './supervised.js';

/** Options of {@link trainScene}. */
export interface SceneRunOptions extends SupervisedRun {
  /** Folder of labelled scenes, or `synth`: painted streets alone. */
  readonly source: string;
  readonly backend: BackendChoice;
  /** Given options. The rest have their defaults, or on resuming the values of the run, which must not change. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly onWarning?: (line: string) => void;
  /** Called before the first step. */
  readonly onStart?: (options: SceneOptions, backend: { readonly name: string; readonly device: string }) => void;
}

/** Share of the painted streets that are held back when there are no others. */
const PAINTED_VALIDATION_SHARE = 0.1;

/**
 * Trains the scene network; all its files are in one folder. Throws NocturneError: CONFIG_INVALID, INPUT_*, MODEL_INVALID, OUTPUT_*,
 * DEVICE_UNAVAILABLE, ABORTED (the run can be resumed).
 */
export async function trainScene(runOptions: SceneRunOptions): Promise<SupervisedResult<SceneMetrics>> {
  const { onWarning, onStart, onLine } = runOptions;
  const options = supervisedOptions(runOptions, sceneOptions);
  const input = [options.height, options.width, 3] as const;
  const start =
    runOptions.init === undefined
      ? undefined
      : await readWeights({ path: runOptions.init, parseCard: parseSceneCard, network: sceneNetwork, input });
  await using backend = await openBackend(runOptions.backend, onWarning);
  onStart?.(options, backend);
  const { real, painted, validation } = await loadScenes(runOptions.source, options);
  onLine?.(`${real.length} labelled and ${painted.length} painted images, ${validation.length} held back`);
  const { batch, width, height, cropWidth, cropHeight, synthShare, bonnetShare, classPower, seed, steps, wholeSteps } =
    options;
  const model = new SceneModel(options);
  if (start) model.start(start.weights);
  const batches = new SceneBatches({
    real,
    painted,
    batch,
    paintedShare: synthShare,
    bonnetShare,
    sizes: { whole: { width, height }, crop: { width: cropWidth, height: cropHeight } },
    classWeights: surfaceWeights(real, classPower),
    seed,
  });
  try {
    return await runSupervised({
      recipe: 'scene',
      run: runOptions,
      options,
      init: start?.origin,
      backend,
      model,
      data: batches,
      rateAt: (step) => cosineRate(options, step),
      train: (step, rate) => model.step(batches.next(step >= steps - wholeSteps), rate),
      measure: (weights) => measureScenes(weights, validation, { width, height }),
      describe: describeMetrics,
      numbers: ({ meanIou, vehicles, score }) => ({ meanIou, found: vehicles.found, score }),
    });
  } finally {
    model.close();
  }
}

interface Scenes {
  readonly real: readonly LabelledScene[];
  readonly painted: readonly LabelledScene[];
  readonly validation: readonly LabelledScene[];
}

async function loadScenes(source: string, options: SceneOptions): Promise<Scenes> {
  const { seed, synthCount, synthShare, nonStreetCount, validationShare } = options;
  const isSynth = source === 'synth';
  const painted = isSynth || synthShare > 0 ? paintedScenes({ count: synthCount, seed }) : [];
  const others = nonStreets({ count: isSynth || synthShare > 0 ? nonStreetCount : 0, seed });
  if (isSynth) {
    const held = Math.ceil(PAINTED_VALIDATION_SHARE * painted.length);
    return { real: [...painted.slice(held), ...others], painted: [], validation: painted.slice(0, held) };
  }
  const { train, validation }: SceneSplit = splitByGroup(await readSceneFolder(source), {
    share: validationShare,
    seed,
  });
  return { real: train, painted: [...painted, ...others], validation };
}

/** The metrics in one line. */
export function describeMetrics({ iou, meanIou, vehicles }: SceneMetrics): string {
  const each = Object.entries(iou).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  const { found, precision, facing, lampOffset } = vehicles;
  const of = `found ${found.toFixed(2)}, precision ${precision.toFixed(2)}, facing ${facing.toFixed(2)}, lamps ${lampOffset.toFixed(3)}`;
  return `mean IoU ${meanIou.toFixed(3)} (${each.join(', ')}); vehicles ${of}`;
}
