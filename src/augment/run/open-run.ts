import { hostname } from 'node:os';
import type { Logger } from '../../core/logger.js';
import { LocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import { variantFolder } from '../unit/output-paths.js';
import { CONTACT_SHEET, REPORT } from './finish-run.js';
import { JournalIndex } from './journal-index.js';
import { JOURNAL_FOLDER } from './journal.js';
import { LAMP_ANNOTATIONS } from './lamp-annotations.js';
import { MANIFEST_JSONL, MANIFEST_PARQUET } from './manifest.js';
import type { PlannedRun } from './plan-run.js';
import { readRunRecord, RUN_RECORD, writeRunRecord } from './run-record.js';
import { readSkipped, removeSkipped, skipExisting } from './skipped-items.js';
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
 */
export async function openRun(run: PlannedRun, logger: Logger): Promise<OpenedRun> {
  const { output, order, record, request } = run;
  let skipped: ReadonlySet<number>;
  if (run.isResumed) {
    skipped = await readSkipped(output);
    await removeLeftovers(output, logger);
  } else {
    await removeEarlierRun(output);
    skipped = request.skipExisting ? await skipExisting(output, order) : new Set();
    await writeRunRecord(output, record);
  }
  const index = await JournalIndex.read(output, order);
  if (index.count > 0) await forgetLost(run, index);
  return { index, skipped };
}

/** A name for a part of the journal that no other process has; later ones follow in order. */
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

/** Removes the temporary files of processes that were killed. */
async function removeLeftovers(output: Store, logger: Logger): Promise<void> {
  if (!(output instanceof LocalStore)) return; // an object appears whole
  const parts = (await output.list(JOURNAL_FOLDER)).files;
  const isShared = parts.some(({ path }) => !path.includes(`-${hostname()}-`));
  const removed = await removeStaleFiles(output.root, isShared);
  if (removed > 0) logger.info({ removed }, 'Removed temporary files that an earlier process left.');
}

/** Removes the nights of an earlier run, its journal and its manifest, so that none of them counts as part of the next one. */
async function removeEarlierRun(output: Store): Promise<void> {
  const before = await readRunRecord(output).catch(() => undefined); // one that cannot be read goes too
  await output.remove(RUN_RECORD); // first: what is left after a crash here is no run
  for (const { path } of (await output.list(JOURNAL_FOLDER)).files) {
    for (const line of Buffer.from(await output.read(path))
      .toString()
      .split('\n')) {
      const stored = /"output":"((?:[^"\\]|\\.)+)"/.exec(line)?.[1];
      if (stored !== undefined) await output.remove(JSON.parse(`"${stored}"`) as string); // the group is a JSON string
    }
    await output.remove(path);
  }
  const variants = before?.settings.variants ?? 1;
  for (let variant = 0; variant < variants && variants > 1; variant++) {
    const { files } = await output.list(variantFolder({ variants }, variant).slice(0, -1));
    for (const { path } of files) await output.remove(path);
  }
  for (const path of [MANIFEST_JSONL, MANIFEST_PARQUET, REPORT, CONTACT_SHEET, LAMP_ANNOTATIONS])
    await output.remove(path);
  await removeSkipped(output);
}
