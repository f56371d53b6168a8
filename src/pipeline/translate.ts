import type { Controls } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import type { Generator } from '../infer/generator.js';
import type { FrameSource } from '../ingest/frame-source.js';
import type { Renderer } from '../render/renderer.js';
import type { Steadier } from '../temporal/steadier.js';
import type { StageTimes } from './stage-times.js';

/** Where night frames go: an encoder for viewers, a file. */
export interface NightSink {
  /** Takes the frame. Its work is in flight when this returns; one call at a time. */
  write(frame: Frame): Promise<void>;
}

/** The parts of one stream's journey, in the order in which a frame meets them. */
export interface Journey {
  readonly source: FrameSource;
  readonly generator: Generator;
  readonly steadier: Steadier;
  readonly renderer: Renderer;
  readonly sink: NightSink;
  /** The controls as they stand now; asked once a frame. */
  readonly controls: () => Controls;
  readonly times: StageTimes;
  /** Called after each frame that was handed to the sink. */
  readonly onFrame?: (frame: { readonly pts: number }) => void;
}

/**
 * Takes every frame of the source to the sink, turned into night: this is the product's whole story.
 * Resolves at the end of the source, or soon after the signal aborts; rejects with the first failure. Either way the sink
 * has then taken every frame given to it.
 * Closes nothing that it did not open.
 */
export async function translate(journey: Journey, signal: AbortSignal): Promise<void> {
  const { source, sink, times } = journey;
  let writing: Promise<void> = Promise.resolve();
  let waitingSince = performance.now();
  try {
    for await (const frame of source.frames(signal)) {
      times.add('wait', performance.now() - waitingSince);
      const pts = frame.pts;
      try {
        // While this blocks the thread, libav decodes the next frames and encodes the one before.
        await turnIntoNight(journey, frame, signal);
        await writing;
      } catch (error) {
        frame.close();
        throw error;
      }
      writing = write(sink, frame, times);
      writing.catch(() => undefined); // awaited above with the next frame, or below: never an unhandled rejection
      journey.onFrame?.({ pts });
      waitingSince = performance.now();
    }
  } catch (error) {
    await writing.catch(() => undefined); // the first failure is the one that is told
    throw error;
  }
  await writing;
}

async function turnIntoNight(journey: Journey, frame: Frame, signal: AbortSignal): Promise<void> {
  const { generator, steadier, renderer, times } = journey;
  const controls = journey.controls();
  const started = performance.now();
  const thumbnail = renderer.thumbnail(frame);
  const shrunk = performance.now();
  const look = await generator.translate(thumbnail, signal);
  const looked = performance.now();
  const steady = steadier.next(look, thumbnail, controls.smoothing);
  const steadied = performance.now();
  renderer.apply(steady, controls, frame);
  times.add('thumbnail', shrunk - started);
  times.add('look', looked - shrunk);
  times.add('steady', steadied - looked);
  times.add('apply', performance.now() - steadied);
}

async function write(sink: NightSink, frame: Frame, times: StageTimes): Promise<void> {
  const started = performance.now();
  await sink.write(frame);
  times.add('encode', performance.now() - started);
}
