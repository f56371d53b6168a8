import { parentPort, workerData } from 'node:worker_threads';
import { asNocturneError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { copyLookInto } from '../infer/look.js';
import { openGenerator } from '../infer/open-generator.js';
import { createSteadier } from '../temporal/motion-steadier.js';
import { LookMaker } from './look-maker.js';
import {
  deskViews,
  NO_COUNTS,
  type FromLookThread,
  type LogLevel,
  type LookCounts,
  type ThreadSetup,
  type ToLookThread,
} from './look-thread-messages.js';

// The entry of a look thread: opens a generator and a steadier, answers thumbnails with looks one after another.
const { options, desks } = workerData as ThreadSetup; // what openLookThread starts it with
const views = desks.map(deskViews);

function post(message: FromLookThread): void {
  parentPort?.postMessage(message);
}

function createThreadLogger(): Logger {
  const at = (level: LogLevel) => (fields: object, message: string) => post({ type: 'log', level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

try {
  const generator = await openGenerator({ ...options, logger: createThreadLogger() });
  const steadier = await createSteadier();
  const maker = new LookMaker(generator, steadier);
  const counts = (): LookCounts => ({
    fallbacks: generator.fallbacks,
    cuts: steadier.cuts,
    ...maker.steadiness,
  });

  const answer = async (message: ToLookThread): Promise<void> => {
    if (message.type === 'close') {
      await generator.close();
      parentPort?.close();
      return;
    }
    const { pts, discontinuity, smoothing } = message;
    try {
      const desk = views[message.desk];
      if (!desk) throw new RangeError(`desk must be below ${views.length}, got ${message.desk}`);
      const { look, ...took } = await maker.make({ data: desk.day, pts, discontinuity }, smoothing);
      copyLookInto(look, desk.look);
      post({ type: 'made', ...took, counts: counts() });
    } catch (error) {
      post({ type: 'failed', error: asNocturneError(error, 'infer').toJSON(), counts: counts() });
    }
  };

  let turn: Promise<void> = Promise.resolve();
  parentPort?.on('message', (message: ToLookThread) => {
    turn = turn.then(() => answer(message));
  });
  post({ type: 'opened', card: generator.card, device: generator.device });
} catch (error) {
  post({ type: 'failed', error: asNocturneError(error, 'infer').toJSON(), counts: NO_COUNTS });
}
