import { constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { access } from 'node:fs/promises';
import sharp from 'sharp';
import { NocturneError, type ErrorCode } from '../core/errors.js';
import { firstLine } from '../core/first-line.js';
import { Frame } from '../core/frame.js';
import { micros } from '../core/time.js';
import { WRITABLE_EXTENSIONS, writableExtension } from './image-extensions.js';
import { frameToRgb, rgbToFrame, imageToYuv, type RgbImage } from './rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH, type Thumbnail } from './thumbnail.js';

/** Options of {@link writeImage}. */
export interface WriteImageOptions {
  /** 1 to 100, for JPEG and WebP; default 92. */
  readonly quality?: number;
}

/**
 * Reads an image file as RGB, upright (EXIF orientation applied), with transparency over black.
 * @param size width and height to stretch it to; default: its own size.
 * Throws NocturneError INPUT_NOT_FOUND, INPUT_NO_PERMISSION or INPUT_NOT_VIDEO.
 */
export async function readRgb(path: string, size?: readonly [width: number, height: number]): Promise<RgbImage> {
  try {
    let image = sharp(path, { failOn: 'error' }).autoOrient().flatten({ background: '#000' }).toColourspace('srgb');
    if (size) image = image.resize({ width: size[0], height: size[1], fit: 'fill', kernel: 'cubic' });
    const { data, info } = await image.removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`);
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw await readFailure(path, error);
  }
}

/** Reads the first channel of an image file as it is, `[height, width]`, stretched by nearest neighbour: an index map. Throws as {@link readRgb} does. */
export async function readGrey(path: string, size: readonly [width: number, height: number]): Promise<Uint8Array> {
  try {
    const [width, height] = size;
    const resized = sharp(path, { failOn: 'error' }).resize({ width, height, fit: 'fill', kernel: 'nearest' });
    return new Uint8Array(await resized.extractChannel(0).raw({ depth: 'uchar' }).toBuffer());
  } catch (error) {
    throw await readFailure(path, error);
  }
}

/** The size that {@link readFittedRgb} resizes to. */
export interface ImageFit {
  readonly width: number;
  readonly height: number;
  /** Reads only one half of the image, for files that hold a pair side by side. */
  readonly half?: 'left' | 'right';
}

/** A resized image and its size in the file. */
export interface FittedImage {
  readonly image: RgbImage;
  /** Columns and rows of the file's image (or half), upright. */
  readonly fileWidth: number;
  readonly fileHeight: number;
}

/** Reads an image file as RGB, upright, resized to cover the size: keeps the aspect, crops both sides equally. Throws as {@link readRgb} does. */
export async function readFittedRgb(path: string, { width, height, half }: ImageFit): Promise<FittedImage> {
  try {
    const input = sharp(path, { failOn: 'error' });
    const { autoOrient: upright } = await input.metadata();
    const fileWidth = half ? Math.floor(upright.width / 2) : upright.width;
    let image = input.autoOrient();
    if (half) {
      const left = half === 'left' ? 0 : upright.width - fileWidth;
      image = image.extract({ left, top: 0, width: fileWidth, height: upright.height });
    }
    image = image.flatten({ background: '#000' }).toColourspace('srgb');
    image = image.resize({ width, height, fit: 'cover', kernel: 'cubic' });
    const { data, info } = await image.removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`);
    return { image: { width: info.width, height: info.height, data }, fileWidth, fileHeight: upright.height };
  } catch (error) {
    throw await readFailure(path, error);
  }
}

/**
 * Reads the largest central crop of an image file that has the aspect of `size`, upright, resized to `size` by Lanczos:
 * images of any aspect become comparable without distortion. Transparency over black. Throws as {@link readRgb} does.
 * @param result `crop` keeps the crop's own size.
 */
export async function readCropped(
  path: string,
  size: readonly [width: number, height: number],
  result: 'resized' | 'crop' = 'resized',
): Promise<RgbImage> {
  const [width, height] = size;
  try {
    const image = sharp(path, { failOn: 'error' });
    const { autoOrient } = await image.metadata();
    const cropWidth = Math.max(1, Math.min(autoOrient.width, Math.floor((autoOrient.height * width) / height)));
    const cropHeight = Math.max(1, Math.floor((cropWidth * height) / width));
    const left = Math.floor((autoOrient.width - cropWidth) / 2);
    const top = Math.floor((autoOrient.height - cropHeight) / 2);
    const upright = image.autoOrient().flatten({ background: '#000' }).toColourspace('srgb').removeAlpha();
    const cropped = upright.extract({ left, top, width: cropWidth, height: cropHeight });
    const resized = result === 'crop' ? cropped : cropped.resize({ width, height, fit: 'fill', kernel: 'lanczos3' });
    const { data, info } = await resized.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`);
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw await readFailure(path, error);
  }
}

/** Reads an image file as an I420 frame in BT.709, full range, which the caller closes. Odd sizes lose a column or row. */
export async function readFrame(path: string): Promise<Frame> {
  return rgbToFrame(await readRgb(path));
}

/** Reads an image file as a thumbnail. The caller owns the memory. */
export async function readThumbnail(path: string): Promise<Thumbnail> {
  const image = await readRgb(path, [THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT]);
  return { data: imageToYuv(image), pts: micros(0), discontinuity: true };
}

/**
 * Writes PNG, JPEG or WebP in sRGB, by the path's extension. Borrows the image.
 * Throws RangeError for other extensions, NocturneError OUTPUT_NO_PERMISSION, OUTPUT_NO_SPACE or OUTPUT_FAILED.
 */
export async function writeImage(
  path: string,
  image: RgbImage | Frame,
  options: WriteImageOptions = {},
): Promise<void> {
  const extension = writableExtension(path);
  if (!extension) throw new RangeError(`path must end in ${WRITABLE_EXTENSIONS.join(', ')}, got ${path}`);
  const rgb = image instanceof Frame ? frameToRgb(image) : image;
  const encoder = sharp(rgb.data, { raw: { width: rgb.width, height: rgb.height, channels: 3 } });
  const quality = options.quality ?? 92;
  try {
    if (extension === '.png') await encoder.png().toFile(path);
    else if (extension === '.webp') await encoder.webp({ quality }).toFile(path);
    else await encoder.jpeg({ quality }).toFile(path);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Translates a failure to read an image file. */
export async function readFailure(path: string, cause: unknown): Promise<NocturneError> {
  // sharp 0.35: its error texts do not distinguish these cases on every system, so ask the file system.
  const reason = await access(path, constants.R_OK).then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined),
  );
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    return new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'ingest', message: `image not found: ${path}.`, cause });
  }
  if (reason !== undefined) {
    const message = `no permission to read the image ${path}.`;
    return new NocturneError({ code: 'INPUT_NO_PERMISSION', stage: 'ingest', message, cause });
  }
  const message = `cannot decode the image ${path}: ${firstLine(cause)}.`;
  return new NocturneError({
    code: 'INPUT_NOT_VIDEO',
    stage: 'ingest',
    message,
    remedy: 'Convert it to PNG or JPEG.',
    cause,
  });
}

function writeFailure(path: string, cause: unknown): NocturneError {
  const text = cause instanceof Error ? cause.message : String(cause);
  // sharp 0.35: a system error in the text decides; "unable to open for write" alone (in /proc, say) means no permission.
  const isForbidden = /permission denied|read-only file system/i.test(text);
  const isMissing = /no such file or directory/i.test(text) && !existsSync(dirname(path));
  const code: ErrorCode = isMissing
    ? 'OUTPUT_FAILED'
    : isForbidden || /unable to open for write/i.test(text)
      ? 'OUTPUT_NO_PERMISSION'
      : /no space/i.test(text)
        ? 'OUTPUT_NO_SPACE'
        : 'OUTPUT_FAILED';
  const message = `cannot write the image ${path}: ${firstLine(cause)}.`;
  return new NocturneError({ code, stage: 'output', message, cause });
}
