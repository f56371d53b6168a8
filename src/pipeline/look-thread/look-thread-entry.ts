import { parentPort, workerData } from 'node:worker_threads';
import { asNocturneError } from '../../core/errors.js';
import { createForwardingLogger } from '../../core/logger.js';
import { copyLookInto } from '../../look/look.js';
import { openGenerator } from '../../infer/open-generator.js';
import { createSteadier } from '../../temporal/motion-steadier.js';
import { LookMaker } from './look-maker.js';
import {
  slotViews,
  NO_COUNTS,
  type FromLookThread,
  type LookCounts,
  type LookThreadData,
  type ToLookThread,
} from '../look-thread-messages.js';

// The entry of a look thread: opens a generator and a steadier, answers thumbnails with looks one after another.
const { options, slots } = workerData as LookThreadData; // what openLookThread starts it with
const views = slots.map(slotViews);

function post(message: FromLookThread): void {
  parentPort?.postMessage(message);
}

try {
  const logger = createForwardingLogger((line) => post({ type: 'log', ...line }));
  const generator = await openGenerator({ ...options, logger });
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
