import type { JobType, Queue } from 'bullmq';
import type { FileCopy, Unit } from '../dataset.js';
import { doneKey } from '../run/unit-process-messages.js';
import type { JobPayload, JobResult, QueuedRun } from './job-payload.js';
import { jobId, type RunRegistry } from './run-registry.js';

/** Jobs that are sent to Redis at once. */
const BATCH = 1000;
/**
 * Tries of a unit that fails as a whole, such as for a full disk, and the first pause, which doubles: about a minute in all. What ends the
 * process that renders it is tried within each of them.
 */
const RETRIES = { attempts: 6, backoff: { type: 'exponential', delay: 2000, jitter: 0.25 } } as const;

/** The queue of all runs. */
export type UnitQueue = Queue<JobPayload, JobResult, 'unit'>;

/** Ids of all jobs in some states; those that ended from the last on. */
export async function jobIds(queue: UnitQueue, states: readonly JobType[]): Promise<string[]> {
  return queue.getRanges([...states], 0, -1);
}

/** Units of one run that are to be rendered. */
export interface EnqueueOptions {
  readonly queue: UnitQueue;
  readonly runs: RunRegistry;
  readonly name: string;
  readonly run: QueuedRun;
  readonly units: readonly Unit[];
  /** Of the whole plan. */
  readonly copies: readonly FileCopy[];
  readonly isDone: (item: string, variant: number) => boolean;
  /** Distinguishes the rows of this command in the journal from those of earlier ones, and orders them: digits. */
  readonly stamp: string;
  /** Whether units that were done or failed start again, from their first try; else they are not added again, as those that wait. */
  readonly restartsFinished: boolean;
  readonly signal: AbortSignal;
}

/** Adds the units of a run to the queue. A unit that waits or is worked on is not added again. */
export async function enqueueUnits(options: EnqueueOptions): Promise<void> {
  const { queue, runs, name, run, units, signal } = options;
  await runs.put(name, run);
  const copies = new Map(options.copies.map((copy) => [copy.path, copy]));
  const finished = new Set(options.restartsFinished ? await jobIds(queue, ['completed', 'failed']) : []);
  for (let first = 0; first < units.length; first += BATCH) {
    signal.throwIfAborted();
    const batch = units.slice(first, first + BATCH).map((unit) => ({ unit, id: jobId(name, unit.index) }));
    await Promise.all(batch.filter(({ id }) => finished.has(id)).map(({ id }) => queue.remove(id)));
    await queue.addBulk(
      batch.map(({ unit, id }) => ({
        name: 'unit',
        data: payloadOf(unit, copies, options),
        opts: { jobId: id, ...RETRIES },
      })),
    );
  }
}

function payloadOf(unit: Unit, copies: ReadonlyMap<string, FileCopy>, options: EnqueueOptions): JobPayload {
  const { name, run, isDone, stamp } = options;
  const done: string[] = [];
  for (const { id } of unit.items) {
    for (let variant = 0; variant < run.settings.variants; variant++) {
      if (isDone(id, variant)) done.push(doneKey(id, variant));
    }
  }
  const labels = [...new Set(unit.items.flatMap((item) => item.labels))];
  return {
    run: name,
    unit: { ...unit, items: unit.items.map((item) => ({ ...item, labels: [...item.labels] })) },
    copies: labels.flatMap((path) => copies.get(path) ?? []),
    done,
    part: `${stamp}-unit-${String(unit.index).padStart(6, '0')}`,
  };
}
