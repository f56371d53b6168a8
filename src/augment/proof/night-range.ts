import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { NocturneError } from '../../core/errors.js';
import { quantileOf } from '../../evaluate/bootstrap.js';
import { GROUPS, STATISTICS, type NightStatistics, type StatisticsGroup } from './night-statistics.js';

/** The package's range; the same from `src/` and from `dist/`. `scripts/fit-night-judge.mjs` writes it. */
const SHIPPED_RANGE = new URL('../../../models/judge/range.json', import.meta.url);

/** Share of real nights below, and above, the range of a statistic. */
const TAIL = 0.01;
/** Least width of a range: one statistic that hardly varies does not outweigh all others. */
export const MIN_WIDTH = 0.02;
/** Fewest nights that give a range. */
const MIN_NIGHTS = 20;

const interval = z.tuple([z.number(), z.number()]).readonly();
const intervals = z.record(z.string(), interval);
const schema = z.object({
  format: z.literal(1),
  /** Name of the set of nights. */
  name: z.string(),
  images: z.int().positive(),
  statistics: z.object({ layout: intervals, texture: intervals, lights: intervals }).readonly(),
});

/** The ranges of real nights' statistics, by group and name: smallest and largest value but for a hundredth at either end. Plain data. */
export type NightRange = Readonly<z.infer<typeof schema>>;

/** Measures the range of real nights. Throws RangeError for fewer than 20. @param name of the set, for people. */
export function rangeOf(nights: readonly NightStatistics[], name: string): NightRange {
  if (nights.length < MIN_NIGHTS)
    throw new RangeError(`a range needs at least ${MIN_NIGHTS} nights, got ${nights.length}`);
  const byGroup = GROUPS.map((group) => {
    const ranges = STATISTICS[group].map((statistic, i) => {
      const values = nights.map((night) => night[group][i] ?? Number.NaN).filter((value) => !Number.isNaN(value));
      const ascending = values.sort((a, b) => a - b);
      // Only the height of spots can be missing, a share: without a spot in any night, every height is inside.
      const [low, high] = ascending.length > 0 ? [TAIL, 1 - TAIL].map((q) => quantileOf(ascending, q)) : [0, 1];
      return [statistic, [rounded(low ?? 0), rounded(high ?? 1)]] as const;
    });
    return [group, Object.fromEntries(ranges)] as const;
  });
  const statistics = Object.fromEntries(byGroup) as NightRange['statistics']; // one for each group
  return { format: 1, name, images: nights.length, statistics };
}

/** Reads the package's range, or parses a user's. Rejects with NocturneError CONFIG_INVALID for JSON that is no range. */
export async function readNightRange(json?: string): Promise<NightRange> {
  let values: unknown;
  try {
    values = JSON.parse(json ?? (await readFile(SHIPPED_RANGE, 'utf8')));
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success)
    throw invalid(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const missing = GROUPS.flatMap((group) => STATISTICS[group].filter((name) => !parsed.data.statistics[group][name]));
  if (missing.length > 0) throw invalid(`it lacks ${missing.join(', ')}`);
  return parsed.data;
}

/**
 * Measures how far an image is outside a range, by group: in widths of the range, 0 inside. It is the second largest of the group's
 * statistics: one odd number alone is no odd night.
 */
export function distanceFrom(range: NightRange, statistics: NightStatistics): Record<StatisticsGroup, number> {
  const byGroup = GROUPS.map((group) => {
    const outside = STATISTICS[group].map((name, i) =>
      widthsOutside(statistics[group][i], range.statistics[group][name]),
    );
    return [group, outside.sort((a, b) => b - a)[1] ?? 0] as const;
  });
  return Object.fromEntries(byGroup) as Record<StatisticsGroup, number>; // one for each group
}

function widthsOutside(value = Number.NaN, [low, high]: readonly [number, number] = [-Infinity, Infinity]): number {
  if (Number.isNaN(value)) return 0;
  return Math.max(0, low - value, value - high) / Math.max(MIN_WIDTH, high - low);
}

function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

function invalid(reason: string): NocturneError {
  const message = `the range of real nights is not valid: ${reason}.`;
  const remedy = 'Make it from a folder of real nights, or leave it out to use that of the package.';
  return new NocturneError({ code: 'CONFIG_INVALID', stage: 'config', message, remedy });
}
