import { constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { access } from 'node:fs/promises';
import sharp from 'sharp';
import { NocturneError, type ErrorCode } from '../core/errors.js';
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
 * A picture file as RGB, upright (EXIF orientation applied), transparency on black.
 * @param size width and height to stretch it to; its own size when left out.
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

/** How {@link readFittedRgb} brings a picture to a size. */
export interface ImageFit {
  readonly width: number;
  readonly height: number;
  /**
   * `cover`: keeps the aspect, cuts what sticks out on both sides; `stretch`: all of it, whatever the aspect; `outside`:
   * keeps the aspect and cuts nothing, so that one side may be longer than asked.
   */
  readonly fit: 'cover' | 'stretch' | 'outside';
  /** Only one half of the file's picture: pairs are kept side by side in one file. */
  readonly half?: 'left' | 'right';
}

/** A picture at the size asked for, and what it was before. */
export interface FittedImage {
  readonly picture: RgbImage;
  /** Columns and rows of the file's picture (or half), upright. */
  readonly fileWidth: number;
  readonly fileHeight: number;
}

/** A picture file as RGB, upright, brought to a size. Throws as {@link readRgb} does. */
export async function readFittedRgb(path: string, { width, height, fit, half }: ImageFit): Promise<FittedImage> {
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
    image = image.resize({ width, height, fit: fit === 'stretch' ? 'fill' : fit, kernel: 'cubic' });
    const { data, info } = await image.removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`);
    return { picture: { width: info.width, height: info.height, data }, fileWidth, fileHeight: upright.height };
  } catch (error) {
    throw await readFailure(path, error);
  }
}

/**
 * The middle of a picture file, upright, as large as the shape of `size` allows, resized to it by Lanczos: pictures of any
 * shape become comparable, none is distorted. Transparency on black. Throws as {@link readRgb}.
 */
export async function readCropped(path: string, size: readonly [width: number, height: number]): Promise<RgbImage> {
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
    const resized = cropped.resize({ width, height, fit: 'fill', kernel: 'lanczos3' });
    const { data, info } = await resized.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`);
    return { width, height, data };
  } catch (error) {
    throw await readFailure(path, error);
  }
}

/** A picture file as an I420 frame in BT.709, full range, which the caller closes; odd sizes lose a column or row. */
export async function readImage(path: string): Promise<Frame> {
  return rgbToFrame(await readRgb(path));
}

/** A picture file as a generator sees it; the memory is the caller's. */
export async function readThumbnail(path: string): Promise<Thumbnail> {
  const picture = await readRgb(path, [THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT]);
  return { data: imageToYuv(picture), pts: micros(0), discontinuity: true };
}

/**
 * Writes PNG, JPEG or WebP, by the path's ending, in sRGB. Borrows the picture.
 * Throws RangeError for another ending, NocturneError OUTPUT_NO_PERMISSION, OUTPUT_NO_SPACE or OUTPUT_FAILED.
 */
export async function writeImage(
  path: string,
  picture: RgbImage | Frame,
  options: WriteImageOptions = {},
): Promise<void> {
  const ending = writableExtension(path);
  if (!ending) throw new RangeError(`path must end in ${WRITABLE_EXTENSIONS.join(', ')}, got ${path}`);
  const rgb = picture instanceof Frame ? frameToRgb(picture) : picture;
  const image = sharp(rgb.data, { raw: { width: rgb.width, height: rgb.height, channels: 3 } });
  const quality = options.quality ?? 92;
  try {
    if (ending === '.png') await image.png().toFile(path);
    else if (ending === '.webp') await image.webp({ quality }).toFile(path);
    else await image.jpeg({ quality }).toFile(path);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

async function readFailure(path: string, cause: unknown): Promise<NocturneError> {
  // The library's own texts do not tell these apart on every system; the file system does.
  const reason = await access(path, constants.R_OK).then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined),
  );
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    return new NocturneError({ code: 'INPUT_NOT_FOUND', stage: 'ingest', message: `no such picture: ${path}.`, cause });
  }
  if (reason !== undefined) {
    const message = `may not read the picture ${path}.`;
    return new NocturneError({ code: 'INPUT_NO_PERMISSION', stage: 'ingest', message, cause });
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  const message = `not a picture that can be read: ${path} (${firstLine(text)}).`;
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
  // "unable to open for write" alone (under /proc, say) is no permission; with a system error that one counts.
  const isForbidden = /permission denied|read-only file system/i.test(text);
  const isMissing = /no such file or directory/i.test(text) && !existsSync(dirname(path));
  const code: ErrorCode = isMissing
    ? 'OUTPUT_FAILED'
    : isForbidden || /unable to open for write/i.test(text)
      ? 'OUTPUT_NO_PERMISSION'
      : /no space/i.test(text)
        ? 'OUTPUT_NO_SPACE'
        : 'OUTPUT_FAILED';
  const message = `the picture ${path} could not be written: ${firstLine(text)}.`;
  return new NocturneError({ code, stage: 'output', message, cause });
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').trim().replace(/\.$/, '');
}
