import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { NocturneError } from '../../core/errors.js';
import { firstLine } from '../../core/first-line.js';
import type { Frame } from '../../core/frame.js';
import { DAMAGED, FIRST_ONLY, isSrgbProfile } from '../../image/decode-image.js';
import { imageSignatureOf, type ImageKind } from '../../image/image-kind.js';
import { padToEven, rgbToFrame } from '../../image/rgb-image.js';
import { checkImageSize } from '../../image/size-limits.js';
import { isDecodedBySharp, readImage } from '../../ingest/read-image.js';
import { readTags, type ImageTags } from './image-tags.js';
import { Orientation } from './orientation.js';
import { isLosslessWebp } from './webp-tags.js';

/** An image of a set, as its night needs it. Its frame is closed by whoever reads it. */
export interface DayImage {
  /** Upright, sides padded to even ones, BT.709 full range. */
  readonly frame: Frame;
  /** How its file stores it: its night is stored the same way. */
  readonly file: DayFile;
  /** What its night will not have of it, one clause each. */
  readonly losses: readonly string[];
}

/** How an image file stores its pixels. */
export interface DayFile {
  readonly kind: ImageKind;
  readonly bytes: Buffer;
  /** From stored pixels to upright ones; sizes of both, without padding. */
  readonly orientation: Orientation;
  /** 1 to 8, as the file states it. */
  readonly exifOrientation: number;
  /** Stored pixels, one byte each; undefined where every pixel is opaque. */
  readonly alpha?: Uint8Array;
  /** One channel of colour. */
  readonly isGrey: boolean;
  readonly isProgressive: boolean;
  /** A JPEG whose colour has all samples. */
  readonly hasFullChroma: boolean;
  /** A WebP without loss. */
  readonly isLossless: boolean;
  readonly tags: ImageTags;
}

/**
 * Reads an image from the bytes of its file, by content: in sRGB, 8 bit. A damaged one is read as far as it goes. Borrows the bytes while
 * its night is made. @param path for messages; its extension counts for formats without a signature only.
 * Rejects with NocturneError INPUT_NOT_VIDEO for what cannot be read, INPUT_UNSUPPORTED for what is too large or of a kind not read here.
 */
export async function readDay(bytes: Uint8Array, path: string): Promise<DayImage> {
  if (bytes.length === 0) throw unreadable(path, 'its file is empty');
  const signature = imageSignatureOf(bytes, path);
  if (!signature) throw unreadable(path, 'its content is no image format that is read here');
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { kind, isAnimated } = signature;
  if (!isDecodedBySharp(signature)) return readForeign(file, path, kind);
  try {
    const metadata = await open(file, 'none').metadata();
    checkImageSize(metadata.autoOrient.width, metadata.autoOrient.height, path);
    if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') return await readForeign(file, path, kind);
    return await readWithSharp(file, metadata, { kind, isAnimated });
  } catch (error) {
    throw error instanceof NocturneError ? error : unreadable(path, firstLine(error), error);
  }
}

async function readWithSharp(
  bytes: Buffer,
  metadata: Metadata,
  { kind, isAnimated }: { readonly kind: ImageKind; readonly isAnimated: boolean },
): Promise<DayImage> {
  const { pixels, isDamaged } = await toSrgb(bytes);
  const { width, height, channels, data } = pixels;
  const exifOrientation = metadata.orientation ?? 1;
  const orientation = new Orientation(exifOrientation, { width, height });
  const { rgb, alpha } = splitAlpha(data, channels);
  const upright = { ...orientation.upright, data: orientation.toUpright(rgb, 3) };
  const { tags, losses } = readTags(metadata);
  return {
    frame: rgbToFrame(padToEven(upright)),
    file: {
      kind,
      bytes,
      orientation,
      exifOrientation,
      ...(alpha && { alpha }),
      isGrey: metadata.space === 'b-w' || metadata.space === 'grey16',
      isProgressive: metadata.isProgressive,
      hasFullChroma: metadata.chromaSubsampling === '4:4:4',
      isLossless: kind === 'webp' && isLosslessWebp(bytes),
      tags,
    },
    losses: [...(isDamaged ? [DAMAGED] : []), ...changesOf(metadata, kind, isAnimated), ...losses],
  };
}

function changesOf(
  { depth, space, icc, pages = 1, isPalette, bitsPerSample = 8 }: Metadata,
  kind: ImageKind,
  isAnimated: boolean,
): string[] {
  const isDeepAvif = kind === 'avif' && bitsPerSample > 8;
  const isAnimatedPng = kind === 'png' && isAnimated; // libvips reads its first image and counts no pages
  return [
    ...(pages > 1 || isAnimatedPng ? [FIRST_ONLY] : []),
    ...(space === 'cmyk' ? ['CMYK became sRGB'] : []),
    ...(icc && space !== 'cmyk' && !isSrgbProfile(icc) ? ['its colour profile became sRGB'] : []),
    ...(depth === 'ushort' || isDeepAvif ? [`${isDeepAvif ? bitsPerSample : 16} bit became 8 bit`] : []),
    ...(isPalette ? ['its palette became RGB'] : []),
  ];
}

interface RawPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Buffer;
}

/** Stored pixels as 8-bit sRGB. Throws what sharp throws where not one of them can be decoded. */
async function toSrgb(file: Buffer): Promise<{ pixels: RawPixels; isDamaged: boolean }> {
  try {
    return { pixels: await decode(file, 'error'), isDamaged: false };
  } catch (error) {
    const pixels = await decode(file, 'none').catch(() => undefined);
    if (!pixels || pixels.data.every((value, i) => value === 0 || i % 4 === 3)) throw error;
    return { pixels, isDamaged: true };
  }
}

async function decode(file: Buffer, failOn: 'none' | 'error'): Promise<RawPixels> {
  const raw = open(file, failOn).toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 && info.channels !== 4) throw new Error(`expected 3 or 4 channels, got ${info.channels}`);
  return { width: info.width, height: info.height, channels: info.channels, data };
}

/** Colours as they are under the alpha, and the alpha. Lends or copies. */
function splitAlpha(data: Buffer, channels: number): { rgb: Uint8Array; alpha?: Uint8Array } {
  if (channels === 3) return { rgb: data };
  const count = data.length / 4;
  const [rgb, alpha] = [new Uint8Array(3 * count), new Uint8Array(count)];
  for (let i = 0; i < count; i++) {
    rgb[3 * i] = data[4 * i] ?? 0;
    rgb[3 * i + 1] = data[4 * i + 1] ?? 0;
    rgb[3 * i + 2] = data[4 * i + 2] ?? 0;
    alpha[i] = data[4 * i + 3] ?? 0;
  }
  return { rgb, alpha };
}

/** Reads what only libav decodes, and floating point: through a file, upright, transparency over black, without tags. */
async function readForeign(bytes: Buffer, path: string, kind: ImageKind): Promise<DayImage> {
  const folder = await mkdtemp(join(tmpdir(), 'nocturne-'));
  try {
    const local = join(folder, basename(path));
    await writeFile(local, bytes);
    const { image, changes } = await readImage(local);
    const { width, height } = image;
    return {
      frame: rgbToFrame(padToEven(image)),
      file: {
        ...{ kind, bytes, exifOrientation: 1, isGrey: false, isProgressive: false },
        ...{ hasFullChroma: false, isLossless: false, tags: { isConverted: false } },
        orientation: new Orientation(1, { width, height }),
      },
      losses: changes,
    };
  } catch (error) {
    if (!(error instanceof NocturneError)) throw unreadable(path, firstLine(error), error);
    const { code, stage, remedy, message, cause } = error;
    throw new NocturneError({
      code,
      stage,
      remedy,
      message: message.replaceAll(join(folder, basename(path)), path),
      cause,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function open(file: Buffer, failOn: 'none' | 'error'): Sharp {
  return sharp(file, { failOn, limitInputPixels: false });
}

function unreadable(path: string, reason: string, cause?: unknown): NocturneError {
  const message = `cannot decode the image ${path}: ${reason}.`;
  return new NocturneError({
    ...{ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, cause },
    remedy: 'Convert it to PNG or JPEG.',
  });
}
