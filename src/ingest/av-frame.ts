import { Frame as AvFrame } from 'node-av/lib';

/** An AVFrame without buffers, for libav to fill. The caller frees it. */
export function allocateAvFrame(): AvFrame {
  const avFrame = new AvFrame();
  avFrame.alloc();
  return avFrame;
}
