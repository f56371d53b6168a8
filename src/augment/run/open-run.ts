import { hostname } from 'node:os';
import type { Logger } from '../../core/logger.js';
import { LocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import { JournalIndex } from './journal-index.js';
import { JOURNAL_FOLDER } from './journal.js';
import { continuesRun, type PlannedRun } from './plan-run.js';
import { noteCopies, removeEarlierRun, removeJournal } from './remove-run.js';
import { writeRunRecord } from './run-record.js';
import { readSkipped, skipExisting } from './skipped-items.js';
import { removeStaleFiles } from './stale-files.js';

/** Outputs whose sizes are checked at the same time. */
const PARALLEL_CHECKS = 32;

/** What a run has when it starts: nothing, or what earlier processes of it did. */
export interface OpenedRun {
  /** Rows that are done; those of this part that failed or whose file is gone are left out. */
  readonly index: JournalIndex;
  /** Positions of nights that stay as the run found them. */
  readonly skipped: ReadonlySet<number>;
}

/**
 * Makes an output ready: writes the record of a new run, or reads what an earlier process did and removes the temporary files that it left.
 * Rejects with NocturneError OUTPUT_.
 * @param hasWorkers whether processes of other machines may write there now.
 */
export async function openRun(run: PlannedRun, logger: Logger, hasWorkers: boolean): Promise<OpenedRun> {
  const { output, order, record, request, plan, shard } = run;
  let skipped: ReadonlySet<number>;
  // Another part of the run may have started since this one was planned.
  if (run.isResumed || (!request.overwrite && (await continuesRun(output, record, request.skipExisting)))) {
    skipped = await readSkipped(output);
    await removeLeftovers(output, logger, hasWorkers || shard.count > 1);
  } else {
    if (request.overwrite) await removeEarlierRun(output);
    else if (request.skipExisting) await removeJournal(output); // of a run without a record
    skipped = request.skipExisting ? await skipExisting(output, order) : new Set();
    await writeRunRecord(output, record);
    await noteCopies(output, plan.copies);
  }
  const index = await JournalIndex.read(output, order);
  if (index.count > 0) await forgetLost(run, index);
  return { index, skipped };
}

/** A name for a part of the journal that no other process has; later ones follow in order. See {@link removeLeftovers}. */
export function journalName({ shard }: PlannedRun): string {
  const time = new Date().toISOString().replaceAll(/\D/g, '');
  return `${time}-part-${shard.index}-of-${shard.count}-${hostname()}-${process.pid}`;
}

/** Leaves out the rows of this part that failed, and those whose output is not there in full. */
async function forgetLost(run: PlannedRun, index: JournalIndex): Promise<void> {
  const positions = positionsOf(run);
  const work = async (): Promise<void> => {
    for (const position of positions) {
      const row = await index.row(position);
      if (!row) continue;
      const isWhole = row.output === '' || (await run.output.size(row.output)) === row.outputBytes;
      if (row.verdict === 'failed' || !isWhole) index.forget(position);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_CHECKS }, work));
}

/** Of the rows of this part. */
function* positionsOf({ units, order }: PlannedRun): Generator<number> {
  for (const { items } of units) {
    for (const { id } of items) {
      for (let variant = 0; variant < order.variants; variant++) yield order.position(id, variant) ?? -1;
    }
  }
}

/**
 * Removes the temporary files of processes that were killed.
 * @param hasOthers whether processes of other machines may write there now: their files stay until they are old.
 */
export async function removeLeftovers(output: Store, logger: Logger, hasOthers: boolean): Promise<void> {
  if (!(output instanceof LocalStore)) return; // an object appears whole
  const parts = (await output.list(JOURNAL_FOLDER)).files.filter(({ path }) => path.endsWith('.jsonl'));
  const isOwn = (path: string): boolean => /-part-\d+-of-\d+-(.*)-\d+\.jsonl$/.exec(path)?.[1] === hostname();
  const removed = await removeStaleFiles(output.root, hasOthers || parts.some(({ path }) => !isOwn(path)));
  if (removed > 0) logger.info({ removed }, 'Removed temporary files that an earlier process left.');
}
