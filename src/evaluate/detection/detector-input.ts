import { resizeRgb } from '../../image/resize-rgb.js';
import type { RgbImage } from '../../image/rgb-image.js';
import type { Detection } from './detection.js';

/** How an image fits the input. `letterbox` and `corner` keep its aspect and fill the rest with grey; `own`: its own size. */
export const FITS = ['letterbox', 'corner', 'stretch', 'own'] as const;
/** Values of float32 inputs: 0 to 1, 0 to 255, -1 to 1, or 0 to 1 less ImageNet's means and over its deviations. */
export const VALUES = ['unit', 'byte', 'signed', 'imagenet'] as const;
/** Order of the channels. */
export const COLORS = ['rgb', 'bgr'] as const;

/** How a detector wants its images. */
export interface Preprocessing {
  readonly fit: (typeof FITS)[number];
  readonly values: (typeof VALUES)[number];
  readonly colors: (typeof COLORS)[number];
}

/** Width and height, pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The image input of a detector. */
export interface DetectorInput {
  readonly name: string;
  readonly type: 'float32' | 'uint8';
  readonly layout: 'NCHW' | 'NHWC';
  /** Whether its shape starts with a batch of 1. */
  readonly hasBatch: boolean;
  /** Undefined: any. */
  readonly size: Size | undefined;
}

/** An image as a detector's input, and where it lies in it. */
export interface PreparedImage {
  /** In the order of {@link dims}. */
  readonly data: Float32Array | Uint8Array;
  readonly dims: readonly number[];
  /** Size of the input. */
  readonly size: Size;
  /** Place of the image in the input, pixels of the input. */
  readonly left: number;
  readonly top: number;
  /** Input pixels for each pixel of the image. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/** The grey around letterboxed images in YOLO's own code. */
const PADDING = 114;
const IMAGENET_MEANS = [0.485, 0.456, 0.406];
const IMAGENET_DEVIATIONS = [0.229, 0.224, 0.225];

/** Resizes an image to a detector's input and converts it. Copies. @param size of the input, unless the fit is `own`. */
export function prepareImage(
  image: RgbImage,
  input: Pick<DetectorInput, 'type' | 'layout' | 'hasBatch'>,
  size: Size,
  preprocessing: Preprocessing,
): PreparedImage {
  const place = placeOf(image, size, preprocessing.fit);
  const resized =
    place.inner.width === image.width && place.inner.height === image.height
      ? image
      : resizeRgb(image, place.inner.width, place.inner.height);
  const { width, height } = place.size;
  const isPlanar = input.layout === 'NCHW';
  const plane = width * height;
  const data = input.type === 'uint8' ? new Uint8Array(3 * plane) : new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const from = preprocessing.colors === 'bgr' ? 2 - channel : channel;
    const values = valuesOf(input.type === 'uint8' ? 'byte' : preprocessing.values, from);
    const step = isPlanar ? 1 : 3;
    const start = isPlanar ? channel * plane : channel;
    const padding = values[PADDING] ?? 0;
    for (let i = 0, at = start; i < plane; i++, at += step) data[at] = padding;
    for (let y = 0; y < resized.height; y++) {
      let at = start + step * ((y + place.top) * width + place.left);
      let pixel = 3 * y * resized.width + from;
      for (let x = 0; x < resized.width; x++, at += step, pixel += 3) data[at] = values[resized.data[pixel] ?? 0] ?? 0;
    }
  }
  const dims = isPlanar ? [3, height, width] : [height, width, 3];
  const { left, top } = place;
  return {
    data,
    dims: input.hasBatch ? [1, ...dims] : dims,
    size: place.size,
    left,
    top,
    scaleX: resized.width / image.width,
    scaleY: resized.height / image.height,
  };
}

/** A detection in pixels of the input as one in pixels of the image, cut at its edges. */
export function toImage(detection: Detection, prepared: PreparedImage, image: Size): Detection {
  const { left, top, scaleX, scaleY } = prepared;
  const bounded = (value: number, max: number): number => Math.min(max, Math.max(0, value));
  const x = bounded((detection.x - left) / scaleX, image.width);
  const y = bounded((detection.y - top) / scaleY, image.height);
  const right = bounded((detection.x + detection.width - left) / scaleX, image.width);
  const bottom = bounded((detection.y + detection.height - top) / scaleY, image.height);
  return { ...detection, x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

interface Place {
  readonly size: Size;
  /** Size of the resized image. */
  readonly inner: Size;
  readonly left: number;
  readonly top: number;
}

function placeOf(image: Size, size: Size, fit: Preprocessing['fit']): Place {
  const own = { width: image.width, height: image.height };
  if (fit === 'own') return { size: own, inner: own, left: 0, top: 0 };
  if (fit === 'stretch') return { size, inner: size, left: 0, top: 0 };
  const scale = Math.min(size.width / image.width, size.height / image.height);
  const inner = {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
  };
  if (fit === 'corner') return { size, inner, left: 0, top: 0 };
  const margin = (total: number, used: number): number => Math.round((total - used) / 2 - 0.1); // as YOLOv5 and later round
  return { size, inner, left: margin(size.width, inner.width), top: margin(size.height, inner.height) };
}

/** The value of each byte of a channel. */
function valuesOf(values: Preprocessing['values'], channel: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => {
    switch (values) {
      case 'unit':
        return byte / 255;
      case 'byte':
        return byte;
      case 'signed':
        return byte / 127.5 - 1;
      case 'imagenet':
        return (byte / 255 - (IMAGENET_MEANS[channel] ?? 0)) / (IMAGENET_DEVIATIONS[channel] ?? 1);
    }
  });
}
