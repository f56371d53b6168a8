import { Frame as AvFrame } from 'node-av/lib';

/** An AVFrame without buffers, for libav to fill. The caller frees it. */
export function allocateAvFrame(): AvFrame {
  const avFrame = new AvFrame();
  avFrame.alloc();
  return avFrame;
}

/** Frees an AVFrame and its buffers at once: with node-av 6.1's `free` alone, they wait for the garbage collector. */
export function freeAvFrame(avFrame: AvFrame): void {
  avFrame.unref();
  avFrame.free();
}
