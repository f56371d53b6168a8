import { rgbToYuv, yuvToRgb } from '../../image/color-matrix.js';
import type { RgbImage } from '../../image/rgb-image.js';
import type { YuvPlanes } from '../../look/fit/look-fitter.js';
import type { NetworkTensor } from '../network-session.js';
import type { ImagePort } from './image-card.js';

/** Places of R, G and B among a port's channels. */
function placesOf({ colors }: ImagePort): readonly [red: number, green: number, blue: number] {
  return colors === 'RGB' ? [0, 1, 2] : [2, 1, 0];
}

/** Steps from one channel and from one pixel to the next. */
function stepsOf({ layout }: ImagePort, pixels: number): readonly [channel: number, pixel: number] {
  return layout === 'NCHW' ? [pixels, 1] : [1, 3];
}

/** The shape of one image for a port. */
export function imageShape({ layout }: Pick<ImagePort, 'layout'>, width: number, height: number): number[] {
  return layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
}

/**
 * An image as the tensor that a port takes; colours outside sRGB are clamped. Copies.
 * @param out memory for the tensor, used where it has its length.
 */
export function toTensor({ width, height, data: yuv }: YuvPlanes, port: ImagePort, out?: Float32Array): NetworkTensor {
  const pixels = width * height;
  const data = out?.length === 3 * pixels ? out : new Float32Array(3 * pixels);
  const [, , redV, , greenU, greenV, , blueU] = yuvToRgb('bt709');
  const [channel, pixel] = stepsOf(port, pixels);
  const [red, green, blue] = placesOf(port).map((place) => place * channel) as [number, number, number]; // three in, three out
  const [black, white] = port.range;
  const scale = white - black;
  for (let i = 0, at = 0; i < pixels; i++, at += pixel) {
    const y = yuv[i] ?? 0;
    const u = yuv[pixels + i] ?? 0;
    const v = yuv[2 * pixels + i] ?? 0;
    data[red + at] = black + scale * clamp(y + redV * v);
    data[green + at] = black + scale * clamp(y + greenU * u + greenV * v);
    data[blue + at] = black + scale * clamp(y + blueU * u);
  }
  return { data, shape: imageShape(port, width, height) };
}

/** Columns and rows of an output tensor; undefined where it is no image of three channels. */
export function sizeOfTensor({ shape }: NetworkTensor, port: ImagePort): { width: number; height: number } | undefined {
  const [batch, ...rest] = shape;
  const [channels, height, width] = port.layout === 'NCHW' ? rest : [rest[2], rest[0], rest[1]];
  if (batch !== 1 || channels !== 3 || rest.length !== 3 || height === undefined || width === undefined)
    return undefined;
  return { width, height };
}

/** An output tensor as an image, colours clamped to black and white. Copies. Throws RangeError for a tensor that is no image. */
export function fromTensor(tensor: NetworkTensor, port: ImagePort): YuvPlanes {
  const { width, height } = checkedSize(tensor, port);
  const pixels = width * height;
  const out = new Float32Array(3 * pixels);
  const [yr, yg, yb, ur, ug, ub, vr, vg, vb] = rgbToYuv('bt709');
  readPixels(tensor, port, pixels, (i, r, g, b) => {
    out[i] = yr * r + yg * g + yb * b;
    out[pixels + i] = ur * r + ug * g + ub * b;
    out[2 * pixels + i] = vr * r + vg * g + vb * b;
  });
  return { width, height, data: out };
}

/**
 * An output tensor as an image of bytes. Copies. Throws RangeError for a tensor that is no image.
 * @param out memory for the image, used where it has its length.
 */
export function toImage(tensor: NetworkTensor, port: ImagePort, out?: Uint8Array): RgbImage {
  const { width, height } = checkedSize(tensor, port);
  const length = 3 * width * height;
  const data = out?.length === length ? out : new Uint8Array(length);
  readPixels(tensor, port, width * height, (i, r, g, b) => {
    data[3 * i] = 255 * r + 0.5;
    data[3 * i + 1] = 255 * g + 0.5;
    data[3 * i + 2] = 255 * b + 0.5;
  });
  return { width, height, data };
}

function readPixels(
  { data }: NetworkTensor,
  port: ImagePort,
  pixels: number,
  use: (pixel: number, red: number, green: number, blue: number) => void,
): void {
  const [channel, pixel] = stepsOf(port, pixels);
  const [red, green, blue] = placesOf(port).map((place) => place * channel) as [number, number, number]; // three in, three out
  const [black, white] = port.range;
  const scale = 1 / (white - black);
  for (let i = 0, at = 0; i < pixels; i++, at += pixel) {
    use(
      i,
      clamp(scale * ((data[red + at] ?? 0) - black)),
      clamp(scale * ((data[green + at] ?? 0) - black)),
      clamp(scale * ((data[blue + at] ?? 0) - black)),
    );
  }
}

function checkedSize(tensor: NetworkTensor, port: ImagePort): { width: number; height: number } {
  const size = sizeOfTensor(tensor, port);
  if (!size)
    throw new RangeError(`output ${port.name} must be one ${port.layout} image, got [${tensor.shape.join(', ')}]`);
  return size;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
