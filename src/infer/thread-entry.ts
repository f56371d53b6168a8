import { parentPort, workerData } from 'node:worker_threads';
import { asNocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { GuardedGenerator } from './fallback-generator.js';
import { copyLookInto } from './look.js';
import { openGenerator } from './open-generator.js';
import {
  deskViews,
  type FromGeneratorThread,
  type LogLevel,
  type ThreadSetup,
  type ToGeneratorThread,
} from './thread-messages.js';

// The entry of a generator's thread: opens it, answers thumbnails with looks one after another, closes it.
const { options, desks } = workerData as ThreadSetup; // what openThreadedGenerator starts it with
const views = desks.map(deskViews);

function post(message: FromGeneratorThread): void {
  parentPort?.postMessage(message);
}

function createThreadLogger(): Logger {
  const at = (level: LogLevel) => (fields: object, message: string) => post({ type: 'log', level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

async function answerWith(generator: GuardedGenerator, message: ToGeneratorThread): Promise<void> {
  if (message.type === 'close') {
    await generator.close();
    parentPort?.close();
    return;
  }
  const { pts, discontinuity } = message;
  const started = performance.now();
  try {
    const desk = views[message.desk];
    if (!desk) throw new RangeError(`desk must be below ${views.length}, got ${message.desk}`);
    copyLookInto(await generator.translate({ data: desk.day, pts, discontinuity }), desk.look);
    post({ type: 'looked', tookMs: performance.now() - started, fallbacks: generator.fallbacks });
  } catch (error) {
    post({ type: 'failed', error: asNocturneError(error, 'infer').toJSON(), fallbacks: generator.fallbacks });
  }
}

try {
  const generator = await openGenerator({ ...options, logger: createThreadLogger() });
  let turn: Promise<void> = Promise.resolve();
  parentPort?.on('message', (message: ToGeneratorThread) => {
    turn = turn.then(() => answerWith(generator, message));
  });
  post({ type: 'opened', card: generator.card, device: generator.device });
} catch (error) {
  post({ type: 'failed', error: asNocturneError(error, 'infer').toJSON(), fallbacks: 0 });
}
