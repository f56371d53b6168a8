import { AV_PICTURE_TYPE_B, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Frame as AvFrame } from 'node-av/lib';
import { Frame } from '../../src/core/frame.js';

/** The same frame as from libav's decoder. */
export function nativeFrame(plain: Frame): Frame {
  const native = new AvFrame();
  native.alloc();
  native.width = plain.width;
  native.height = plain.height;
  native.format = AV_PIX_FMT_YUV420P;
  native.getBuffer(0);
  native.pictType = AV_PICTURE_TYPE_B; // a decoded frame's type, which the encoder must ignore
  const [y, u, v] = native.data!;
  const [strideY = 0, strideU = 0, strideV = 0] = native.linesize;
  for (let row = 0; row < plain.height; row++)
    y!.set(plain.y.subarray(row * plain.width).subarray(0, plain.width), row * strideY);
  u!.fill(128);
  v!.fill(128);
  const { width, height, pts, duration, color, sampleAspect, capturedAt } = plain;
  plain.close();
  return new Frame({
    ...{ width, height, pts, duration, color, sampleAspect, capturedAt, native },
    ...{ y: y!, u: u!, v: v!, strides: [strideY, strideU, strideV] },
    release: () => native.free(),
  });
}
