import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NocturneError } from '../../core/errors.js';
import type { DatasetPlan } from '../dataset.js';
import type { Store } from '../store/store.js';
import type { UnitSettings } from '../unit/unit-settings.js';
import type { ManifestOrigin } from './manifest.js';

/** What a run is, beside its output: with it, a later command continues the run or renders a row of it again. */
export const RUN_RECORD = 'nocturne/run.json';

/** Everything that the output of a run depends on, beside the bytes of its input. Plain data. */
export interface RunRecord {
  readonly format: 1;
  /** The input as it was named. Another name for the same data is no other run. */
  readonly input: string;
  /** How sequences were thinned. */
  readonly every: number;
  readonly fps: number;
  readonly settings: UnitSettings;
  readonly origin: ManifestOrigin;
  readonly items: number;
  /** SHA-256 of the plan. */
  readonly planSha256: string;
}

const RECORD = z.looseObject({
  format: z.literal(1),
  input: z.string(),
  every: z.number(),
  fps: z.number(),
  settings: z.looseObject({ layout: z.string(), recipe: z.string(), seed: z.number(), variants: z.number() }),
  origin: z.looseObject({ nocturne: z.string() }),
  items: z.number(),
  planSha256: z.string(),
});

/** SHA-256 of what a plan does: its units, items and copies, without notices. */
export function planSha256(plan: DatasetPlan): string {
  const hash = createHash('sha256');
  for (const { kind, items } of plan.units) {
    hash.update(`${kind}\n`);
    for (const item of items) {
      hash.update(JSON.stringify([item.id, item.source, item.output, item.scene, item.timeS, item.labels]));
    }
  }
  for (const { path, isRewritten } of plan.copies) hash.update(JSON.stringify([path, isRewritten]));
  return hash.digest('hex');
}

/** Reads the record of a run; undefined where there is none. Rejects with NocturneError INPUT_UNSUPPORTED for one that is not valid. */
export async function readRunRecord(output: Store): Promise<RunRecord | undefined> {
  if ((await output.size(RUN_RECORD)) === undefined) return undefined;
  const text = Buffer.from(await output.read(RUN_RECORD)).toString();
  try {
    return RECORD.parse(JSON.parse(text)) as unknown as RunRecord; // our own file of this format; its main fields were checked
  } catch (error) {
    throw new NocturneError({
      code: 'INPUT_UNSUPPORTED',
      stage: 'output',
      message: `${output.label}/${RUN_RECORD} is not the record of a run of this version.`,
      remedy: 'Choose another output, or pass --overwrite.',
      cause: error,
    });
  }
}

export async function writeRunRecord(output: Store, record: RunRecord): Promise<void> {
  await output.write(RUN_RECORD, Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
}

/** Names of what differs between two runs, as a user knows them: `seed (1, now 2)`. Empty: the second continues the first. */
export function differencesOf(before: RunRecord, now: RunRecord): string[] {
  const [a, b] = [flatten(before), flatten(now)];
  const differing = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => a[key] !== b[key]);
  const named = differing.filter((key) => key !== 'planSha256').map((key) => describe(key, a[key], b[key]));
  // Other settings plan other items; only where no setting differs did the input change.
  if (named.length > 0 || differing.length === 0) return named;
  return before.items === now.items
    ? ['the files of the input']
    : [`the input (${before.items} items, now ${now.items})`];
}

/** Values by the names of their settings; long texts by name alone. */
function flatten({ every, fps, settings, origin, planSha256 }: RunRecord): Record<string, unknown> {
  const { model, recipe, nightRange, ...rest } = settings;
  const { generatorVersion, cardSha256, nocturne } = origin; // the rest of it is in the settings
  const texts = { recipe, 'real nights': nightRange };
  return { every, fps, ...rest, ...model, ...texts, generatorVersion, cardSha256, nocturne, planSha256 };
}

/** What users call a setting that has another name here. */
const NAMES: Readonly<Record<string, string>> = {
  hasLamps: 'lampLabels',
  hasLightMasks: 'lightMask',
  hasSceneMasks: 'sceneMasks',
};

function describe(key: string, before: unknown, now: unknown): string {
  const name = NAMES[key] ?? key;
  const isShort = [before, now].every((value) => String(value).length <= 40);
  return isShort ? `${name} (${String(before)}, now ${String(now)})` : name;
}
