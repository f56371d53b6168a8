import { readFile } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { NocturneError } from '../core/errors.js';
import { readFailure } from './image-file.js';
import type { RgbImage } from './rgb-image.js';
import { checkImageSize } from './size-limits.js';
import { encodeTiff, type PixelData } from './tiff.js';

/** Words for changes that another reader makes too. */
export const FIRST_ONLY = 'only the first of several frames or pages is read';
export const ROTATED = 'rotated upright';
export const DAMAGED = 'incomplete or damaged: read as far as it goes';

/** An image file's pixels as 8-bit sRGB. */
export interface DecodedImage {
  readonly image: RgbImage;
  /** What reading it changed or left out, one line each: the same words for the same change. */
  readonly changes: readonly string[];
}

/**
 * Reads an image file that sharp decodes (JPEG, PNG, WebP, TIFF, AVIF, GIF; by content), at its own size: upright, in sRGB,
 * 8 bit, transparency over black, the first frame or page of several. A damaged file is read as far as it goes.
 * Throws NocturneError INPUT_NOT_FOUND, INPUT_NO_PERMISSION, INPUT_NOT_VIDEO, or INPUT_UNSUPPORTED for one that is too large.
 */
export async function decodeImage(path: string): Promise<DecodedImage> {
  try {
    return await decode(await readFile(path), path);
  } catch (error) {
    throw error instanceof NocturneError ? error : await readFailure(path, error);
  }
}

/** The same for pixels that another library has decoded: one way for depth, profile and alpha. @param label for errors. */
export async function convertPixels(pixels: PixelData, label: string): Promise<DecodedImage> {
  return decode(encodeTiff(pixels), label);
}

async function decode(file: Buffer, label: string): Promise<DecodedImage> {
  const metadata = await open(file, 'none').metadata();
  checkImageSize(metadata.autoOrient.width, metadata.autoOrient.height, label);
  if (!KNOWN_DEPTHS.includes(metadata.depth)) throw unsupported(`${label} has samples of type ${metadata.depth}.`);
  const isFloat = isFloatDepth(metadata.depth);
  // libvips 8.18 reads grey floating point as code values, RGB as linear light, which files hold.
  if (isFloat && metadata.channels < 3) return decode(await greyToRgb(file, metadata), label);
  const changes = changesOf(metadata, isFloat);
  const { image, isTransparent, isDamaged } = await toRgb(file);
  if (isTransparent) changes.push('transparent parts became black');
  if (isDamaged) changes.push(DAMAGED);
  return { image, changes };
}

const KNOWN_DEPTHS: readonly string[] = ['uchar', 'ushort', 'float', 'double'];

function changesOf({ depth, space, icc, orientation = 1, pages = 1 }: Metadata, isFloat: boolean): string[] {
  return [
    ...(pages > 1 ? [FIRST_ONLY] : []),
    ...(orientation > 1 ? [ROTATED] : []),
    ...(space === 'cmyk' ? ['converted from CMYK to sRGB'] : []),
    ...(icc && space !== 'cmyk' && !isSrgbProfile(icc) ? ['converted from its colour profile to sRGB'] : []),
    ...(depth === 'ushort' ? ['converted from 16 bit to 8 bit'] : []),
    ...(isFloat ? ['converted from linear floating point to 8-bit sRGB'] : []),
  ];
}

/** True for a profile whose description says sRGB, in ASCII or UTF-16. */
export function isSrgbProfile(icc: Buffer): boolean {
  return icc.includes('sRGB') || icc.includes(Buffer.from('sRGB', 'utf16le').swap16());
}

async function toRgb(file: Buffer): Promise<{ image: RgbImage; isTransparent: boolean; isDamaged: boolean }> {
  try {
    return { ...flatten(await toSrgb(open(file, 'error'))), isDamaged: false };
  } catch (error) {
    const found = { ...flatten(await toSrgb(open(file, 'none'))), isDamaged: true };
    if (found.image.data.every((value) => value === 0)) throw error; // not one pixel could be decoded
    return found;
  }
}

interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Buffer;
}

async function toSrgb(image: Sharp): Promise<RawImage> {
  const raw = image.autoOrient().toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data };
}

/** Multiplies by alpha, which lays transparent parts over black. */
function flatten({ width, height, channels, data }: RawImage): { image: RgbImage; isTransparent: boolean } {
  if (channels === 3) return { image: { width, height, data }, isTransparent: false };
  if (channels !== 4) throw new Error(`expected 3 or 4 channels, got ${channels}`);
  const rgb = new Uint8Array(3 * width * height);
  let isTransparent = false;
  for (let i = 0; i < width * height; i++) {
    const alpha = data[4 * i + 3] ?? 0;
    isTransparent ||= alpha < 255;
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.round(((data[4 * i + c] ?? 0) * alpha) / 255);
  }
  return { image: { width, height, data: rgb }, isTransparent };
}

/** A grey floating-point image, with or without alpha, as a TIFF in RGB. */
async function greyToRgb(file: Buffer, { orientation }: Metadata): Promise<Buffer> {
  const raw = open(file, 'none').toColourspace('b-w').raw({ depth: 'float' });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const grey = new Float32Array(data.buffer, data.byteOffset, width * height * channels);
  const out = new Float32Array(width * height * (channels + 2));
  for (let i = 0; i < width * height; i++) {
    const at = i * (channels + 2);
    out.fill(grey[i * channels] ?? 0, at, at + 3);
    if (channels === 2) out[at + 3] = grey[i * channels + 1] ?? 0;
  }
  return encodeTiff({ width, height, channels: channels === 2 ? 4 : 3, samples: out, orientation: orientation ?? 1 });
}

function open(file: Buffer, failOn: 'none' | 'error'): Sharp {
  return sharp(file, { failOn, limitInputPixels: false });
}

function isFloatDepth(depth: string): boolean {
  return depth === 'float' || depth === 'double';
}

function unsupported(message: string): NocturneError {
  const remedy = 'Convert it to PNG or JPEG.';
  return new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message, remedy });
}
