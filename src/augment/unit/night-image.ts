import sharp, { type Sharp } from 'sharp';
import { NocturneError } from '../../core/errors.js';
import type { Frame } from '../../core/frame.js';
import { extensionOf } from '../../image/image-extensions.js';
import { cropImage, frameToRgb } from '../../image/rgb-image.js';
import type { WRITTEN_IMAGES } from '../layouts/dataset-path.js';
import type { DayFile } from './day-image.js';
import type { Orientation } from './orientation.js';
import { tagJpeg } from './jpeg-tags.js';
import { tagPng } from './png-tags.js';
import { tagWebp } from './webp-tags.js';

/** Formats by extension. */
const FORMATS = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.jfif': 'jpeg',
  '.png': 'png',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'avif',
} as const satisfies Readonly<Record<(typeof WRITTEN_IMAGES)[number], string>>;
type Format = (typeof FORMATS)[keyof typeof FORMATS];

/** Quality of JPEG and WebP where the draw says nothing; it is measured against the render, not the day. */
const QUALITY = 95;
/** Quality and effort of AVIF: near 95 of JPEG, and fast. */
const AVIF = { quality: 80, effort: 2 } as const;
/** zlib's level of PNG: larger than the default's files by a few per cent, in half of its time. */
const PNG_LEVEL = 3;

/** A file that was made. */
export interface EncodedImage {
  readonly bytes: Buffer;
  /** What of the day's file it does not have, one clause each. */
  readonly losses: readonly string[];
}

/**
 * Encodes a frame as the day's file was stored: its pixels in their stored order, its alpha, one channel where it had one, its tags.
 * Borrows all. @param path its extension decides the format. Rejects with NocturneError ENCODER_FAILED, RangeError for another extension.
 */
export async function encodeNight(frame: Frame, day: DayFile, path: string, quality = QUALITY): Promise<EncodedImage> {
  const format = FORMATS[extensionOf(path) as keyof typeof FORMATS] as Format | undefined; // any text may be asked for
  if (!format) throw new RangeError(`path must end in ${Object.keys(FORMATS).join(', ')}, got ${path}`);
  try {
    return await encode(storedPixels(frame, day, format === 'jpeg'), day, { format, quality });
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new NocturneError({
      ...{ code: 'ENCODER_FAILED', stage: 'output', message: `cannot encode ${path}: ${reason}.`, cause: error },
    });
  }
}

async function encode(
  image: Sharp,
  day: DayFile,
  { format, quality }: { format: Format; quality: number },
): Promise<EncodedImage> {
  const { tags, kind, bytes, alpha, isProgressive: progressive, orientation, exifOrientation } = day;
  const isSame = kind === format;
  const losses = isSame ? [] : [`${kind} became ${format}`];
  // The profile says what EXIF may say otherwise.
  if (tags.isConverted && !day.isGrey) image.withIccProfile('srgb');
  switch (format) {
    case 'jpeg': {
      if (alpha) losses.push('alpha is left out: JPEG has none');
      const chromaSubsampling = day.hasFullChroma ? '4:4:4' : '4:2:0';
      const encoded = await image.jpeg({ quality, chromaSubsampling, progressive }).toBuffer();
      const tagged = tagJpeg(encoded, tags, isSame ? bytes : undefined);
      return { bytes: tagged.bytes, losses: [...losses, ...tagged.losses] };
    }
    case 'png': {
      const tagged = tagPng(
        await image.png({ compressionLevel: PNG_LEVEL, progressive }).toBuffer(),
        tags,
        isSame ? bytes : undefined,
      );
      return { bytes: tagged.bytes, losses: [...losses, ...tagged.losses] };
    }
    case 'webp': {
      const encoded = await image.webp(day.isLossless ? { lossless: true } : { quality }).toBuffer();
      return { bytes: tagWebp(encoded, tags, orientation.stored, alpha !== undefined), losses };
    }
    case 'tiff': {
      addXmp(image, tags.xmp);
      if (tags.exif) losses.push('EXIF is left out but for orientation and density: TIFF is written without');
      const density = tags.density === undefined ? {} : { density: tags.density };
      image.withMetadata({ orientation: exifOrientation, ...density });
      return { bytes: await image.tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(), losses };
    }
    case 'avif': {
      addXmp(image, tags.xmp);
      if (tags.exif) losses.push('EXIF is left out: AVIF is written without');
      return { bytes: await image.avif(AVIF).toBuffer(), losses };
    }
  }
}

function addXmp(image: Sharp, xmp: Uint8Array | undefined): void {
  if (xmp) image.withXmp(Buffer.from(xmp).toString('utf8'));
}

/** The frame without padding, in the order of the stored pixels. */
function storedPixels(frame: Frame, day: DayFile, isOpaque: boolean): Sharp {
  const { orientation, isGrey } = day;
  const channels = isGrey ? 1 : 3;
  const { width, height } = orientation.stored;
  const data = orientation.toStored(
    isGrey ? croppedLuma(frame, orientation) : croppedRgb(frame, orientation),
    channels,
  );
  const alpha = isOpaque ? undefined : day.alpha;
  const image = alpha
    ? sharp(withAlpha(data, channels, alpha), { raw: { width, height, channels: isGrey ? 2 : 4 } })
    : sharp(data, { raw: { width, height, channels } });
  return isGrey ? image.toColourspace('b-w') : image;
}

function croppedRgb(frame: Frame, { upright: { width, height } }: Orientation): Uint8Array {
  return cropImage(frameToRgb(frame), width, height).data;
}

/** Luma without padding: the one channel of a grey image. */
export function croppedLuma(
  { y, strides: [stride] }: Pick<Frame, 'y' | 'strides'>,
  { upright: { width, height } }: Orientation,
): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) out.set(y.subarray(row * stride, row * stride + width), row * width);
  return out;
}

function withAlpha(data: Uint8Array, channels: number, alpha: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + alpha.length);
  for (let i = 0, at = 0; i < alpha.length; i++) {
    for (let c = 0; c < channels; c++) out[at++] = data[i * channels + c] ?? 0;
    out[at++] = alpha[i] ?? 0;
  }
  return out;
}
