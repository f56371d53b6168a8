import type { ItemRow } from '../unit/item-row.js';
import { drawNumbers } from './describe-draw.js';
import { VERDICTS, type Count, type DrawScatter, type VerdictName } from './report-data.js';
import { itemKey, RowSample } from './row-sample.js';
import { ScoreTable } from './score-table.js';
import { MAX_DISTANCE, MIN_NIGHT, MIN_STRUCTURE } from './verdict.js';

/** Nights in a scatter. */
const SCATTER_ROWS = 1500;
/** Points that a scatter needs: fewer show nothing. */
const MIN_POINTS = 5;
/** Rows that show what a run gave: of some items all variants. */
const SAMPLE_ROWS = 24;
/** Accepted nights of the lowest scores. */
const WORST_ROWS = 12;
const NIGHT_ROWS = 6;
/** Examples of a reason. */
const REASON_ROWS = 4;
/** Reasons, losses and styles that are counted by name; a bound on what rows can name. */
const MAX_NAMES = 60;
const OTHER = 'other';
/** Structure of a usual night: the median of nights of lit. */
const USUAL_STRUCTURE = 0.62;

/** A reason with its count and examples. */
interface Reason {
  readonly verdict: VerdictName;
  count: number;
  readonly examples: RowSample;
}

/** What a run's rows hold together, in memory that does not grow with their number. Add each row once, in any order. */
export class RunDigest {
  readonly verdicts: Record<VerdictName, number> = { accepted: 0, rejected: 0, alreadyNight: 0, failed: 0 };
  readonly scores = new ScoreTable();
  /** Some items with all their variants, together. */
  readonly sample = new RowSample(SAMPLE_ROWS, itemKey);
  readonly worstAccepted = new RowSample(WORST_ROWS, margin);
  readonly alreadyNight = new RowSample(NIGHT_ROWS);
  nights = 0;
  /** Rows of the first variant. */
  items = 0;
  lamps = 0;
  readonly #scatter = new RowSample(SCATTER_ROWS);
  readonly #reasons = new Map<string, Reason>();
  readonly #losses = new Map<string, number>();
  readonly #styles = new Map<string, number>();

  add(row: ItemRow): void {
    const { verdict } = row;
    this.nights++;
    if (row.variant === 0) this.items++;
    this.verdicts[verdict]++;
    this.lamps += row.lamps;
    this.scores.add(row);
    for (const loss of new Set(row.losses)) countIn(this.#losses, loss);
    if (verdict === 'accepted' || verdict === 'rejected') {
      countIn(this.#styles, row.draw.style);
      for (const kind of row.draw.darkKinds) countIn(this.#styles, `dark: ${kind}`);
      this.sample.add(row);
      this.#scatter.add(row);
    }
    if (verdict === 'accepted') this.worstAccepted.add(row);
    else if (verdict === 'alreadyNight') this.alreadyNight.add(row);
    else this.#addReasons(row);
  }

  /** The reasons of rejections and failures, most frequent first. */
  get reasons(): {
    readonly name: string;
    readonly verdict: VerdictName;
    readonly count: number;
    readonly rows: ItemRow[];
  }[] {
    const reasons = [...this.#reasons].map(([key, { verdict, count, examples }]) => {
      return { name: key.slice(verdict.length + 1), verdict, count, rows: examples.rows() };
    });
    return reasons.sort((a, b) => b.count - a.count || VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
  }

  get losses(): Count[] {
    return countsOf(this.#losses);
  }

  get styles(): Count[] {
    return countsOf(this.#styles);
  }

  /** Each number of the draws that varies, against the night score. */
  get scatters(): DrawScatter[] {
    const points = new Map<string, { x: number; night: number; isAccepted: boolean }[]>();
    for (const { draw, scores, verdict } of this.#scatter.rows()) {
      if (scores.night === undefined) continue;
      for (const { label, value } of drawNumbers(draw)) {
        const list = points.get(label) ?? [];
        list.push({ x: value, night: scores.night, isAccepted: verdict === 'accepted' });
        points.set(label, list);
      }
    }
    return [...points]
      .filter(([, list]) => list.length >= MIN_POINTS && list.some(({ x }) => x !== list[0]?.x))
      .map(([label, list]) => ({ label, points: list.sort((a, b) => a.x - b.x) }));
  }

  #addReasons(row: ItemRow): void {
    for (const clause of new Set(row.reason.split('; ').map((text) => kindOf(text, row)))) {
      let key = `${row.verdict} ${clause}`;
      if (!this.#reasons.has(key) && this.#reasons.size >= MAX_NAMES) key = `${row.verdict} ${OTHER}`;
      const reason = this.#reasons.get(key) ?? { verdict: row.verdict, count: 0, examples: new RowSample(REASON_ROWS) };
      reason.count++;
      reason.examples.add(row);
      this.#reasons.set(key, reason);
    }
  }
}

/** 0 at a limit, 1 at the best: lowest for the accepted night that is nearest to a rejection. */
function margin({ scores }: ItemRow): number {
  const { night = 1, structure = 1, layout = 0, texture = 0, lights = 0 } = scores;
  const ofDistance = (distance: number): number => 1 - distance / MAX_DISTANCE;
  return Math.min(
    (night - MIN_NIGHT) / (1 - MIN_NIGHT),
    (structure - MIN_STRUCTURE) / (USUAL_STRUCTURE - MIN_STRUCTURE),
    ...[layout, texture, lights].map(ofDistance),
  );
}

/** A clause without what differs from night to night: its measured number, and the name of the file. */
function kindOf(clause: string, { source, item }: ItemRow): string {
  const nameless = clause.replaceAll(source, 'the file').replaceAll(item, 'the file');
  return nameless.replace(/-?\d+(\.\d+)?/, '…').trim();
}

function countIn(counts: Map<string, number>, name: string): void {
  const known = counts.has(name) || counts.size < MAX_NAMES ? name : OTHER;
  counts.set(known, (counts.get(known) ?? 0) + 1);
}

function countsOf(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}
