import type { FrameSink } from '../../core/frame-sink.js';
import type { Frame } from '../../core/frame.js';
import type { StageTimes } from '../stage-times.js';

/** Where {@link writeBehind} writes. */
export interface WriteBehindOptions {
  readonly sink: FrameSink;
  readonly times: StageTimes;
  /** Called after each frame that the sink took. */
  readonly onFrame?: (() => void) | undefined;
}

/**
 * Passes frames to a sink, which takes them; each is written while the next one is made. Resolves at the end of the frames; rejects with the
 * first failure. The sink has then finished with every frame passed to it.
 */
export async function writeBehind(
  frames: AsyncIterable<Frame>,
  { sink, times, onFrame }: WriteBehindOptions,
): Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const frame of frames) {
      try {
        await writing;
      } catch (error) {
        frame.close();
        throw error;
      }
      writing = times.measureAsync('encode', () => sink.write(frame));
      writing.catch(() => undefined); // awaited with the next frame or below; never an unhandled rejection
      onFrame?.();
    }
  } catch (error) {
    await writing.catch(() => undefined); // the first failure is the one reported
    throw error;
  }
  await writing;
}
