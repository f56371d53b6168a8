import { Job, type JobType } from 'bullmq';
import { NocturneError } from '../../core/errors.js';
import { jobIds, type UnitQueue } from './enqueue-units.js';
import { parseJob, type JobPayload, type JobResult } from './job-payload.js';
import { runOfJob, type RunRegistry } from './run-registry.js';

/** Done units whose results give the rate of a run. */
const RATE_UNITS = 50;
/** Dead letters that a listing names. */
const MAX_LETTERS = 20;
/** Jobs that are asked for or removed at once. */
const BATCH = 200;

const STATES = {
  waiting: ['wait'],
  delayed: ['delayed'],
  active: ['active'],
  failed: ['failed'],
  done: ['completed'],
} as const satisfies Record<string, JobType[]>;

/** Where a job is; `delayed`: it waits for its next try. */
export type UnitState = keyof typeof STATES;

/** A unit that failed in every try. Plain data. */
export interface DeadLetter {
  readonly unit: number;
  /** Id of its first item, and how many it has. */
  readonly item: string;
  readonly items: number;
  readonly tries: number;
  /** One line. */
  readonly reason: string;
}

/** A run that is in the queue. Plain data. */
export interface QueuedRunStatus {
  readonly run: string;
  /** Empty where the run was removed and jobs of it are left. */
  readonly input: string;
  readonly output: string;
  readonly version: string;
  readonly created: string;
  /** Units of the whole data set, those that were done before it was queued included. */
  readonly units: number;
  readonly states: Readonly<Record<UnitState, number>>;
  /** Nights a second, by the units that were done last; 0 where that is unknown. */
  readonly nightsPerSecond: number;
  readonly deadLetters: readonly DeadLetter[];
  /** Why workers do not take it, by worker. */
  readonly refusals: Readonly<Record<string, string>>;
}

/** Lists the runs of a queue, oldest first. */
export async function listRuns(queue: UnitQueue, runs: RunRegistry): Promise<QueuedRunStatus[]> {
  const ids = await idsByRun(queue);
  const known = await runs.all();
  const orphans = [...ids.keys()].filter((name) => !known.some(([other]) => other === name));
  const rows = [...known, ...orphans.map((name) => [name, undefined] as const)];
  return Promise.all(
    rows.map(async ([name, run]) => {
      const states = ids.get(name) ?? emptyStates();
      return {
        run: name,
        input: run?.input ?? '',
        output: run?.output ?? '',
        version: run?.origin.nocturne ?? '',
        created: run ? new Date(run.createdMs).toISOString() : '',
        units: run?.units ?? 0,
        states: Object.fromEntries(Object.entries(states).map(([state, list]) => [state, list.length])) as Record<
          UnitState,
          number
        >, // the same keys
        nightsPerSecond: await rateOf(queue, states.done),
        deadLetters: await deadLetters(queue, states.failed.slice(0, MAX_LETTERS)),
        refusals: await runs.refusals(name),
      };
    }),
  );
}

/** Puts the dead letters of a run back into the queue, from their first try; resolves with their number. Rejects with NocturneError. */
export async function retryRun(queue: UnitQueue, runs: RunRegistry, name: string): Promise<number> {
  const states = await existing(queue, runs, name);
  await inBatches(states.failed, async (id) => {
    await (await Job.fromId(queue, id))?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  });
  return states.failed.length;
}

/**
 * Removes a run and its jobs from the queue; the output stays. Resolves with how many jobs stay until their workers are done with them.
 * Rejects with NocturneError where there is no such run.
 */
export async function removeRun(queue: UnitQueue, runs: RunRegistry, name: string): Promise<number> {
  await existing(queue, runs, name);
  return clearRun(queue, runs, name);
}

/** The same, where the queue need not have the run. */
export async function clearRun(queue: UnitQueue, runs: RunRegistry, name: string): Promise<number> {
  const states = (await idsByRun(queue)).get(name) ?? emptyStates();
  await runs.remove(name);
  let locked = 0;
  await inBatches(Object.values(states).flat(), async (id) => {
    if ((await queue.remove(id)) === 0) locked++;
  });
  return locked;
}

async function existing(queue: UnitQueue, runs: RunRegistry, name: string): Promise<Record<UnitState, string[]>> {
  const states = (await idsByRun(queue)).get(name);
  if (states || (await runs.all()).some(([other]) => other === name)) return states ?? emptyStates();
  throw new NocturneError({
    code: 'INPUT_NOT_FOUND',
    stage: 'pipeline',
    message: `The queue has no run ${name}.`,
    remedy: 'nocturne jobs lists its runs.',
  });
}

/** Ids of all jobs, by run and state; done ones from the last on. */
async function idsByRun(queue: UnitQueue): Promise<Map<string, Record<UnitState, string[]>>> {
  const runs = new Map<string, Record<UnitState, string[]>>();
  for (const [state, types] of Object.entries(STATES)) {
    for (const id of await jobIds(queue, types)) {
      const name = runOfJob(id);
      const states = runs.get(name) ?? emptyStates();
      states[state as UnitState].push(id); // a key of STATES
      runs.set(name, states);
    }
  }
  return runs;
}

function emptyStates(): Record<UnitState, string[]> {
  return { waiting: [], delayed: [], active: [], failed: [], done: [] };
}

/** Nights of the units that were done last, by the time from the first of them to now or the last. */
async function rateOf(queue: UnitQueue, done: readonly string[]): Promise<number> {
  const jobs = await Promise.all(
    done.slice(0, RATE_UNITS).map((id) => Job.fromId<JobPayload, JobResult, 'unit'>(queue, id)),
  );
  const times = jobs.flatMap((job) => job?.finishedOn ?? []);
  const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
  if (times.length < 2 || seconds === 0) return 0;
  const [, ...later] = jobs.sort((a, b) => (a?.finishedOn ?? 0) - (b?.finishedOn ?? 0));
  const results = later.map((job): JobResult | null | undefined => job?.returnvalue); // null where Redis has none
  const nights = results
    .flatMap((result) => Object.values(result?.verdicts ?? {}))
    .reduce((sum, count) => sum + count, 0);
  return nights / seconds;
}

async function deadLetters(queue: UnitQueue, ids: readonly string[]): Promise<DeadLetter[]> {
  const jobs = await Promise.all(ids.map((id) => Job.fromId<JobPayload, JobResult, 'unit'>(queue, id)));
  return jobs.flatMap((job, index) => {
    if (!job) return [];
    const items = itemsOf(job.data);
    return {
      unit: Number(ids[index]?.slice(ids[index].lastIndexOf('-') + 1)),
      item: items[0]?.id ?? '',
      items: items.length,
      tries: job.attemptsMade,
      reason: job.failedReason.replaceAll(/\s+/g, ' '),
    };
  });
}

/** Items of a job; none where it is not valid. */
function itemsOf(data: unknown): JobPayload['unit']['items'] {
  try {
    return parseJob(data).unit.items;
  } catch {
    return [];
  }
}

async function inBatches(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
  for (let first = 0; first < ids.length; first += BATCH) await Promise.all(ids.slice(first, first + BATCH).map(work));
}
