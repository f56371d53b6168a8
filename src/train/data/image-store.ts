import { NocturneError } from '../../core/errors.js';
import { rgbToYuv } from '../../image/color-matrix.js';
import { readFittedRgb, type ImageFit } from '../../image/image-file.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { hashText } from './hash-text.js';
import type { ImageEntry } from './image-folder.js';

/** An image in memory at its load size. */
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
interface SkippedImage {
  readonly entry: ImageEntry;
  /** One line. */
  readonly reason: string;
}

/** Options of {@link ImageStore.load}. */
interface ImageStoreOptions {
  /** Default {@link LOAD_WIDTH}. */
  readonly loadWidth?: number;
  /** Default {@link LOAD_HEIGHT}. */
  readonly loadHeight?: number;
  /** Loads one half of each file: side-by-side pairs, A in the left half. */
  readonly half?: 'left' | 'right';
  /** Memory for pixels, bytes; default {@link DEFAULT_MAX_BYTES}. If the images need more, a fixed subset is loaded. */
  readonly maxBytes?: number;
  /** Share of unreadable files above which loading fails; default 0.1. */
  readonly maxSkippedShare?: number;
}

/** Columns of a loaded image: 256 and an eighth more, as CycleGAN loads at 286 for crops of 256. */
const LOAD_WIDTH = 286;
/** Rows of a loaded image, for crops of 144. */
const LOAD_HEIGHT = 161;
/** 1.5 GB: 10,000 images at the default size. */
const DEFAULT_MAX_BYTES = 1.5e9;
/** Files read concurrently: the default number of libuv's threads. */
const CONCURRENT_READS = 4;

/** All images of a domain, loaded once and kept as bytes: training reads each of them hundreds of times. */
export class ImageStore {
  readonly images: readonly StoredImage[];
  /** Files that could not be read. */
  readonly skipped: readonly SkippedImage[];
  /** Number of files left out to bound memory. */
  readonly leftOut: number;

  private constructor(images: readonly StoredImage[], skipped: readonly SkippedImage[], leftOut: number) {
    this.images = images;
    this.skipped = skipped;
    this.leftOut = leftOut;
  }

  /**
   * Loads the files, each scaled and centre-cropped to the load size. Skips files that cannot be read. Throws NocturneError
   * INPUT_NOT_VIDEO when too many cannot be read, RangeError for an invalid load size.
   */
  static async load(entries: readonly ImageEntry[], options: ImageStoreOptions = {}): Promise<ImageStore> {
    const { loadWidth = LOAD_WIDTH, loadHeight = LOAD_HEIGHT, half } = options;
    checkSize('loadWidth', loadWidth);
    checkSize('loadHeight', loadHeight);
    const maxImages = Math.floor((options.maxBytes ?? DEFAULT_MAX_BYTES) / (3 * loadWidth * loadHeight));
    const chosen = selectEntries(entries, maxImages);
    const fit: ImageFit = { width: loadWidth, height: loadHeight, ...(half && { half }) };
    const read = await readAll(chosen, fit);
    const skipped = read.filter((item) => 'reason' in item);
    if (skipped.length > (options.maxSkippedShare ?? 0.1) * chosen.length) throw tooManySkipped(skipped, chosen.length);
    return new ImageStore(
      read.filter((item) => 'data' in item),
      skipped,
      entries.length - chosen.length,
    );
  }

  /** A store of images that are in memory already. Borrows them. */
  static of(images: readonly StoredImage[]): ImageStore {
    return new ImageStore(images, [], 0);
  }

  get size(): number {
    return this.images.length;
  }

  /** Memory of the pixels. */
  get bytes(): number {
    return this.images.reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  /** A hash of the names: training resumes with the same images only. */
  get fingerprint(): number {
    return hashText(this.images.map(({ name }) => name).join('\n'));
  }

  /** The image at an index; lent. Throws RangeError. */
  at(index: number): StoredImage {
    const image = this.images[index];
    if (!image) throw new RangeError(`index must be an integer from 0 to ${this.size - 1}, got ${index}`);
    return image;
  }
}

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
  await Promise.all(Array.from({ length: CONCURRENT_READS }, reader));
  return results;
}

async function readOne(entry: ImageEntry, fit: ImageFit): Promise<StoredImage | SkippedImage> {
  try {
    const { image, fileWidth, fileHeight } = await readFittedRgb(entry.path, fit);
    const { width, height } = image;
    return { ...entry, width, height, data: toYuvCodes(image), fileWidth, fileHeight };
  } catch (error) {
    if (error instanceof NocturneError) return { entry, reason: error.message };
    throw error;
  }
}

/** An image as Y, U, V codes `[height, width, 3]`; see {@link StoredImage.data}. */
function toYuvCodes({ width, height, data }: RgbImage): Uint8Array {
  const codes = new Uint8ClampedArray(3 * width * height);
  const [yr, yg, yb, ur, ug, ub, vr, vg, vb] = rgbToYuv('bt709');
  for (let i = 0; i < codes.length; i += 3) {
    const r = data[i] ?? 0;
    const g = data[i + 1] ?? 0;
    const b = data[i + 2] ?? 0;
    codes[i] = yr * r + yg * g + yb * b;
    codes[i + 1] = 128 + ur * r + ug * g + ub * b;
    codes[i + 2] = 128 + vr * r + vg * g + vb * b;
  }
  return new Uint8Array(codes.buffer);
}

/** At most `maxImages` of the entries, in their order: the same choice in every run, and nearly the same when files are added. */
function selectEntries(entries: readonly ImageEntry[], maxImages: number): readonly ImageEntry[] {
  if (maxImages < 1) throw new RangeError(`maxBytes must hold one image, got room for ${maxImages}`);
  if (entries.length <= maxImages) return entries;
  const byHash = entries.map((entry) => ({ entry, hash: hashText(entry.name) })).sort((x, y) => x.hash - y.hash);
  const kept = new Set(byHash.slice(0, maxImages).map(({ entry }) => entry));
  return entries.filter((entry) => kept.has(entry));
}

function tooManySkipped(skipped: readonly SkippedImage[], count: number): NocturneError {
  const named = skipped.slice(0, 3).map(({ entry }) => entry.name);
  const more = skipped.length > named.length ? ` and ${skipped.length - named.length} more` : '';
  return new NocturneError({
    code: 'INPUT_NOT_VIDEO',
    stage: 'ingest',
    message: `cannot read ${skipped.length} of ${count} training images: ${named.join(', ')}${more}.`,
    remedy: 'Remove them, or convert them to JPEG or PNG.',
  });
}

function checkSize(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 16 || value > 4096) {
    throw new RangeError(`${name} must be an integer from 16 to 4096, got ${value}`);
  }
}
