import type { Command } from 'commander';
import { openQueue } from '../augment/queue/queue-worker.js';
import { listRuns, removeRun, retryRun, type QueuedRunStatus } from '../augment/queue/queued-runs.js';
import { connectQueue } from '../augment/queue/redis-connection.js';
import { RunRegistry } from '../augment/queue/run-registry.js';
import { createLogger } from './create-logger.js';
import { readSettings } from './read-settings.js';
import { printJson } from './standard-streams.js';
import { requireQueue } from './worker.js';

/** Flags of `nocturne jobs` that are not settings. */
interface JobsFlags {
  readonly json?: boolean;
  readonly retry?: string;
  readonly remove?: string;
}

/** Runs `nocturne jobs`. */
export async function jobs(command: Command): Promise<void> {
  const settings = readSettings(command);
  const { json: isJson = false, retry, remove } = command.opts<JobsFlags>();
  using connection = await connectQueue(requireQueue(settings.queue), createLogger(settings));
  const queue = openQueue(connection);
  const runs = new RunRegistry(connection.redis);
  try {
    const retried = retry === undefined ? undefined : await retryRun(queue, runs, retry);
    const locked = remove === undefined ? undefined : await removeRun(queue, runs, remove);
    const workers = await queue.getWorkersCount();
    const listed = await listRuns(queue, runs);
    if (isJson) {
      printJson({ queue: connection.label, workers, ...(retried !== undefined && { retried }), runs: listed });
      return;
    }
    if (retried !== undefined) process.stdout.write(`${retry ?? ''}: ${retried} units are back in the queue\n`);
    if (locked !== undefined) {
      const rest = locked > 0 ? `; ${locked} of its units are being rendered: remove it again when they are done` : '';
      process.stdout.write(`${remove ?? ''}: removed${rest}\n`);
    }
    process.stdout.write(formatRuns(connection.label, workers, listed));
  } finally {
    await queue.close();
  }
}

function formatRuns(label: string, workers: number, runs: readonly QueuedRunStatus[]): string {
  const header = `${label}: ${runs.length === 0 ? 'no runs' : `${runs.length} runs`}, ${workers} workers`;
  // Whoever can write into Redis names items and reasons: no control character of theirs reaches the terminal.
  const lines = runs.flatMap(formatRun).map((line) => line.replaceAll(/\p{Cc}/gu, '?'));
  return `${[header, ...lines].join('\n')}\n`;
}

function formatRun(run: QueuedRunStatus): string[] {
  const { done, waiting, delayed, active, failed } = run.states;
  const rate = run.nightsPerSecond > 0 ? `, ${run.nightsPerSecond.toFixed(1)} nights/s` : '';
  const counts = `${done} done, ${active} active, ${waiting} waiting, ${delayed} delayed, ${failed} failed${rate}`;
  return [
    `${run.run}  ${run.output === '' ? 'removed; jobs of it are left' : `${run.input} -> ${run.output}`}`,
    `  units: ${counts}`,
    ...run.deadLetters.map(({ unit, item, items, tries, reason }) => {
      const which = item === '' ? '' : ` (${item}${items > 1 ? ` and ${items - 1} more` : ''})`;
      return `  failed: unit ${unit}${which} after ${tries} tries: ${reason}`;
    }),
    ...(failed > run.deadLetters.length ? [`  failed: ${failed - run.deadLetters.length} more`] : []),
    ...Object.entries(run.refusals).map(([worker, reason]) => `  refused by ${worker}: ${reason}`),
  ];
}
