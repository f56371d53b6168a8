import { NocturneError } from '../../core/errors.js';
import { rgbToYuv } from '../../image/color-matrix.js';
import { readFittedRgb, type ImageFit } from '../../image/image-file.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { hashText } from './hash-text.js';
import type { ImageEntry } from './image-folder.js';

/** A picture in memory at its load size. */
export interface StoredImage extends ImageEntry {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`: Y, U, V, BT.709 full range, as codes: Y is `code / 255`, U and V `(code - 128) / 255`. */
  readonly data: Uint8Array;
  /** Columns and rows of the file. */
  readonly fileWidth: number;
  readonly fileHeight: number;
}

/** A file that could not be read. */
export interface SkippedImage {
  readonly entry: ImageEntry;
  /** One line. */
  readonly reason: string;
}

/**
 * How a picture gets its load size. `center-crop`: the middle in the load size's own aspect. `stretch`: all of it, as
 * the product's thumbnails are made. `cover`: the shorter side fits and the rest stays, so that random crops roam over
 * all of it (at most {@link MAX_COVER} times the load size; what is beyond is cut on both sides).
 */
export type Preprocess = 'center-crop' | 'stretch' | 'cover';

/** Options of {@link ImageStore.load}. */
export interface ImageStoreOptions {
  /** Default {@link LOAD_WIDTH}. */
  readonly loadWidth?: number;
  /** Default {@link LOAD_HEIGHT}. */
  readonly loadHeight?: number;
  /** Default `center-crop`. */
  readonly preprocess?: Preprocess;
  /** Only one half of every file: pairs side by side, A to the left. */
  readonly half?: 'left' | 'right';
  /** Memory for pixels, bytes; default {@link DEFAULT_MAX_BYTES}. Of more pictures than fit, a fixed choice is loaded. */
  readonly maxBytes?: number;
  /** Share of files that may be unreadable before that is an error; default 0.1. */
  readonly maxSkippedShare?: number;
}

/** Columns at which a picture is kept: 256 and an eighth more, as CycleGAN loads at 286 for crops of 256. */
export const LOAD_WIDTH = 286;
/** Rows at which a picture is kept, for crops of 144. */
export const LOAD_HEIGHT = 161;
/** 1.5 GB: 10,000 pictures at the default size. */
export const DEFAULT_MAX_BYTES = 1.5e9;
/** Most pixels of a `cover` picture against its load size. */
export const MAX_COVER = 2;
/** Files read at once: libuv's threads. */
const IN_FLIGHT = 4;

/** All pictures of a domain, loaded once and kept as bytes: a training reads each of them hundreds of times. */
export class ImageStore {
  readonly pictures: readonly StoredImage[];
  /** Files that could not be read. */
  readonly skipped: readonly SkippedImage[];
  /** Files left out because memory is bounded. */
  readonly leftOut: number;

  private constructor(pictures: readonly StoredImage[], skipped: readonly SkippedImage[], leftOut: number) {
    this.pictures = pictures;
    this.skipped = skipped;
    this.leftOut = leftOut;
  }

  /**
   * Reads the files. One that cannot be read is skipped and named; throws NocturneError INPUT_CORRUPT when there are too
   * many of them, RangeError for a load size that is no size.
   */
  static async load(entries: readonly ImageEntry[], options: ImageStoreOptions = {}): Promise<ImageStore> {
    const { loadWidth = LOAD_WIDTH, loadHeight = LOAD_HEIGHT, preprocess = 'center-crop' } = options;
    checkSize('loadWidth', loadWidth);
    checkSize('loadHeight', loadHeight);
    const bytesEach = 3 * loadWidth * loadHeight * (preprocess === 'cover' ? MAX_COVER : 1);
    const chosen = choose(entries, Math.floor((options.maxBytes ?? DEFAULT_MAX_BYTES) / bytesEach));
    const fit: ImageFit = {
      width: loadWidth,
      height: loadHeight,
      fit: FITS[preprocess],
      ...(options.half ? { half: options.half } : {}),
    };
    const read = await readAll(chosen, fit);
    const skipped = read.filter((item) => 'reason' in item);
    if (skipped.length > (options.maxSkippedShare ?? 0.1) * chosen.length) throw tooManySkipped(skipped, chosen.length);
    return new ImageStore(
      read.filter((item) => 'data' in item),
      skipped,
      entries.length - chosen.length,
    );
  }

  /** Pictures that are in memory already. Borrows them. */
  static of(pictures: readonly StoredImage[]): ImageStore {
    return new ImageStore(pictures, [], 0);
  }

  get size(): number {
    return this.pictures.length;
  }

  /** Memory of the pixels. */
  get bytes(): number {
    return this.pictures.reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  /** A number that changes when pictures come, go or change their names: a checkpoint goes on with the same data only. */
  get fingerprint(): number {
    return hashText(this.pictures.map(({ name }) => name).join('\n'));
  }

  /** The picture at an index. Lends it. Throws RangeError. */
  at(index: number): StoredImage {
    const picture = this.pictures[index];
    if (!picture) throw new RangeError(`index must be an integer from 0 to ${this.size - 1}, got ${index}`);
    return picture;
  }

  /** Some of the pictures, in the same memory. */
  filter(keeps: (picture: StoredImage) => boolean): ImageStore {
    return new ImageStore(this.pictures.filter(keeps), this.skipped, this.leftOut);
  }
}

const FITS = { 'center-crop': 'cover', stretch: 'stretch', cover: 'outside' } as const;

async function readAll(
  entries: readonly ImageEntry[],
  fit: ImageFit,
): Promise<readonly (StoredImage | SkippedImage)[]> {
  const results: (StoredImage | SkippedImage)[] = [];
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let i = next++; i < entries.length; i = next++) {
      const entry = entries[i];
      if (entry) results[i] = await readOne(entry, fit);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, reader));
  return results;
}

async function readOne(entry: ImageEntry, fit: ImageFit): Promise<StoredImage | SkippedImage> {
  try {
    const { image, fileWidth, fileHeight } = await readFittedRgb(entry.path, fit);
    const most = MAX_COVER * fit.width * fit.height;
    const width = Math.min(image.width, Math.floor(most / fit.height));
    const height = Math.min(image.height, Math.floor(most / fit.width));
    return { ...entry, width, height, data: toYuvBytes(image, width, height), fileWidth, fileHeight };
  } catch (error) {
    if (error instanceof NocturneError) return { entry, reason: error.message };
    throw error;
  }
}

/** The middle `width x height` of a picture as Y, U, V codes `[height, width, 3]`. */
export function toYuvBytes(picture: RgbImage, width = picture.width, height = picture.height): Uint8Array {
  const bytes = new Uint8ClampedArray(3 * width * height);
  const [yr, yg, yb, ur, ug, ub, vr, vg, vb] = rgbToYuv('bt709');
  const rgb = picture.data;
  const left = (picture.width - width) >> 1;
  const top = (picture.height - height) >> 1;
  for (let row = 0, o = 0; row < height; row++) {
    let i = 3 * ((top + row) * picture.width + left);
    for (const end = o + 3 * width; o < end; o += 3, i += 3) {
      const r = rgb[i] ?? 0;
      const g = rgb[i + 1] ?? 0;
      const b = rgb[i + 2] ?? 0;
      bytes[o] = yr * r + yg * g + yb * b;
      bytes[o + 1] = 128 + ur * r + ug * g + ub * b;
      bytes[o + 2] = 128 + vr * r + vg * g + vb * b;
    }
  }
  return new Uint8Array(bytes.buffer);
}

/** At most `most` of the entries, in their order: the same choice in every run, and nearly the same when files are added. */
function choose(entries: readonly ImageEntry[], most: number): readonly ImageEntry[] {
  if (most < 1) throw new RangeError(`maxBytes must hold one picture, got room for ${most}`);
  if (entries.length <= most) return entries;
  const byHash = entries.map((entry) => ({ entry, hash: hashText(entry.name) })).sort((x, y) => x.hash - y.hash);
  const kept = new Set(byHash.slice(0, most).map(({ entry }) => entry));
  return entries.filter((entry) => kept.has(entry));
}

function tooManySkipped(skipped: readonly SkippedImage[], count: number): NocturneError {
  const named = skipped.slice(0, 3).map(({ entry }) => entry.name);
  const more = skipped.length > named.length ? ` and ${skipped.length - named.length} more` : '';
  return new NocturneError({
    code: 'INPUT_CORRUPT',
    stage: 'ingest',
    message: `${skipped.length} of ${count} training pictures cannot be read: ${named.join(', ')}${more}.`,
    remedy: 'Remove them, or convert them to JPEG or PNG.',
  });
}

function checkSize(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 16 || value > 4096) {
    throw new RangeError(`${name} must be an integer from 16 to 4096, got ${value}`);
  }
}
