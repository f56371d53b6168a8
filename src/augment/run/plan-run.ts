import { setTimeout as pause } from 'node:timers/promises';
import { NocturneError } from '../../core/errors.js';
import type { ModelSettings } from '../../pipeline/stream-settings.js';
import type { DatasetPlan, LayoutName, Unit } from '../dataset.js';
import type { Layout } from '../layouts/layout.js';
import { planDataset } from '../layouts/plan-dataset.js';
import { fitNightRange } from '../proof/fit-night-range.js';
import { readRecipeWithPhotos } from '../recipe/recipe.js';
import { sha256 } from '../store/local-store.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import type { UnitSettings } from '../unit/unit-settings.js';
import { checkApart, holdsFiles } from './check-output.js';
import { generatorOrigin } from './generator-origin.js';
import { RowOrder } from './row-order.js';
import { differencesOf, planSha256, readRunRecord, type RunRecord } from './run-record.js';
import { unitsOfShard, WHOLE, type Shard } from './shard.js';

/** How long another part of a run, which starts at the same time, may take from its first folder to its record, milliseconds. */
const START_MS = 300;

/** What a user asks of `nocturne augment`. */
export interface AugmentRequest {
  /** Roots of the data set and of the output, as `openStore` takes them. */
  readonly input: string;
  readonly output: string;
  /** Default: detected. */
  readonly layout?: LayoutName;
  readonly every: number;
  readonly fps: number;
  /** Name or file. */
  readonly recipe: string;
  readonly model: ModelSettings;
  readonly seed: number;
  readonly variants: number;
  readonly smoothing: number;
  readonly lampLabels?: 'json' | 'coco';
  readonly hasLightMasks: boolean;
  readonly hasSceneMasks: boolean;
  readonly rejects: UnitSettings['rejects'];
  readonly nights: UnitSettings['nights'];
  /** Night photos that all nights are to be like, in place of the recipe's styles. */
  readonly like?: readonly string[];
  /** Folder of real nights to judge by. */
  readonly realNights?: string;
  readonly overwrite: boolean;
  readonly skipExisting: boolean;
  readonly shard?: Shard;
  /** Version of the product, for the manifest. */
  readonly version: string;
}

/** A run whose input is read and whose output may be written, before anything was written. */
export interface PlannedRun {
  readonly request: AugmentRequest;
  readonly input: Store;
  readonly output: Store;
  readonly plan: DatasetPlan;
  readonly layout: Layout;
  readonly order: RowOrder;
  readonly record: RunRecord;
  readonly shard: Shard;
  /** What this part does. */
  readonly units: readonly Unit[];
  /** Whether the output holds rows of the same run. */
  readonly isResumed: boolean;
}

/** Reads the data set and checks the output; writes nothing. Rejects with NocturneError. */
export async function planRun(request: AugmentRequest): Promise<PlannedRun> {
  const { every, fps, shard = WHOLE } = request;
  if (request.overwrite && shard.count > 1) throw overwritesParts();
  const input = await openStore(request.input);
  const output = await openStore(request.output);
  await checkApart(input, output);
  const { style } = request.model;
  const like = request.like && { like: request.like };
  const { recipe, text } = await readRecipeWithPhotos(request.recipe, { style, ...like });
  const generator = await generatorOrigin(request.model.generator);
  const nightRange = request.realNights === undefined ? undefined : await nightRangeOf(request.realNights);
  const { plan, layout } = await planDataset(input, {
    every,
    fps,
    ...(request.layout === undefined ? {} : { layout: request.layout }),
  });
  const settings: UnitSettings = {
    layout: plan.layout,
    model: { ...request.model, generator: generator.generator },
    recipe: text,
    seed: request.seed,
    variants: request.variants,
    smoothing: request.smoothing,
    hasLamps: request.lampLabels !== undefined,
    hasLightMasks: request.hasLightMasks,
    hasSceneMasks: request.hasSceneMasks,
    rejects: request.rejects,
    nights: request.nights,
    ...(nightRange === undefined ? {} : { nightRange }),
  };
  const origin = {
    recipe: recipe.name,
    recipeSha256: sha256(Buffer.from(text)),
    ...generator,
    nocturne: request.version,
  };
  const order = new RowOrder(plan.units, request.variants);
  const items = order.size / request.variants;
  const record: RunRecord = {
    ...{ format: 1, input: input.label, every, fps, settings, origin, items },
    planSha256: planSha256(plan),
  };
  const isResumed = !request.overwrite && (await continuesRun(output, record, request.skipExisting));
  const units = unitsOfShard(plan.units, shard);
  return { request, input, output, plan, layout, order, record, shard, units, isResumed };
}

/** Returns whether the output holds rows of this run. Rejects with NocturneError OUTPUT_EXISTS where it holds anything else. */
export async function continuesRun(output: Store, record: RunRecord, skipsExisting: boolean): Promise<boolean> {
  let before = await readRunRecord(output);
  if (!before) {
    if (skipsExisting || !(await holdsFiles(output))) return false;
    await pause(START_MS);
    before = await readRunRecord(output);
  }
  if (!before) {
    throw new NocturneError({
      code: 'OUTPUT_EXISTS',
      stage: 'output',
      message: `The output ${output.label} holds files that are of no run of nocturne augment.`,
      remedy: 'Choose another output, or pass --overwrite to replace files, or --skip-existing to keep them.',
    });
  }
  const differences = differencesOf(before, record);
  if (differences.length === 0) return true;
  throw new NocturneError({
    code: 'OUTPUT_EXISTS',
    stage: 'output',
    message: `The output ${output.label} holds a run that differs in ${differences.join(', ')}.`,
    remedy: 'Use the same settings to continue it, choose another output, or pass --overwrite.',
  });
}

/** Measures real nights; JSON text. Rejects with NocturneError INPUT_, CONFIG_INVALID for too few nights. */
async function nightRangeOf(folder: string): Promise<string> {
  try {
    return JSON.stringify(await fitNightRange(folder));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `--real-nights ${folder}: ${error.message}.`;
    throw new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, cause: error });
  }
}

function overwritesParts(): NocturneError {
  return new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: '--overwrite and --shard exclude each other: each part would remove what the others made.',
    remedy: 'Choose a new output, or remove the old one first.',
  });
}
