import { parentPort, workerData } from 'node:worker_threads';
import { DEFAULT_CONTROLS, type Controls } from '../core/controls.js';
import { asNocturneError } from '../core/errors.js';
import { runRenderJob } from './render-job.js';
import { runStreamJob } from './stream-job.js';
import { createWorkerLogger } from './worker-log.js';
import type { FromWorker, RenderReport, ToWorker, WorkerJob } from './worker-messages.js';

// The entry of a worker thread: owns every pixel of one stream or one render, and tells the main thread in messages.
const main = parentPort;
if (!main) throw new TypeError('worker.js must be started as a worker thread');
const job = workerData as WorkerJob; // written by StreamWorker and render alone

const stop = new AbortController();
let controls: Controls = job.kind === 'stream' ? job.settings.controls : DEFAULT_CONTROLS;
let keyframeRequested = false;
const post = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => {
  main.postMessage(message, transfer);
};

main.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'controls':
      controls = message.controls;
      break;
    case 'keyframe':
      keyframeRequested = true;
      break;
    case 'stop':
      stop.abort();
      break;
  }
});

const port = {
  post,
  controls: (): Controls => controls,
  takeKeyframeRequest: (): boolean => {
    const requested = keyframeRequested;
    keyframeRequested = false;
    return requested;
  },
};

async function run(): Promise<RenderReport | undefined> {
  const logger = createWorkerLogger(post);
  if (job.kind === 'render') return runRenderJob(job.settings, { post, logger, signal: stop.signal });
  await runStreamJob(job.settings, { port, taken: new Int32Array(job.taken), logger, signal: stop.signal });
  return undefined;
}

try {
  post({ type: 'done', report: await run() });
} catch (error) {
  post({ type: 'failed', error: asNocturneError(error, 'pipeline').toJSON() });
}
main.close();
