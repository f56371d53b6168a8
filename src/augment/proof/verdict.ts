import type { ItemScores } from '../unit/item-row.js';

/** Whether a made night becomes part of the set. */
export interface NightVerdict {
  readonly verdict: 'accepted' | 'rejected';
  /** Why it is rejected: one clause for each reason; empty where it is accepted. */
  readonly reason: string;
}

/** Scores from which a source counts as a night already. */
export const ALREADY_NIGHT = 0.9;
/** Least night score: below it, an image is more like a day, or a day darkened, than like a night. */
export const MIN_NIGHT = 0.5;
/** Least structure: below it, edges of the day are gone. */
export const MIN_STRUCTURE = 0.25;
/** Largest distance from the range of real nights, in widths of it. */
export const MAX_DISTANCE = 0.25;
/** Most lamps without evidence. */
export const MAX_UNFOUNDED = 4;

/** What of a night is unlike real ones, in words, by score; undefined where it is not known. */
export type NightFaults = Readonly<Partial<Record<'day' | 'layout' | 'texture' | 'lights', string | undefined>>>;

/** Decides from scores; a score that is undefined rejects nothing. @param faults names what is wrong. */
export function verdictOf(scores: ItemScores, faults: NightFaults = {}): NightVerdict {
  const reasons: string[] = [];
  const because = (fault: string | undefined): string => (fault === undefined ? '' : `, ${fault}`);
  const { structure, night, signalsChanged = 0, unfoundedLamps = 0 } = scores;
  if (night !== undefined && night < MIN_NIGHT) {
    reasons.push(`more like a day than a night${because(faults.day)} (${fixed(night)} below ${MIN_NIGHT})`);
  }
  if (structure !== undefined && structure < MIN_STRUCTURE) {
    reasons.push(`structure ${fixed(structure)} below ${MIN_STRUCTURE}`);
  }
  for (const group of ['layout', 'texture', 'lights'] as const) {
    const distance = scores[group] ?? 0;
    if (distance <= MAX_DISTANCE) continue;
    reasons.push(`${group} unlike real nights${because(faults[group])} (${fixed(distance)} above ${MAX_DISTANCE})`);
  }
  if (signalsChanged > 0) {
    reasons.push(`${signalsChanged} ${signalsChanged === 1 ? 'signal' : 'signals'} changed colour or went out`);
  }
  if (unfoundedLamps > MAX_UNFOUNDED) reasons.push(`${unfoundedLamps} lamps without evidence, above ${MAX_UNFOUNDED}`);
  return { verdict: reasons.length > 0 ? 'rejected' : 'accepted', reason: reasons.join('; ') };
}

function fixed(value: number): string {
  return value.toFixed(2);
}
