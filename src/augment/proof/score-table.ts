import type { ItemRow, ItemScores } from '../unit/item-row.js';
import type { ScoreHistogram } from './report-data.js';
import { ALREADY_NIGHT, MAX_DISTANCE, MIN_NIGHT, MIN_STRUCTURE } from './verdict.js';

/** Bins of a histogram. */
const BINS = 40;

type Bins = Omit<ScoreHistogram, 'all' | 'rejected' | 'inside'> & {
  readonly name: keyof ItemScores;
  /** Whether most nights have 0, which is then counted apart. */
  readonly isDistance?: true;
};

/** The scores that a report shows, and the span of each. */
const SCORES: readonly Bins[] = [
  { name: 'night', label: 'night score: a night, not a darkened day', min: 0, max: 1, limit: MIN_NIGHT },
  { name: 'structure', label: 'structure: edges kept', min: -0.2, max: 1, limit: MIN_STRUCTURE },
  {
    name: 'layout',
    label: 'layout: widths outside real nights',
    min: 0,
    max: 1,
    limit: MAX_DISTANCE,
    isDistance: true,
  },
  {
    name: 'texture',
    label: 'texture: widths outside real nights',
    min: 0,
    max: 1,
    limit: MAX_DISTANCE,
    isDistance: true,
  },
  {
    name: 'lights',
    label: 'lights: widths outside real nights',
    min: 0,
    max: 1,
    limit: MAX_DISTANCE,
    isDistance: true,
  },
  { name: 'alreadyNight', label: 'source: taken at night already', min: 0, max: 1, limit: ALREADY_NIGHT },
];

/** Counts the scores of rows in bins. */
export class ScoreTable {
  readonly #counts = SCORES.map(() => ({
    all: new Array<number>(BINS).fill(0),
    rejected: new Array<number>(BINS).fill(0),
    inside: 0,
  }));

  add({ scores, verdict }: ItemRow): void {
    for (const [k, { name, min, max, isDistance }] of SCORES.entries()) {
      const value = scores[name];
      const counts = this.#counts[k];
      if (value === undefined || !counts) continue;
      if (isDistance && value === 0) {
        counts.inside++;
        continue;
      }
      const bin = Math.min(BINS - 1, Math.max(0, Math.floor(((value - min) / (max - min)) * BINS)));
      counts.all[bin] = (counts.all[bin] ?? 0) + 1;
      if (verdict === 'rejected') counts.rejected[bin] = (counts.rejected[bin] ?? 0) + 1;
    }
  }

  /** The histograms of the scores that some rows have. */
  histograms(): ScoreHistogram[] {
    return SCORES.flatMap(({ isDistance, ...score }, k) => {
      const counts = this.#counts[k];
      if (!counts?.all.some((count) => count > 0)) return [];
      const { inside, ...bins } = counts;
      return [{ ...score, ...bins, ...(isDistance && { inside }) }];
    });
  }
}
