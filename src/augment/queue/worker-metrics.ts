import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { NocturneError } from '../../core/errors.js';
import type { ItemRow } from '../unit/item-row.js';

const PREFIX = 'nocturne_augment_';
/** Bounds of the histogram of seconds an item: images take tenths of a second, videos minutes. */
const SECONDS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800];
/** How a unit ended. */
const OUTCOMES = ['done', 'failed', 'refused', 'returned'] as const;

/** Where the jobs of the queue are. */
export type JobCounts = Readonly<Record<string, number>>;

/** What a worker counts, for Prometheus. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #items: Counter<'verdict'>;
  readonly #seconds: Histogram;
  readonly #bytes: Counter;
  readonly #units: Counter<'outcome'>;
  readonly #retries: Counter;

  /** @param counts asks Redis; a metric is left out while it cannot. */
  constructor(counts: () => Promise<JobCounts>) {
    const registers = [this.#registry];
    const named = (name: string, help: string) => ({ name: PREFIX + name, help, registers });
    this.#items = new Counter({ ...named('items_total', 'Nights made, by verdict'), labelNames: ['verdict'] });
    this.#seconds = new Histogram({ ...named('item_seconds', 'Seconds that a night takes'), buckets: SECONDS });
    this.#bytes = new Counter(named('output_bytes_total', 'Bytes of nights written'));
    this.#units = new Counter({ ...named('units_total', 'Units by how they ended'), labelNames: ['outcome'] });
    this.#retries = new Counter(named('retries_total', 'Units that were tried before, by any worker'));
    const jobs = new Gauge({
      ...named('jobs', 'Jobs of the queue by state'),
      labelNames: ['state'],
      async collect() {
        for (const [state, count] of Object.entries(await counts())) this.set({ state }, count);
      },
    });
    jobs.reset();
    for (const verdict of ['accepted', 'rejected', 'alreadyNight', 'failed']) this.#items.inc({ verdict }, 0);
    for (const outcome of OUTCOMES) this.#units.inc({ outcome }, 0);
  }

  onRow(row: ItemRow): void {
    this.#items.inc({ verdict: row.verdict });
    this.#seconds.observe(row.milliseconds / 1000);
    this.#bytes.inc(row.outputBytes);
  }

  onUnit(outcome: (typeof OUTCOMES)[number]): void {
    this.#units.inc({ outcome });
  }

  onRetry(): void {
    this.#retries.inc();
  }

  /** All metrics as Prometheus reads them. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Serves `/metrics`. */
export class MetricsServer implements AsyncDisposable {
  readonly #server: Server;
  /** `http://HOST:PORT/metrics`. */
  readonly url: string;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** Rejects with NocturneError PORT_TAKEN or ADDRESS_UNAVAILABLE. */
  static async open(metrics: WorkerMetrics, host: string, port: number): Promise<MetricsServer> {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') response.writeHead(404).end();
      else {
        metrics.text().then(
          (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
          () => response.writeHead(503).end(),
        );
      }
    });
    server.maxConnections = 64; // a scraper needs one
    try {
      server.listen(port, host);
      await once(server, 'listening');
    } catch (error) {
      throw listenFailure(host, port, error);
    }
    const address = server.address();
    const bound = typeof address === 'object' && address !== null ? address.port : port;
    return new MetricsServer(server, `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

function listenFailure(host: string, port: number, cause: unknown): NocturneError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const isTaken = code === 'EADDRINUSE';
  const reason = isTaken ? 'another program uses it' : cause instanceof Error ? cause.message : String(cause);
  return new NocturneError({
    code: isTaken ? 'PORT_TAKEN' : 'ADDRESS_UNAVAILABLE',
    stage: 'stream',
    message: `cannot serve metrics on ${host}:${port}: ${reason}.`,
    remedy: isTaken
      ? 'Choose another --metrics-port, or 0 for a free one.'
      : 'Choose another --metrics-host or --metrics-port.',
    cause,
  });
}
