import { parentPort, workerData } from 'node:worker_threads';
import { asNocturneError } from '../../core/errors.js';
import { createForwardingLogger } from '../../core/logger.js';
import type { FallbackGenerator } from '../../infer/fallback-generator.js';
import { LadderGenerator } from '../../infer/ladder-generator.js';
import { openGenerator } from '../../infer/open-generator.js';
import { openLiveGenerator } from '../../infer/open-live-generator.js';
import type { RunTimes } from '../../infer/shared/share-messages.js';
import { copyLookInto } from '../../look/look.js';
import { createSteadier } from '../../temporal/motion-steadier.js';
import {
  NO_COUNTS,
  slotViews,
  type FromLookThread,
  type GeneratorDescription,
  type LookCounts,
  type LookThreadData,
  type LookThreadOptions,
  type ToLookThread,
} from '../look-thread-messages.js';
import { LookMaker } from './look-maker.js';

// The entry of a look thread: opens a generator and a steadier, then answers thumbnails with looks, one after another.
const { options, slots } = workerData as LookThreadData; // what openLookThread passes
const views = slots.map(slotViews);
const logger = createForwardingLogger((line) => post({ type: 'log', ...line }));
let runs: RunTimes[] = [];

function post(message: FromLookThread): void {
  parentPort?.postMessage(message);
}

async function open({ isLive = false, share, ...rest }: LookThreadOptions): Promise<FallbackGenerator> {
  if (!isLive) return openGenerator({ ...rest, logger });
  const onRun = (times: RunTimes): void => void runs.push(times);
  return openLiveGenerator({ ...rest, logger, ...(share ? { share: { ...share, onRun } } : {}) });
}

function describe({
  card,
  placement,
  wantsDetail = false,
  lightsRoad = false,
  grain,
}: FallbackGenerator): GeneratorDescription {
  return { card, placement, wantsDetail, lightsRoad, grain };
}

try {
  let generator = await open(options);
  let fallbacks = 0; // of generators before this one
  let cardBefore = generator.card;
  const steadier = await createSteadier();
  const live = generator instanceof LadderGenerator ? { fallback: generator.last } : undefined;
  const maker = new LookMaker(generator, steadier, live);
  const counts = (): LookCounts => ({
    fallbacks: fallbacks + generator.fallbacks,
    cuts: steadier.cuts,
    lookAgeMs: maker.lookAgeMs,
    degraded: generator instanceof LadderGenerator ? generator.degraded : '',
    ...maker.steadiness,
  });

  const make = async (message: Extract<ToLookThread, { type: 'make' }>): Promise<void> => {
    const { pts, discontinuity, hasDetail, smoothing, lighting } = message;
    try {
      const slot = views[message.slot];
      if (!slot) throw new RangeError(`slot must be below ${views.length}, got ${message.slot}`);
      generator.setLighting?.(lighting);
      const day = { data: slot.thumbnail, pts, discontinuity, ...(hasDetail ? { detail: slot.detail } : {}) };
      const { look, ...took } = await maker.make(day, smoothing);
      copyLookInto(look, slot.look);
      if (generator.card !== cardBefore) post({ type: 'described', ...describe(generator) });
      cardBefore = generator.card;
      const ran = runs;
      runs = [];
      post({ type: 'made', ...took, runs: ran, counts: counts() });
    } catch (error) {
      post({ type: 'failed', error: asNocturneError(error, 'infer').toJSON(), counts: counts() });
    }
  };

  let last: Promise<void> = Promise.resolve();
  /** Opens another generator while this one works, and changes between two frames. */
  const change = async (to: LookThreadOptions): Promise<void> => {
    let next: FallbackGenerator;
    try {
      next = await open(to);
    } catch (error) {
      post({ type: 'changed', error: asNocturneError(error, 'infer').toJSON() });
      return;
    }
    last = last.then(() => {
      const before = generator;
      fallbacks += before.fallbacks;
      generator = next;
      const fallback = next instanceof LadderGenerator ? next.last : undefined;
      void maker.change(next, fallback && { fallback }).then(() => before.close());
      cardBefore = next.card;
      post({ type: 'described', ...describe(next) });
      post({ type: 'changed', error: undefined });
    });
  };

  parentPort?.on('message', (message: ToLookThread) => {
    switch (message.type) {
      case 'make':
        last = last.then(() => make(message));
        break;
      case 'change':
        void change(message.options);
        break;
      case 'close':
        last = last.then(async () => {
          await generator.close();
          parentPort?.close();
        });
        break;
    }
  });
  post({ type: 'opened', ...describe(generator) });
} catch (error) {
  post({ type: 'failed', error: asNocturneError(error, 'infer').toJSON(), counts: NO_COUNTS });
}
