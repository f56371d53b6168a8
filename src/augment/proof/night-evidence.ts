import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { STATISTICS, GROUPS, type NightStatistics } from './night-statistics.js';

/** The package's weights; the same from `src/` and from `dist/`. `scripts/fit-night-judge.mjs` writes them. */
const SHIPPED_WEIGHTS = new URL('../../../models/judge/judge.json', import.meta.url);

/** How one statistic counts: `weight * clamp((value - centre) / scale, -MAX_STEPS, MAX_STEPS)`. */
export interface StatisticWeight {
  readonly centre: number;
  readonly scale: number;
  readonly weight: number;
}

/** Maximum distance of a value from the centre that counts, in scales: one odd number outweighs no others. */
export const MAX_STEPS = 1.5;

const weights = z.record(
  z.string(),
  z.object({ centre: z.number(), scale: z.number().positive(), weight: z.number() }),
);
const schema = z.object({
  format: z.literal(1),
  bias: z.number(),
  statistics: z.object({ layout: weights, texture: weights, lights: weights }),
});

/**
 * Decides by what a logistic regression found in real nights, real days and darkened days whether an image is a night: `models/judge`.
 * A darkened day is a day: it has the light of one sky, and no lamps.
 */
export class NightEvidence {
  readonly #bias: number;
  /** In the order of {@link GROUPS} and {@link STATISTICS}. */
  readonly #weights: readonly (readonly StatisticWeight[])[];

  private constructor(bias: number, byGroup: readonly (readonly StatisticWeight[])[]) {
    this.#bias = bias;
    this.#weights = byGroup;
  }

  /** Reads the package's weights. Rejects with an error where the package lacks them. */
  static async open(): Promise<NightEvidence> {
    const { bias, statistics } = schema.parse(JSON.parse(await readFile(SHIPPED_WEIGHTS, 'utf8')));
    const byGroup = GROUPS.map((group) =>
      STATISTICS[group].map((name) => {
        const weight = statistics[group][name];
        if (!weight) throw new Error(`models/judge/judge.json must have ${group}.${name}`);
        return weight;
      }),
    );
    return new NightEvidence(bias, byGroup);
  }

  /** How surely an image with these statistics is a night and no day, darkened or not: 0 to 1. */
  of(statistics: NightStatistics): number {
    let sum = this.#bias;
    for (const [k, group] of GROUPS.entries()) {
      for (const [i, value] of statistics[group].entries()) {
        const one = this.#weights[k]?.[i];
        if (one) sum += one.weight * stepsOf(value, one);
      }
    }
    return 1 / (1 + Math.exp(-sum));
  }
}

/** How far a value is from the centre, in scales, bounded; 0 for a value that does not exist. */
export function stepsOf(value: number, { centre, scale }: Pick<StatisticWeight, 'centre' | 'scale'>): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(MAX_STEPS, Math.max(-MAX_STEPS, (value - centre) / scale));
}
