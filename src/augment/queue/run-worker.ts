import type { Logger } from '../../core/logger.js';
import { aborted } from './aborted.js';
import { openQueue, QueueWorker, type WorkerTimes } from './queue-worker.js';
import { connectQueue } from './redis-connection.js';
import { RunGate } from './run-gate.js';
import { MetricsServer, WorkerMetrics } from './worker-metrics.js';

/** Options of {@link runWorker}. */
export interface RunWorkerOptions {
  /** Address of Redis. */
  readonly queue: string;
  /** Units at the same time. */
  readonly jobs: number;
  /** What runs may read and write: folders and `s3://` addresses. */
  readonly roots: readonly string[];
  /** Version of the product. */
  readonly version: string;
  readonly logger: Logger;
  /** Stops the worker: units in flight end within seconds or go back to the queue. */
  readonly signal: AbortSignal;
  /** Where to serve Prometheus metrics; absent: nowhere. */
  readonly metrics?: { readonly host: string; readonly port: number };
  readonly times?: Partial<WorkerTimes>;
  /** Called once, when it takes units. `queue`: its address, the password masked. */
  readonly onReady?: (worker: { name: string; queue: string; metricsUrl: string | undefined }) => void;
}

/** Works for a queue until the signal aborts. Rejects with NocturneError where it cannot start. */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { roots, version, logger, jobs, signal, times } = options;
  using connection = await connectQueue(options.queue, logger);
  const queue = openQueue(connection);
  const metrics = new WorkerMetrics(async () =>
    connection.redis.status === 'ready'
      ? queue.getJobCounts('waiting', 'active', 'delayed', 'failed', 'completed')
      : {},
  );
  const { metrics: address } = options;
  const server = address && (await MetricsServer.open(metrics, address.host, address.port));
  try {
    const gate = new RunGate({ roots, version });
    await using worker = new QueueWorker({ connection, gate, jobs, metrics, logger, ...(times && { times }) });
    options.onReady?.({ name: worker.name, queue: connection.label, metricsUrl: server?.url });
    await aborted(signal);
    logger.info({}, 'Stopping: units in flight end or go back to the queue.');
  } finally {
    await server?.[Symbol.asyncDispose]();
  }
}
