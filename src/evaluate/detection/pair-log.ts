import type { RgbImage } from '../../image/rgb-image.js';
import { meanLuma } from './box-luma.js';
import { meanOf } from './class-scores.js';
import { sheetCell, type SheetCell } from './detection-sheet.js';
import type { Detection, TrueBox } from './detection.js';
import type { BoxLuma, DetectorEvaluation, PairResult } from './detector-evaluation.js';
import { sureBoxes } from './detection-results.js';
import { foundTruths, type BoxesByClass } from './set-matches.js';

/** A day, its night and what was found in both. */
interface Pair {
  readonly id: string;
  readonly day: RgbImage;
  readonly night: RgbImage;
  readonly byDay: BoxesByClass<Detection>;
  readonly atNight: BoxesByClass<Detection>;
  /** Undefined without labels: what is found by day is taken for them. */
  readonly truths: BoxesByClass<TrueBox> | undefined;
  /** Whether the sheet shows it. */
  readonly isShown: boolean;
}

/** Collects what becomes of the objects of each pair, while its images are there. */
export class PairLog {
  readonly pairs: PairResult[] = [];
  /** A day and its night each. */
  readonly cells: (readonly [day: SheetCell, night: SheetCell])[] = [];
  readonly #score: number;
  readonly #kept: BoxLuma[] = [];
  readonly #lost: BoxLuma[] = [];

  /** @param score from which a detection counts as found. */
  constructor(score: number) {
    this.#score = score;
  }

  /** Mean luma of what is found by day, by whether the night keeps it. */
  get luma(): DetectorEvaluation['luma'] {
    const mean = (rows: readonly BoxLuma[]): BoxLuma => ({
      day: meanOf(rows.map(({ day }) => day)),
      night: meanOf(rows.map(({ night }) => night)),
    });
    return { kept: mean(this.#kept), lost: mean(this.#lost) };
  }

  /** Borrows the images. */
  add({ id, day, night, byDay, atNight, truths, isShown }: Pair): void {
    const score = this.#score;
    const objects = truths ?? sureBoxes(byDay, score);
    const [onDay, onNight] = [foundTruths(byDay, objects, score), foundTruths(atNight, objects, score)];
    const counts = { objects: 0, foundByDay: 0, foundAtNight: 0 };
    for (const [index, boxes] of objects.entries()) {
      for (const [i, box] of boxes.entries()) {
        const [isByDay, isAtNight] = [onDay[index]?.[i], onNight[index]?.[i]];
        if (isByDay === undefined) continue; // an ignored region
        counts.objects++;
        if (isAtNight) counts.foundAtNight++;
        if (!isByDay) continue;
        counts.foundByDay++;
        (isAtNight ? this.#kept : this.#lost).push({ day: meanLuma(day, box), night: meanLuma(night, box) });
      }
    }
    this.pairs.push({ id, ...counts, luma: meanLuma(night) });
    if (!isShown) return;
    this.cells.push([
      sheetCell(day, { found: byDay, truths: objects, score }),
      sheetCell(night, { found: atNight, truths: objects, score, before: onDay }),
    ]);
  }
}
