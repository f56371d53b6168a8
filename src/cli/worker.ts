import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { runWorker } from '../augment/queue/run-worker.js';
import { packageVersion } from '../core/package-version.js';
import { NocturneError } from '../core/errors.js';
import { createLogger } from './create-logger.js';
import { readSettings } from './read-settings.js';
import { stopSignal } from './stop-signal.js';

/** Runs `nocturne worker` until a signal stops it. */
export async function worker(command: Command): Promise<void> {
  const settings = readSettings(command);
  await runWorker({
    queue: requireQueue(settings.queue),
    jobs: settings.jobs ?? availableParallelism(),
    roots: rootsOf(settings.roots),
    version: packageVersion(),
    logger: createLogger(settings),
    signal: stopSignal(),
    ...(settings.metricsPort === undefined
      ? {}
      : { metrics: { host: settings.metricsHost, port: settings.metricsPort } }),
    onReady: ({ name, queue, metricsUrl }) => {
      const metrics = metricsUrl === undefined ? '' : `, metrics on ${metricsUrl}`;
      process.stdout.write(`${name} takes units from ${queue}${metrics}\n`);
    },
  });
}

/** The parts of a list, without empty ones: those would mean the current folder. Throws NocturneError CONFIG_INVALID for none. */
function rootsOf(list: string): string[] {
  const roots = list
    .split(',')
    .map((root) => root.trim())
    .filter((root) => root !== '');
  if (roots.length > 0) return roots;
  throw new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: `--roots must name folders or s3:// addresses, got ${JSON.stringify(list)}.`,
    remedy: 'Pass --roots /data, or . for the current folder.',
  });
}

/** The address of the queue. Throws NocturneError CONFIG_INVALID without one. */
export function requireQueue(queue: string | undefined): string {
  if (queue !== undefined) return queue;
  throw new NocturneError({
    code: 'CONFIG_INVALID',
    stage: 'config',
    message: 'there is no queue: --queue is not set.',
    remedy: 'Pass --queue redis://host:6379, or set NOCTURNE_QUEUE.',
  });
}
