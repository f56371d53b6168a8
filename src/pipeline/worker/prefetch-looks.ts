import { lightingOf, type Controls } from '../../core/controls.js';
import type { Frame } from '../../core/frame.js';
import type { Look } from '../../look/look.js';
import { DetailSchedule } from '../detail-schedule.js';
import type { LookResult } from '../look-thread-messages.js';
import { readThumbnail } from '../../render/read-thumbnail.js';
import { MAX_PENDING_LOOKS } from './look-thread-client.js';
import type { OpenStages } from './with-stages.js';

/** What {@link prefetchLooks} works with. */
interface PrefetchStages extends OpenStages {
  /** The current controls. */
  readonly controls: () => Controls;
}

/** A frame of the day with its look. */
export interface FrameWithLook {
  /** Given away: the consumer closes it. */
  readonly frame: Frame;
  /** Lent until the next frame is pulled. */
  readonly look: Look;
}

/** A pulled frame whose look the look thread is making. */
interface PendingFrame {
  readonly frame: Frame;
  readonly look: Promise<LookResult>;
}

/**
 * The source's frames, each with its look, in order. Requests the looks of the next frames early where those are ready, so
 * that the look thread works while the consumer renders: for two frames of a file, which keeps the generator busy; for one
 * frame of a live stream, and only once the current frame has its look, so that the newest frame is pulled as late as
 * possible. No frame waits for the one after it. Ends at the end of the source or when the signal aborts; throws as the
 * stages do, after the frames before the failure.
 */
export async function* prefetchLooks(
  stages: PrefetchStages,
  signal: AbortSignal,
): AsyncGenerator<FrameWithLook, void, undefined> {
  const { source } = stages;
  const frames = source.frames(signal)[Symbol.asyncIterator]();
  const pending: Promise<PendingFrame | undefined>[] = [];
  const details = new DetailSchedule();
  const request = (): Promise<PendingFrame | undefined> => requestLook(stages, frames, details);
  const prefetch = async (count: number): Promise<void> => {
    while (pending.length < count && source.isReady) {
      const next = request();
      pending.push(next);
      await next.catch(() => undefined); // a failure is thrown when it is this frame's turn
    }
  };
  try {
    for (;;) {
      const next = await (pending.shift() ?? request());
      if (!next) return;
      yield { frame: next.frame, look: await receiveLook(next, stages, prefetch) };
    }
  } finally {
    for (const next of pending) await discard(next);
    await frames.return?.();
  }
}

/** Awaits a frame's look; prefetches before and after. Closes the frame when it throws. */
async function receiveLook(
  { frame, look }: PendingFrame,
  { source, times }: PrefetchStages,
  prefetch: (count: number) => Promise<void>,
): Promise<Look> {
  try {
    const { isLive } = source.info;
    if (!isLive) await prefetch(MAX_PENDING_LOOKS - 1);
    const result = await look;
    if (result.lookMs !== undefined) times.add('look', result.lookMs);
    for (const { waitMs, runMs } of result.runs ?? []) {
      times.add('queue', waitMs);
      times.add('network', runMs);
    }
    times.add('steady', result.steadyMs);
    await prefetch(isLive ? 1 : MAX_PENDING_LOOKS);
    return result.look;
  } catch (error) {
    frame.close();
    throw error;
  }
}

/** Pulls a frame and requests its look; undefined at the end of the source. */
async function requestLook(
  stages: PrefetchStages,
  frames: AsyncIterator<Frame>,
  details: DetailSchedule,
): Promise<PendingFrame | undefined> {
  const { looks, controls, times } = stages;
  const pulled = await times.measureAsync('wait', () => frames.next());
  if (pulled.done === true) return undefined;
  const frame = pulled.value;
  try {
    const { smoothing, ...current } = controls();
    const isDetailDue = details.isDue(frame, smoothing) && looks.wantsDetail; // the generator may change
    const thumbnail = times.measure('thumbnail', () => readThumbnail(stages.renderer, frame, isDetailDue));
    const look = looks.make(thumbnail, smoothing, lightingOf(current));
    look.catch(() => undefined); // receiveLook or discard awaits it
    return { frame, look };
  } catch (error) {
    frame.close();
    throw error;
  }
}

/** Closes a frame that nobody will pull, once the look thread has finished with it. */
async function discard(pending: Promise<PendingFrame | undefined>): Promise<void> {
  const next = await pending.catch(() => undefined);
  await next?.look.catch(() => undefined);
  next?.frame.close();
}
