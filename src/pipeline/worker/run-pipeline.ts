import type { Controls } from '../../core/controls.js';
import type { Frame } from '../../core/frame.js';
import type { FrameSink } from '../../core/frame-sink.js';
import type { Look } from '../../look/look.js';
import type { FrameSource } from '../../ingest/frame-source.js';
import type { Renderer } from '../../render/renderer.js';
import type { MadeLook } from '../look-thread/look-maker.js';
import { LOOKS_AHEAD, type LookThread } from '../look-thread/look-thread.js';
import type { StageTimes } from '../stage-times.js';

/** The parts of one stream's journey, in the order in which a frame meets them. */
export interface Journey {
  readonly source: FrameSource;
  readonly looks: LookThread;
  readonly renderer: Renderer;
  readonly sink: FrameSink;
  /** The controls as they stand now; asked once a frame. */
  readonly controls: () => Controls;
  readonly times: StageTimes;
  /** Called after each frame that was handed to the sink. */
  readonly onFrame?: (frame: { readonly pts: number }) => void;
}

/** A frame of the day whose look is being made. */
interface DayFrame {
  readonly frame: Frame;
  /** Its look is lent until {@link LOOKS_AHEAD} more frames and one were begun. */
  readonly look: Promise<MadeLook>;
}

/**
 * Takes every frame of the source to the sink, turned into night: this is the product's whole story.
 * The looks of the next frames are begun early where those lie ready, and made by the generator's thread while this one
 * is busy: of two in a file, so that the generator never rests; of one in a live stream, and only once this frame has its
 * own, so that the newest is pulled as late as can be. No frame waits for the one behind it.
 * Resolves at the end of the source, or soon after the signal aborts; rejects with the first failure. Either way the sink
 * has then taken every frame given to it.
 * Closes nothing that it did not open.
 */
export async function translate(journey: Journey, signal: AbortSignal): Promise<void> {
  const { source, sink, times } = journey;
  const frames = source.frames(signal)[Symbol.asyncIterator]();
  const begun: Promise<DayFrame | undefined>[] = [];
  let writing: Promise<void> = Promise.resolve();
  const beginReady = async (count: number): Promise<void> => {
    while (begun.length < count && source.isReady) {
      const next = beginLook(journey, frames);
      begun.push(next);
      await next.catch(ignore); // a failure is told when its turn comes
    }
  };
  try {
    for (;;) {
      const day = await (begun.shift() ?? beginLook(journey, frames));
      if (!day) break;
      const { frame } = day;
      const { pts } = frame;
      try {
        const { isLive } = source.info;
        if (!isLive) await beginReady(LOOKS_AHEAD - 1);
        const { look, lookMs, steadyMs } = await day.look;
        if (lookMs !== undefined) times.add('look', lookMs);
        times.add('steady', steadyMs);
        await beginReady(isLive ? 1 : LOOKS_AHEAD);
        // While this keeps the thread busy, libav decodes the next frames and encodes the one before.
        applyLook(journey, look, frame);
        await writing;
      } catch (error) {
        frame.close();
        throw error;
      }
      writing = write(sink, frame, times);
      writing.catch(ignore); // awaited above with the next frame, or below: never an unhandled rejection
      journey.onFrame?.({ pts });
    }
  } catch (error) {
    for (const next of begun) await giveUp(next);
    await writing.catch(ignore); // the first failure is the one that is told
    throw error;
  } finally {
    await frames.return?.();
  }
  await writing;
}

/** Pulls a frame and sets its look going; undefined at the end. */
async function beginLook(
  { looks, renderer, controls, times }: Journey,
  frames: AsyncIterator<Frame>,
): Promise<DayFrame | undefined> {
  const waitingSince = performance.now();
  const pulled = await frames.next();
  if (pulled.done === true) return undefined;
  const frame = pulled.value;
  try {
    const started = performance.now();
    const thumbnail = renderer.thumbnail(frame);
    times.add('wait', started - waitingSince);
    times.add('thumbnail', performance.now() - started);
    const look = looks.make(thumbnail, controls().smoothing);
    look.catch(ignore); // told to translate or giveUp, which await it
    return { frame, look };
  } catch (error) {
    frame.close();
    throw error;
  }
}

/** Closes a frame whose look was begun, once nobody works on it. */
async function giveUp(begun: Promise<DayFrame | undefined>): Promise<void> {
  const day = await begun.catch(ignore);
  await day?.look.catch(ignore);
  day?.frame.close();
}

function applyLook({ renderer, controls, times }: Journey, look: Look, frame: Frame): void {
  const started = performance.now();
  renderer.apply(look, controls(), frame);
  times.add('apply', performance.now() - started);
}

async function write(sink: FrameSink, frame: Frame, times: StageTimes): Promise<void> {
  const started = performance.now();
  await sink.write(frame);
  times.add('encode', performance.now() - started);
}

function ignore(): void {
  // Told elsewhere.
}
