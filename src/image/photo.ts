import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { NocturneError } from '../core/errors.js';
import { readFailure } from './image-file.js';
import { MAX_PHOTO_BYTES } from '../core/photo-limits.js';
import type { RgbImage } from './rgb-image.js';
import { checkImageSize } from './size-limits.js';

/** A photo: the path of an image file, or its bytes. */
export type PhotoSource = string | Uint8Array;

/** Options of {@link readPhoto}. */
export interface ReadPhotoOptions {
  /** Pixels that it is scaled to, about; its aspect stays. */
  readonly pixels: number;
  /** Fewest pixels on each side after that. */
  readonly minSide: number;
  /** Its name for messages; default: its path. */
  readonly label?: string;
}

/**
 * Reads a photo as RGB at a size for networks: upright, in sRGB, transparency over black, the first frame of several. The caller owns it.
 * Throws NocturneError INPUT_NOT_FOUND, INPUT_NO_PERMISSION, INPUT_NOT_VIDEO, or INPUT_UNSUPPORTED for one that is too large or too narrow.
 */
export async function readPhoto(source: PhotoSource, options: ReadPhotoOptions): Promise<RgbImage> {
  const { pixels, minSide } = options;
  const label = options.label ?? (typeof source === 'string' ? source : 'the photo');
  try {
    const bytes = typeof source === 'string' ? await readFile(source) : source;
    if (bytes.length > MAX_PHOTO_BYTES) {
      throw unsupported(`the photo ${label} has ${bytes.length} bytes; the most is ${MAX_PHOTO_BYTES}.`);
    }
    const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
    checkImageSize(autoOrient.width, autoOrient.height, label);
    const scale = Math.sqrt(pixels / (autoOrient.width * autoOrient.height));
    const [width, height] = [Math.round(scale * autoOrient.width), Math.round(scale * autoOrient.height)];
    if (Math.min(width, height) < minSide) {
      throw unsupported(`the photo ${label} is ${autoOrient.width}x${autoOrient.height}: too narrow to be one.`);
    }
    const upright = sharp(bytes, { failOn: 'error', limitInputPixels: false }).autoOrient();
    const { data, info } = await upright
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .resize({ width, height, fit: 'fill', kernel: 'cubic' })
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`expected 3 channels, got ${info.channels}`);
    return { width: info.width, height: info.height, data };
  } catch (error) {
    if (error instanceof NocturneError) throw error;
    if (typeof source === 'string') throw await readFailure(source, error);
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/\.$/, '') : String(error);
    const message = `cannot decode ${label}: ${reason}.`;
    const remedy = 'Convert it to PNG or JPEG.';
    throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, remedy, cause: error });
  }
}

function unsupported(message: string): NocturneError {
  const remedy = 'Convert it to a smaller PNG or JPEG.';
  return new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message, remedy });
}
