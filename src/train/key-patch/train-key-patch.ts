import { openBackend, type BackendChoice } from '../backends/open-backend.js';
import { KeyPatchGan } from '../models/key-patch.js';
import { sheetPath } from '../report/loss-page.js';
import { writeSampleSheet } from '../report/sample-sheet.js';
import { splitByGroup, type SceneSplit } from '../scene/scene-split.js';
import { runSupervised, supervisedOptions, type SupervisedResult, type SupervisedRun } from '../scene/supervised.js';
import { checkKeyFrames } from './check-key-frames.js';
import { disposeBatch, KeyPatchBatches } from './key-patch-batches.js';
import type { KeyFrame } from './key-frame.js';
import { paintedKeyFrames, readKeyFrames } from './key-frames.js';
import { keyPatchOptions, type KeyPatchOptions } from './key-patch-options.js';
import {
  describeKeyPatchMetrics,
  KeyPatchValidation,
  signedRgbToYuv,
  type KeyPatchMetrics,
  type KeyPatchSample,
} from './key-patch-validation.js';

/** Options of {@link trainKeyPatch}. */
export interface KeyPatchRunOptions extends Omit<SupervisedRun, 'init'> {
  /** Folder of nights, or `synth`: painted streets. */
  readonly source: string;
  readonly backend: BackendChoice;
  /** Given options. The rest have their defaults, or on resuming the values of the run, which must not change. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly onWarning?: (line: string) => void;
  /** Called before the first step. */
  readonly onStart?: (options: KeyPatchOptions, backend: { readonly name: string; readonly device: string }) => void;
}

/**
 * Trains the GAN of key local patches: recipe `key-patch`; all its files are in one folder. Throws NocturneError: CONFIG_INVALID, INPUT_*,
 * MODEL_INVALID, OUTPUT_*, DEVICE_UNAVAILABLE, ABORTED (the run can be resumed).
 */
export async function trainKeyPatch(runOptions: KeyPatchRunOptions): Promise<SupervisedResult<KeyPatchMetrics>> {
  const options = supervisedOptions(runOptions, keyPatchOptions);
  await using backend = await openBackend(runOptions.backend, runOptions.onWarning);
  runOptions.onStart?.(options, backend);
  const { seed, synthCount, validationShare, rate } = options;
  const { source } = runOptions;
  const frames = source === 'synth' ? paintedKeyFrames({ count: synthCount, seed }) : await readKeyFrames(source);
  const { train, validation } = splitFrames(frames, { share: validationShare, seed });
  for (const line of checkKeyFrames({ train, validation }, source)) runOptions.onLine?.(line);
  const measured = new KeyPatchValidation(validation, train, options);
  const model = new KeyPatchGan(options);
  const data = new KeyPatchBatches(train, options);
  try {
    return await runSupervised({
      recipe: 'key-patch',
      run: runOptions,
      options,
      init: undefined,
      backend,
      model,
      data,
      rateAt: () => rate,
      train: (step) => {
        const batch = data.next();
        const losses = model.step(batch, step, rate);
        disposeBatch(batch);
        return losses;
      },
      measure: (weights) => measured.measure(weights),
      describe: describeKeyPatchMetrics,
      numbers: ({ maskIou, constantIou, rejected, layout, swd, score }) => ({
        maskIou,
        constantIou,
        'rejected generated': rejected.generated,
        'rejected patches': rejected.patches,
        'rejected surroundings': rejected.surroundings,
        layout,
        swd,
        score,
      }),
      writeSamples: async (weights, step) =>
        writeSheet(sheetPath(runOptions.run, step), step, await measured.samples(weights), options),
    });
  } finally {
    model.close();
  }
}

/** Whole groups are held back; where the groups are too large for that, single frames. */
function splitFrames(
  frames: readonly KeyFrame[],
  options: { readonly share: number; readonly seed: number },
): SceneSplit<KeyFrame> {
  const split = splitByGroup(frames, options);
  if (split.validation.length > 0) return split;
  return splitByGroup(
    frames.map((frame) => ({ ...frame, group: frame.name })),
    options,
  );
}

async function writeSheet(
  path: string,
  step: number,
  samples: readonly KeyPatchSample[],
  { side, maxPatches }: KeyPatchOptions,
): Promise<void> {
  const size = { width: side, height: side };
  const image = (data: Float32Array) => ({ layout: 'nchw', data: signedRgbToYuv(data, side), ...size }) as const;
  const map = (data: Float32Array) => ({ layout: 'map', data, ...size }) as const;
  await writeSampleSheet(path, {
    title: `step ${step}`,
    columns: [
      ...Array.from({ length: maxPatches }, (_, i) => `patch ${i + 1}`),
      'made of them',
      'its mask',
      'real',
      'true mask',
    ],
    rows: samples.map(({ patches, image: made, predicted, real, mask }, i) => ({
      label: `${i + 1}`,
      cells: [...patches.map(image), image(made), map(predicted), image(real), map(mask)],
    })),
  });
}
