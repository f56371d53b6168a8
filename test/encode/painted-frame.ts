import { Frame } from '../../src/core/frame.js';
import type { FrameOptions } from '../../src/core/frame.js';
import { fromSeconds, micros } from '../../src/core/time.js';

/** A frame with a bar that moves with its pts, so that every frame differs from the one before. */
export function paintedFrame(options: Partial<FrameOptions> = {}): Frame {
  const frame = Frame.allocate({
    width: 320,
    height: 240,
    pts: micros(0),
    duration: fromSeconds(1 / 30),
    color: { matrix: 'bt601', range: 'limited' },
    capturedAt: micros(1_700_000_000_000_000 + (options.pts ?? 0)),
    ...options,
  });
  const { width, height } = frame;
  const bar = Math.floor(frame.pts / 10_000) % width;
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < width; x++) frame.y[row * width + x] = 40 + ((x + row) % 150);
    frame.y.fill(220, row * width + bar, row * width + Math.min(width, bar + 16));
  }
  return frame;
}
