import sharp from 'sharp';
import { extensionOf } from '../../image/image-extensions.js';
import { readImage } from '../../ingest/read-image.js';
import type { Store } from '../store/store.js';

/** What the pixels of an image say: `unsure` of an image of one colour, and of one that cannot be read. */
export type ContentVerdict = 'image' | 'labelImage' | 'unsure';

/** Formats that hold floating-point depth, disparity or flow in data sets. */
const MEASURED_EXTENSIONS = ['.pfm', '.phm', '.exr'];
/** Formats whose compression blurs hard edges: an index image is none of them. */
const LOSSY_EXTENSIONS = ['.jpg', '.jpeg', '.jfif', '.avif', '.heic', '.heif', '.hif'];
/** Formats that sharp reads; the others are read through libav. */
const SHARP_EXTENSIONS = ['.png', '.apng', '.tif', '.tiff', '.webp'];

// Shares of pixels, from 38 CamVid masks (0.956 and more; 12 values at most) and 560 day and night frames, as RGB, as grey and as palettes of
// 64 colours (0.89 at most, a night that is nearly black).
/** An index image has hard edges between flat areas: this share of pixels at least has the colour of its left neighbour ... */
const MIN_FLAT = 0.9;
/** ... and few colours; */
const MAX_COLORS = 64;
/** or more colours, as instance ids and softened edges have, and flatter areas. */
const MIN_VERY_FLAT = 0.955;
const MAX_MANY_COLORS = 1024;
/** 16-bit depth: pixels without a measurement, or areas that are smooth to this share of the range. */
const MIN_UNMEASURED = 0.05;
const MIN_SMOOTH = 0.6;
const SMOOTH_STEP = 0.003;

/** Whether the format alone decides, by the extension. */
export function verdictOfFormat(path: string): ContentVerdict | undefined {
  if (MEASURED_EXTENSIONS.includes(extensionOf(path))) return 'labelImage';
  return LOSSY_EXTENSIONS.includes(extensionOf(path)) ? 'image' : undefined;
}

/** Judges an image by its pixels: an index or colour mask has few colours in flat areas with hard edges; depth has one 16-bit channel. */
export async function verdictOfContent(store: Store, path: string): Promise<ContentVerdict> {
  try {
    const pixels = await readPixels(store, path);
    return pixels.is16Bit && pixels.channels === 1 && isDepth(pixels) ? 'labelImage' : verdictOfColors(pixels);
  } catch {
    return 'unsure'; // whoever makes its night reports why it cannot be read
  }
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly is16Bit: boolean;
  /** `[height, width, channels]` */
  readonly data: Uint8Array | Uint16Array;
}

async function readPixels(store: Store, path: string): Promise<Pixels> {
  if (!SHARP_EXTENSIONS.includes(extensionOf(path))) {
    const { image } = await store.withLocalFile(path, (localPath) => readImage(localPath));
    return { width: image.width, height: image.height, channels: 3, is16Bit: false, data: image.data };
  }
  const input = sharp(await store.read(path), { failOn: 'error' });
  const { depth, channels: all, hasAlpha } = await input.metadata();
  const is16Bit = depth === 'ushort';
  const isGrey = all - (hasAlpha ? 1 : 0) === 1;
  const opaque = (hasAlpha ? input.removeAlpha() : input).toColourspace(
    isGrey ? (is16Bit ? 'grey16' : 'b-w') : is16Bit ? 'rgb16' : 'srgb',
  );
  const { data, info } = await opaque
    .raw({ depth: is16Bit ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const values = is16Bit ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return { width: info.width, height: info.height, channels: info.channels, is16Bit, data: values };
}

function verdictOfColors({ width, height, channels, data }: Pixels): ContentVerdict {
  const colors = new Set<number>();
  let same = 0;
  for (let y = 0; y < height; y++) {
    let left = -1;
    for (let x = 0; x < width; x++) {
      let color = 0;
      for (let c = 0, at = (y * width + x) * channels; c < channels; c++) color = color * 65_536 + (data[at + c] ?? 0);
      if (color === left) same++;
      else if (colors.size <= MAX_MANY_COLORS) colors.add(color);
      left = color;
    }
  }
  if (colors.size < 2) return 'unsure';
  const flat = same / Math.max(1, height * (width - 1));
  const isIndex = flat >= MIN_FLAT && colors.size <= MAX_COLORS;
  return isIndex || (flat >= MIN_VERY_FLAT && colors.size <= MAX_MANY_COLORS) ? 'labelImage' : 'image';
}

function isDepth({ width, height, data }: Pixels): boolean {
  const sorted = data.toSorted();
  const range = (sorted[Math.floor(sorted.length * 0.99)] ?? 0) - (sorted[Math.floor(sorted.length * 0.01)] ?? 0);
  const unmeasured = sorted.findIndex((value) => value > 0);
  if (unmeasured >= sorted.length * MIN_UNMEASURED) return true;
  let smooth = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 1; x < width; x++) {
      const at = y * width + x;
      if (Math.abs((data[at] ?? 0) - (data[at - 1] ?? 0)) <= range * SMOOTH_STEP) smooth++;
    }
  }
  return smooth >= height * (width - 1) * MIN_SMOOTH;
}
