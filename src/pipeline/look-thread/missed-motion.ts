import type { Thumbnail } from '../../image/thumbnail.js';
import type { Generator } from '../../infer/generator.js';
import type { Motion } from '../../temporal/motion.js';

/** Most frames that are kept, five seconds at 25 a second: a generator that misses more starts to track again. */
const MAX_FRAMES = 128;

/** A frame that a generator has not been shown. */
interface MissedFrame {
  readonly pts: Thumbnail['pts'];
  readonly motion: Motion | undefined;
  readonly seconds: number;
}

/** The motion of frames that pass while a generator makes a look: it tracks what it sees, so it is shown them once the look is made. */
export class MissedMotion {
  #frames: MissedFrame[] = [];

  /** Copies the motion. */
  add({ pts }: Thumbnail, motion: Motion | undefined, seconds: number): void {
    if (this.#frames.length >= MAX_FRAMES) this.#frames = [{ pts, motion: undefined, seconds: 0 }];
    else this.#frames.push({ pts, motion: motion && copyOf(motion), seconds });
  }

  /** Announces the frames to the generator, in order. */
  show(generator: Generator): void {
    const data = new Float32Array(0);
    for (const { pts, motion, seconds } of this.#frames) {
      generator.advance?.({ data, pts, discontinuity: false }, motion, seconds);
    }
    this.clear();
  }

  clear(): void {
    this.#frames = [];
  }
}

function copyOf(motion: Motion): Motion {
  const { backward, forward, confidence, coarse } = motion;
  return {
    ...motion,
    backward: backward.slice(),
    forward: forward.slice(),
    confidence: confidence.slice(),
    coarse: { backward: coarse.backward.slice(), confidence: coarse.confidence.slice() },
  };
}
