import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { Color } from '../../src/core/color.js';
import { Frame } from '../../src/core/frame.js';
import { micros } from '../../src/core/time.js';
import { JpegEncoder } from '../../src/encode/av-jpeg-encoder.js';
import { paintedFrame } from './painted-frame.js';

/** A frame of one colour, given as code values. */
function plainFrame(color: Color, [y, u, v]: readonly [number, number, number]): Frame {
  const frame = Frame.allocate({
    ...{ width: 64, height: 32, color, pts: micros(7), duration: micros(0), capturedAt: micros(9) },
  });
  frame.y.fill(y);
  frame.u.fill(u);
  frame.v.fill(v);
  return frame;
}

// Red of R 200, G 40, B 30, as H.273 writes it in each matrix and range.
it.each([
  [{ matrix: 'bt709', range: 'limited' }, [79, 108, 199]],
  [{ matrix: 'bt601', range: 'limited' }, [90, 100, 199]],
  [{ matrix: 'bt601', range: 'full' }, [87, 96, 209]],
] as const)('keeps the colour of %o', async (color, code) => {
  using encoder = new JpegEncoder();
  using frame = plainFrame(color, code);
  const { data, pts, capturedAt } = await encoder.encode(frame);
  expect([pts, capturedAt]).toEqual([7, 9]);
  const { data: rgb, info } = await sharp(data).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 64, height: 32, channels: 3 });
  for (const [i, value] of [200, 40, 30].entries()) expect(Math.abs(rgb[i]! - value)).toBeLessThan(8);
});

it('encodes one frame after the other, also of another size, and no two at a time', async () => {
  using encoder = new JpegEncoder();
  const sizes = [];
  for (const width of [320, 320, 160]) {
    using frame = paintedFrame({ width, pts: micros(width) });
    const image = encoder.encode(frame);
    await expect(encoder.encode(frame)).rejects.toThrow(TypeError);
    sizes.push((await sharp((await image).data).metadata()).width);
  }
  expect(sizes).toEqual([320, 320, 160]);
});
