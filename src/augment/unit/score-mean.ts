import type { ItemScores } from './item-row.js';

/** Scores that count things; the others measure. */
const COUNTS: readonly (keyof ItemScores)[] = ['signals', 'signalsChanged'];

/** The scores of a video from those of some of its frames: the mean of what is measured, the sum of what is counted. */
export function meanScores(frames: readonly ItemScores[]): ItemScores {
  const names = new Set(frames.flatMap((scores) => Object.keys(scores) as (keyof ItemScores)[])); // Object.keys widens to string[]
  return Object.fromEntries(
    [...names].map((name) => {
      const values = frames.map((scores) => scores[name]).filter((value) => value !== undefined);
      const sum = values.reduce((total, value) => total + value, 0);
      return [name, COUNTS.includes(name) ? sum : sum / values.length];
    }),
  );
}
