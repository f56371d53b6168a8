import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Unit } from '../dataset.js';
import { failedRow } from './failed-row.js';
import { finishRun, type RunSummary } from './finish-run.js';
import { InputWatch } from './input-watch.js';
import { JournalIndex } from './journal-index.js';
import { openJournal } from './journal.js';
import { journalName, openRun, removeLeftovers, type OpenedRun } from './open-run.js';
import type { PlannedRun } from './plan-run.js';
import { RunMeter, type AugmentProgress } from './run-meter.js';
import { runUnits } from './run-units.js';
import { SetCopies } from './set-copies.js';
import { isInShard } from './shard.js';
import { UnitLane } from './unit-lane.js';
import { UnitProcess } from './unit-process.js';

/** Options of {@link runAugment}. */
export interface RunAugmentOptions {
  /** Processes at the same time, 1 or more. */
  readonly jobs: number;
  readonly hasReport: boolean;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Called after each night. */
  readonly onProgress?: (progress: AugmentProgress) => void;
  /** Renders elsewhere than in processes of this machine; resolves when what it did is in the journal. */
  readonly render?: (owed: OwedNights) => Promise<void>;
}

/** What a run still has to render. */
export interface OwedNights {
  /** Units with nights to make. */
  readonly units: readonly Unit[];
  readonly isDone: (item: string, variant: number) => boolean;
  /** Counts what is made. */
  readonly meter: RunMeter;
}

/** How a run ended. Plain data. */
export interface AugmentReport {
  readonly output: string;
  /** Nights that this process made. */
  readonly made: number;
  /** Nights that earlier processes of the run had made. */
  readonly found: number;
  /** Nights that the output had before the run, which stay as they are. */
  readonly skipped: number;
  /** Nights that other parts of the run still owe; the manifest is written when none is missing. */
  readonly missing: number;
  readonly seconds: number;
  /** Of the whole set; absent while nights are missing. */
  readonly summary?: RunSummary;
}

/**
 * Does a planned run: copies, renders in child processes, and assembles the manifest once every night is there. Continues an earlier run of the
 * same settings. Rejects with NocturneError: what was stored until then stays, and the same call continues after it.
 */
export async function runAugment(run: PlannedRun, options: RunAugmentOptions): Promise<AugmentReport> {
  const startMs = performance.now();
  const { input, output, order, record, request } = run;
  const opened = await openRun(run, options.logger, options.render !== undefined);
  const work = new Work(run, opened);
  try {
    await work.copy(options.signal);
    if (options.render) await options.render(work.owed);
    else await work.render(options);
  } catch (error) {
    throw options.signal.aborted ? interrupted(output.label, work.meter.progress) : error;
  }
  const index = work.owed.units.length > 0 ? await JournalIndex.read(output, order) : opened.index;
  const missing = countMissing(order.size, index, opened.skipped);
  const hasLampAnnotations = request.lampLabels === 'coco';
  const { hasReport } = options;
  const summary =
    missing === 0
      ? await finishRun({
          ...{ input, output, order, index, record },
          copies: run.plan.copies,
          hasLampAnnotations,
          hasReport,
        })
      : undefined;
  return {
    output: output.label,
    made: work.meter.made,
    found: work.found,
    skipped: opened.skipped.size,
    missing,
    seconds: (performance.now() - startMs) / 1000,
    ...(summary && { summary }),
  };
}

/** What one process does of a run. */
class Work {
  readonly meter: RunMeter;
  /** Nights of this part that were there when it started. */
  readonly found: number;
  readonly #run: PlannedRun;
  readonly #opened: OpenedRun;
  readonly #copies: SetCopies;
  /** Units of this part with nights to make. */
  readonly #units: readonly Unit[];

  constructor(run: PlannedRun, opened: OpenedRun) {
    const { input, output, plan, layout, order, record, units } = run;
    this.#run = run;
    this.#opened = opened;
    const { items } = order;
    this.#copies = new SetCopies({ input, output, layout, items, copies: plan.copies, settings: record.settings });
    const owed = units.map((unit) => this.#countOwed(unit));
    const expected = units.reduce((sum, unit) => sum + unit.items.length * order.variants, 0);
    this.found = expected - owed.reduce((sum, count) => sum + count, 0);
    this.#units = units.filter((_, index) => owed[index] !== 0);
    this.meter = new RunMeter(expected, this.found);
  }

  get owed(): OwedNights {
    return { units: this.#units, isDone: (item, variant) => this.#isDone(item, variant), meter: this.meter };
  }

  /** Copies this part's share of what belongs to no item alone, once in a run. */
  async copy(signal: AbortSignal): Promise<void> {
    const { output, shard } = this.#run;
    const mark = `nocturne/journal/copies-${shard.index}-of-${shard.count}.json`;
    if ((await output.size(mark)) !== undefined) return;
    const copied = await this.#copies.copyShared(signal, (number) => isInShard(shard, number));
    await output.write(mark, Buffer.from(`${JSON.stringify({ copied })}\n`));
  }

  async render({ jobs, logger, signal, onProgress }: RunAugmentOptions): Promise<void> {
    if (this.#units.length === 0) return;
    const { input, output, order, record, request, shard } = this.#run;
    const { settings } = record;
    const watch = new InputWatch(input);
    let deaths = 0;
    await using journal = await openJournal(output, journalName(this.#run));
    await runUnits({
      ...{ units: this.#units, jobs, signal },
      openLane: () =>
        new UnitLane({
          open: () => UnitProcess.open({ input: request.input, output: request.output, settings, logger }),
          failedRow: (unit, item, variant, reason) => failedRow({ input, settings, unit, item, variant, reason }),
          variants: order.variants,
          logger,
          onDeath: () => {
            deaths++;
          },
        }),
      isDone: (item, variant) => this.#isDone(item, variant),
      onRow: async (made) => {
        await watch.check(made);
        const item = order.item(made.item);
        const row = item ? await this.#copies.copyLabelsOf(made, item) : made;
        await journal.append(row);
        this.meter.add(row);
        onProgress?.(this.meter.progress);
      },
      onUnitEnd: (unit) => journal.endUnit(unit.index),
    });
    if (deaths > 0) await removeLeftovers(output, logger, shard.count > 1);
  }

  #isDone(item: string, variant: number): boolean {
    const position = this.#run.order.position(item, variant);
    return position === undefined || this.#opened.index.has(position) || this.#opened.skipped.has(position);
  }

  #countOwed(unit: Unit): number {
    let owed = 0;
    for (const { id } of unit.items) {
      for (let variant = 0; variant < this.#run.order.variants; variant++) if (!this.#isDone(id, variant)) owed++;
    }
    return owed;
  }
}

function countMissing(size: number, index: JournalIndex, skipped: ReadonlySet<number>): number {
  let missing = 0;
  for (let position = 0; position < size; position++) {
    if (!index.has(position) && !skipped.has(position)) missing++;
  }
  return missing;
}

function interrupted(output: string, { done, expected }: AugmentProgress): NocturneError {
  return new NocturneError({
    code: 'ABORTED',
    stage: 'pipeline',
    message: `stopped before ${output} was complete: ${done} of ${expected} nights are done.`,
    remedy: 'Run the same command again to continue.',
  });
}
