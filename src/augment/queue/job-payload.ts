import { z } from 'zod';
import { DEVICES, ENGINES } from '../../infer/network-session.js';
import { LAYOUT_NAMES } from '../dataset.js';

/** Longest path of a job, characters: what file systems and S3 take at most. */
const MAX_PATH = 4096;
/** Longest text of a recipe or of statistics of nights, characters. */
const MAX_TEXT = 4_000_000;

/** True for a path that stays below its root: with `/`, without empty parts, `.` and `..`. */
function staysBelow(path: string): boolean {
  return !/[\0\r\n\\]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

const inside = z.string().max(MAX_PATH).refine(staysBelow, 'must be a path that stays inside its tree');
const text = z.string().max(MAX_TEXT);
/** Without control characters: it is shown on terminals. */
const line = z
  .string()
  .max(MAX_PATH)
  .regex(/^\P{Cc}*$/u, 'must be one line');
const name = line.min(1);
const sha256 = line.max(64);

const item = z.strictObject({
  id: inside,
  kind: z.enum(['image', 'video']),
  source: inside,
  output: inside,
  scene: name.exactOptional(),
  timeS: z.number().exactOptional(),
  labels: z.array(inside),
});

const unit = z.strictObject({
  index: z.int().min(0),
  kind: z.enum(['images', 'sequence', 'video', 'shard']),
  items: z.array(item).min(1),
});

const copy = z.strictObject({
  path: inside,
  role: z.enum(['label', 'labelImage', 'other']),
  isRewritten: z.literal(true).exactOptional(),
});

const jobSchema = z.strictObject({
  /** Name of the run, in the registry. */
  run: z.string().regex(/^[a-z0-9]{1,64}$/),
  unit,
  /** Label files of the unit's items alone. */
  copies: z.array(copy),
  /** Nights that are there already: `VARIANT:ITEM`. */
  done: z.array(z.string().max(MAX_PATH + 12)),
  /** Name of the part of the journal that gets the rows. */
  part: z.string().regex(/^[a-z0-9-]{1,64}$/),
});

const settingsSchema = z.strictObject({
  layout: z.enum(LAYOUT_NAMES),
  model: z.strictObject({
    generator: name,
    style: name,
    device: z.enum(DEVICES),
    engine: z.enum(ENGINES).exactOptional(),
    threads: z.int().min(1).max(64),
  }),
  recipe: text,
  seed: z.int().min(0),
  variants: z.int().min(1).max(1000),
  smoothing: z.number().min(0).max(1),
  hasLamps: z.boolean(),
  hasLightMasks: z.boolean(),
  hasSceneMasks: z.boolean(),
  rejects: z.enum(['bin', 'keep']),
  nights: z.enum(['copy', 'translate', 'reject']),
  nightRange: text.exactOptional(),
});

const runSchema = z.strictObject({
  /** Roots, as workers see them. */
  input: name,
  output: name,
  settings: settingsSchema,
  origin: z.strictObject({
    recipe: line,
    recipeSha256: sha256,
    generator: name,
    generatorVersion: line,
    cardSha256: sha256,
    nocturne: line,
  }),
  units: z.int().min(0),
  items: z.int().min(0),
  createdMs: z.number(),
});

/** One unit of a run, as it waits in the queue. Plain data. */
export type JobPayload = z.infer<typeof jobSchema>;

/** What all jobs of a run have in common, as Redis holds it once. Plain data. */
export type QueuedRun = z.infer<typeof runSchema>;

/** What a worker reports of a unit. Plain data. */
export interface JobResult {
  readonly worker: string;
  readonly seconds: number;
  readonly outputBytes: number;
  /** Nights by verdict. */
  readonly verdicts: Readonly<Record<string, number>>;
}

/** Checks a job that came from Redis: it is data of whoever can write there. Throws TypeError, one line: what is wrong. */
export function parseJob(value: unknown): JobPayload {
  return parsed(jobSchema, value, 'the job');
}

/** Checks a run that came from Redis. Throws TypeError. */
export function parseRun(value: unknown): QueuedRun {
  return parsed(runSchema, value, 'the run');
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new TypeError(
    `${what} is not valid: ${where === '' ? '' : `${where}: `}${issue?.message ?? ''}`.replaceAll(/\s+/g, ' '),
  );
}
