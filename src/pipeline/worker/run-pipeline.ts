import type { Controls } from '../../core/controls.js';
import type { FrameSink } from '../../core/frame-sink.js';
import type { Frame } from '../../core/frame.js';
import type { Look } from '../../look/look.js';
import { prefetchLooks } from './prefetch-looks.js';
import type { OpenStages } from './with-stages.js';
import { writeBehind } from './write-behind.js';

/** All stages of one stream. */
export interface PipelineStages extends OpenStages {
  readonly sink: FrameSink;
  /** The current controls; read twice a frame. */
  readonly controls: () => Controls;
  /** Called once a look was applied to a frame, and awaited; both are lent. */
  readonly onApplied?: (frame: Frame, look: Look) => Promise<void>;
  /** Called after each frame that the sink took. */
  readonly onFrame?: () => void;
}

/**
 * Turns every frame of the source into night and passes it to the sink: the product's whole story.
 * Resolves at the end of the source, or soon after the signal aborts; rejects with the first failure. The sink has then
 * finished with every frame passed to it. Closes no stage.
 */
export async function runPipeline(stages: PipelineStages, signal: AbortSignal): Promise<void> {
  await writeBehind(nightFrames(stages, signal), stages);
}

/** The frames at night, in order; the caller closes them. While this thread renders, libav decodes the next and encodes the previous ones. */
async function* nightFrames(stages: PipelineStages, signal: AbortSignal): AsyncGenerator<Frame, void> {
  const { looks, renderer, controls, times, onApplied } = stages;
  for await (const { frame, look } of prefetchLooks(stages, signal)) {
    try {
      const started = performance.now();
      const rendering = renderer.apply(look, dialsFor(looks, controls()), frame, grainOf(looks));
      if (rendering) await rendering; // on a GPU; on the CPU the frame is rendered
      times.add('apply', performance.now() - started);
      await onApplied?.(frame, look);
    } catch (error) {
      frame.close();
      throw error;
    }
    yield frame;
  }
}

/** The controls for the generator of now: one that lights the own headlights itself needs no fixed beam. */
function dialsFor({ lightsRoad }: OpenStages['looks'], controls: Controls): Controls {
  return lightsRoad ? { ...controls, headlights: 0 } : controls;
}

/** The grain of the generator of now. */
function grainOf({ grain }: OpenStages['looks']): { readonly sigma: NonNullable<typeof grain> } | undefined {
  return grain && { sigma: grain };
}
