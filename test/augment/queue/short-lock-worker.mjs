// A worker whose jobs are taken over a second after it is gone: `node short-lock-worker.mjs QUEUE ROOT`. Else as `nocturne worker --jobs 1`.
import process from 'node:process';
import { runWorker } from '../../../dist/augment/queue/run-worker.js';
import { packageVersion } from '../../../dist/core/package-version.js';

const [queue, root] = process.argv.slice(2);
const stop = new globalThis.AbortController();
process.on('SIGTERM', () => stop.abort());
const log = (_fields, message) => process.stderr.write(`${message}\n`);
await runWorker({
  ...{ queue, jobs: 1, roots: [root], version: packageVersion(), signal: stop.signal },
  logger: { debug() {}, info: log, warn: log, error: log },
  times: { lockMs: 1500, stalledMs: 500 },
  onReady: ({ name }) => process.stdout.write(`${name} takes units from the queue\n`),
});
