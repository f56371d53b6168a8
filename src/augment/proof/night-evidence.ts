import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { STATISTICS, GROUPS, type NightStatistics } from './night-statistics.js';

/** The package's weights; the same from `src/` and from `dist/`. `scripts/fit-night-judge.mjs` writes them. */
const SHIPPED_WEIGHTS = new URL('../../../models/judge/judge.json', import.meta.url);

/** How a statistic is brought to steps: `(value - centre) / scale`, bounded by {@link MAX_STEPS}. */
export interface StatisticScale {
  readonly centre: number;
  readonly scale: number;
}

/** Largest number of steps that counts: one odd number outweighs no others. */
export const MAX_STEPS = 1.5;

const term = z.object({
  centre: z.number(),
  scale: z.number().positive(),
  weight: z.number(),
  /** Weight of the squared steps. */
  curve: z.number().default(0),
});
const terms = z.record(z.string(), term);
const regression = z.object({
  bias: z.number(),
  statistics: z.object({ layout: terms, texture: terms, lights: terms }),
});
const schema = z.object({ format: z.literal(1), alreadyNight: regression, night: regression });

/**
 * What is asked of an image. `alreadyNight`: whether it was taken at night; weighed against days, underexposed ones included. `night`:
 * whether it is a believable night; weighed against days that are darkened as far as nights are: they have the light of one sky, and no lamps.
 */
export type NightQuestion = 'alreadyNight' | 'night';

/** Answers a {@link NightQuestion} from an image's statistics by a logistic regression on real nights and days: `models/judge`. */
export class NightEvidence {
  readonly #regressions: Readonly<Record<NightQuestion, z.infer<typeof regression>>>;

  private constructor(regressions: Readonly<Record<NightQuestion, z.infer<typeof regression>>>) {
    this.#regressions = regressions;
  }

  /** Reads the package's weights. Rejects where the package lacks them. */
  static async open(): Promise<NightEvidence> {
    return new NightEvidence(schema.parse(JSON.parse(await readFile(SHIPPED_WEIGHTS, 'utf8'))));
  }

  /** How surely the answer is yes, 0 to 1. A statistic without weight, such as a tint, counts nothing. */
  answer(question: NightQuestion, values: NightStatistics): number {
    const { bias, statistics } = this.#regressions[question];
    let sum = bias;
    for (const group of GROUPS) {
      for (const [i, name] of STATISTICS[group].entries()) {
        const one = statistics[group][name];
        const steps = one ? stepsOf(values[group][i] ?? Number.NaN, one) : 0;
        if (one) sum += one.weight * steps + one.curve * steps * steps;
      }
    }
    return 1 / (1 + Math.exp(-sum));
  }
}

/** How far a value is from the centre, in scales, bounded; 0 for a value that does not exist. */
export function stepsOf(value: number, { centre, scale }: StatisticScale): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(MAX_STEPS, Math.max(-MAX_STEPS, (value - centre) / scale));
}
