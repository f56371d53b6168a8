import { FrameDecoder } from './frame-decoder.js';
import type { CreatePlayer } from './video-player.js';

/** Plays with WebCodecs: the lowest latency, in secure contexts only. */
export const createWebCodecsPlayer: CreatePlayer = (renderer, events) => {
  const decoder: FrameDecoder = new FrameDecoder({
    onFrame: (frame, times) => {
      if (times.isBacklog && decoder.queueSize > 0) renderer.discard(frame);
      else renderer.render(frame, times);
    },
    onKeyframeNeeded: () => events.onKeyframeNeeded(),
    onUnsupported: (codec) => events.onUnsupported(codec),
  });
  return decoder;
};
