import { DEFAULT_CONTROLS, type Controls } from '../../core/controls.js';
import { asNocturneError } from '../../core/errors.js';
import { createForwardingLogger } from '../../core/logger.js';
import type { FromWorker, RenderReport, ToWorker, WorkerJob } from '../worker-messages.js';
import { watchParent } from './parent-watch.js';
import { runRenderJob } from './render-job.js';
import { runStreamJob, type GeneratorChanger } from './stream-job.js';

/** How often a worker reports that its main thread runs, milliseconds. */
const ALIVE_INTERVAL_MS = 1000;

// The entry of a worker process: owns every frame of one stream or one render, and reports to the main process in messages.
watchParent();
const stop = new AbortController();
let controls: Controls = DEFAULT_CONTROLS;
let isKeyframeRequested = false;
/** JPEG images a second that somebody asks for. */
let imagesPerSecond = 0;
/** Messages posted to the IPC channel that the operating system has not taken yet. */
let pending = 0;

function post(message: FromWorker): void {
  pending++;
  process.send?.(message, undefined, undefined, () => {
    pending--;
  });
}

let changeTo: GeneratorChanger | undefined;

const context = {
  post,
  logger: createForwardingLogger((line) => post({ type: 'log', ...line })),
  signal: stop.signal,
  pending: (): number => pending,
  controls: (): Controls => controls,
  imagesPerSecond: (): number => imagesPerSecond,
  onLooks: (change: GeneratorChanger): void => {
    changeTo = change;
  },
  takeKeyframeRequest: (): boolean => {
    const isRequested = isKeyframeRequested;
    isKeyframeRequested = false;
    return isRequested;
  },
};

async function run(job: WorkerJob): Promise<RenderReport | undefined> {
  if (job.kind === 'render') return runRenderJob(job.settings, context);
  controls = job.settings.controls;
  await runStreamJob(job, context);
  return undefined;
}

async function changeGenerator({ change, share }: Extract<ToWorker, { type: 'generator' }>): Promise<void> {
  try {
    if (!changeTo) throw new TypeError('the stream must be open to change its generator');
    await changeTo(change, share);
    post({ type: 'generator', error: undefined });
  } catch (error) {
    post({ type: 'generator', error: asNocturneError(error, 'infer').toJSON() });
  }
}

async function runAndExit(job: WorkerJob): Promise<void> {
  const timer = setInterval(() => post({ type: 'alive' }), ALIVE_INTERVAL_MS);
  try {
    post({ type: 'done', report: await run(job) });
  } catch (error) {
    post({ type: 'failed', error: asNocturneError(error, 'pipeline').toJSON() });
  }
  clearInterval(timer);
  if (process.connected) process.disconnect();
}

process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'job':
      void runAndExit(message.job);
      break;
    case 'controls':
      controls = message.controls;
      break;
    case 'generator':
      void changeGenerator(message);
      break;
    case 'keyframe':
      isKeyframeRequested = true;
      break;
    case 'images':
      imagesPerSecond = message.perSecond;
      break;
    case 'stop':
      stop.abort();
      break;
  }
});
// Ctrl-C and a closed terminal reach the whole process group; the main process decides what they mean.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => stop.abort());
