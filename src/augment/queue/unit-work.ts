import { NocturneError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import { ALL_LAYOUTS } from '../layouts/all-layouts.js';
import { failedRow } from '../run/failed-row.js';
import { InputWatch } from '../run/input-watch.js';
import { writeUnitRows } from '../run/journal.js';
import { SetCopies } from '../run/set-copies.js';
import { UnitLane } from '../run/unit-lane.js';
import { doneKey } from '../run/unit-process-messages.js';
import { UnitProcess } from '../run/unit-process.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import type { ItemRow } from '../unit/item-row.js';
import type { JobPayload, QueuedRun } from './job-payload.js';

/** Renders units of one run, one after the other, in a child process that opens when the first unit comes. */
export class UnitWork implements AsyncDisposable {
  /** Name of its run. */
  readonly run: string;
  readonly #input: Store;
  readonly #output: Store;
  readonly #queued: QueuedRun;
  readonly #watch: InputWatch;
  readonly #lane: UnitLane;

  private constructor(run: string, queued: QueuedRun, stores: { input: Store; output: Store }, logger: Logger) {
    this.run = run;
    this.#queued = queued;
    this.#input = stores.input;
    this.#output = stores.output;
    this.#watch = new InputWatch(stores.input);
    const { input, output, settings } = queued;
    this.#lane = new UnitLane({
      open: () => UnitProcess.open({ input, output, settings, logger }),
      failedRow: (unit, item, variant, reason) =>
        failedRow({ input: stores.input, settings, unit, item, variant, reason }),
      variants: settings.variants,
      logger,
    });
  }

  static async open(run: string, queued: QueuedRun, logger: Logger): Promise<UnitWork> {
    const stores = { input: await openStore(queued.input), output: await openStore(queued.output) };
    return new UnitWork(run, queued, stores, logger);
  }

  /**
   * Renders a unit, copies the labels of its items, and stores all rows of it as one part of the journal, which appears complete. Doing it
   * again gives the same files. One call at a time. Rejects with NocturneError.
   * @param isMine whether the unit is still this worker's: asked last; what another has taken over gets no rows of this one.
   */
  async do(
    job: JobPayload,
    { onRow, isMine }: { readonly onRow: (row: ItemRow) => void; readonly isMine: () => Promise<boolean> },
  ): Promise<ItemRow[]> {
    const { unit, copies } = job;
    const { layout: name, ...settings } = this.#queued.settings;
    const layout = ALL_LAYOUTS.find((one) => one.name === name) ?? {};
    const stores = { input: this.#input, output: this.#output };
    const labels = new SetCopies({ ...stores, layout, items: unit.items, copies, settings });
    const items = new Map(unit.items.map((item) => [item.id, item]));
    const done = new Set(job.done);
    const rows: ItemRow[] = [];
    for await (const made of this.#lane.run(unit, (item, variant) => done.has(doneKey(item, variant)))) {
      await this.#watch.check(made);
      const item = items.get(made.item);
      const row = item ? await labels.copyLabelsOf(made, item) : made;
      rows.push(row);
      onRow(row);
    }
    if (!(await isMine())) throw takenOver();
    await writeUnitRows(this.#output, job.part, rows);
    return rows;
  }

  /** Ends the process, also in the middle of a unit, which then rejects with ABORTED. Idempotent, never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lane[Symbol.asyncDispose]();
  }
}

function takenOver(): NocturneError {
  return new NocturneError({
    code: 'WORKER_DIED',
    stage: 'pipeline',
    message: 'another worker took the unit over, for this one did not answer for too long.',
    remedy: 'Nothing is to be done: the other one renders it.',
  });
}
