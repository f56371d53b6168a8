import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { parseRun, type QueuedRun } from './job-payload.js';

/** Name of the BullMQ queue of all runs, and the prefix of every key in Redis that is ours. */
export const QUEUE_NAME = 'augment';
export const KEY_PREFIX = 'nocturne';

const RUNS_KEY = `${KEY_PREFIX}:runs`;
/** How long the reason is kept why a worker refuses a run, seconds; it renews it while it does. */
const REFUSAL_S = 60;

/** Name of a run: the same for the same work, so that adding it twice adds nothing. */
export function runName({ input, output, settings, origin }: QueuedRun, planSha256: string): string {
  const text = JSON.stringify({ input, output, settings, origin, planSha256 });
  return `r${createHash('sha256').update(text).digest('hex').slice(0, 11)}`;
}

/** Id of the job of a unit. */
export function jobId(run: string, unit: number): string {
  return `${run}-${unit}`;
}

/** The run of a job, by its id. */
export function runOfJob(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('-')));
}

/** The runs that Redis knows, each stored once beside its jobs. */
export class RunRegistry {
  readonly #redis: Redis;

  /** @param redis lent: whoever opened it closes it. */
  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async put(name: string, run: QueuedRun): Promise<void> {
    await this.#redis.hset(RUNS_KEY, name, JSON.stringify(run));
  }

  /** The run of a name; undefined where Redis has none. Throws TypeError for one that is not valid. */
  async get(name: string): Promise<QueuedRun | undefined> {
    const text = await this.#redis.hget(RUNS_KEY, name);
    return text === null ? undefined : parseRun(parseJson(text));
  }

  /** All runs by name, oldest first; those that are not valid are left out. */
  async all(): Promise<[name: string, run: QueuedRun][]> {
    const runs: [string, QueuedRun][] = [];
    for (const [name, text] of Object.entries(await this.#redis.hgetall(RUNS_KEY))) {
      try {
        runs.push([name, parseRun(parseJson(text))]);
      } catch {
        // somebody else's
      }
    }
    return runs.sort(([, a], [, b]) => a.createdMs - b.createdMs);
  }

  async remove(name: string): Promise<void> {
    await this.#redis.hdel(RUNS_KEY, name);
    await this.#redis.del(refusalsKey(name));
  }

  /** Says for a minute that a worker does not take a run. @param reason one line. */
  async noteRefusal(name: string, worker: string, reason: string): Promise<void> {
    await this.#redis.hset(refusalsKey(name), worker, reason);
    await this.#redis.expire(refusalsKey(name), REFUSAL_S);
  }

  /** Why workers do not take a run, by worker. */
  async refusals(name: string): Promise<Readonly<Record<string, string>>> {
    return this.#redis.hgetall(refusalsKey(name));
  }
}

function refusalsKey(name: string): string {
  return `${KEY_PREFIX}:refusals:${name}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError('the run is not JSON');
  }
}
