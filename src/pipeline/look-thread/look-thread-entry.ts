import { parentPort, workerData } from 'node:worker_threads';
import { asNocturneError } from '../../core/errors.js';
import { createForwardingLogger } from '../../core/logger.js';
import { openGenerator } from '../../infer/open-generator.js';
import { copyLookInto } from '../../look/look.js';
import { createSteadier } from '../../temporal/motion-steadier.js';
import {
  NO_COUNTS,
  slotViews,
  type FromLookThread,
  type LookCounts,
  type LookThreadData,
  type ToLookThread,
} from '../look-thread-messages.js';
import { LookMaker } from './look-maker.js';

// The entry of a look thread: opens a generator and a steadier, then answers thumbnails with looks, one after another.
const { options, slots } = workerData as LookThreadData; // what openLookThread passes
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

  const handle = async (message: ToLookThread): Promise<void> => {
    if (message.type === 'close') {
      await generator.close();
      parentPort?.close();
      return;
    }
    const { pts, discontinuity, hasDetail, smoothing, lighting } = message;
    try {
      const slot = views[message.slot];
      if (!slot) throw new RangeError(`slot must be below ${views.length}, got ${message.slot}`);
      generator.setLighting?.(lighting);
      const day = { data: slot.thumbnail, pts, discontinuity, ...(hasDetail ? { detail: slot.detail } : {}) };
      const { look, ...took } = await maker.make(day, smoothing);
      copyLookInto(look, slot.look);
      post({ type: 'made', ...took, counts: counts() });
    } catch (error) {
      post({ type: 'failed', error: asNocturneError(error, 'infer').toJSON(), counts: counts() });
    }
  };

  let last: Promise<void> = Promise.resolve();
  parentPort?.on('message', (message: ToLookThread) => {
    last = last.then(() => handle(message));
  });
  const { card, placement, wantsDetail = false, lightsRoad = false, grain } = generator;
  post({ type: 'opened', card, placement, wantsDetail, lightsRoad, grain });
} catch (error) {
  post({ type: 'failed', error: asNocturneError(error, 'infer').toJSON(), counts: NO_COUNTS });
}
