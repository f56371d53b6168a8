import { basename } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { isReadAsRgb } from '../image/image-extensions.js';
import { readCropped, readFrame } from '../image/image-file.js';
import { imageToYuv } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { Frame } from '../core/frame.js';
import { ImageDetails } from './image-details.js';
import { ThumbnailReader } from '../image/thumbnail-reader.js';
import { maskUrl } from '../core/mask-url.js';
import { parseInput } from '../ingest/input-address.js';
import { isLiveInput, openSource, imagesOf } from '../ingest/open-source.js';
import { listNames, skippedNotices } from '../ingest/image-list.js';
import { DEFAULT_SOURCE_OPTIONS, type SourceOptions } from '../ingest/source-options.js';

/** Options of {@link EvaluationInput.read}. */
interface ReadOptions {
  /** Maximum number of images from a folder or clip, evenly spread. */
  readonly maxImages: number;
  /** Whether details are read too. */
  readonly wantsDetails: boolean;
  readonly signal: AbortSignal;
  /** Called after each image. @param expected 0 when unknown. */
  readonly onImage: (done: number, expected: number) => void;
}

/** Images to measure. */
export interface LoadedImages {
  /** `[3, 144, 256]` each. */
  readonly images: Float32Array[];
  /** Details of the same images, where they were asked for. */
  readonly details: ImageDetails | undefined;
  /** Notes for people, one line each. */
  readonly notices: readonly string[];
}

/** A folder of images, or a clip, that an evaluation reads. */
export interface EvaluationInput {
  /** The last part of its path, for people. */
  readonly name: string;
  readonly path: string;
  /** True if its frames are consecutive in time. */
  readonly isClip: boolean;
  /** Reads images evenly spread over the input, at the size that is measured. Rejects with NocturneError. */
  read(options: ReadOptions): Promise<LoadedImages>;
  /** Yields the first frames of a clip, or images evenly spread over a folder, at their own size. The caller closes them. */
  frames(maxCount: number, signal: AbortSignal): AsyncIterable<Frame>;
}

/** Opens a folder of images, one image, or a clip. Throws NocturneError if there is none. */
export async function openEvaluationInput(path: string): Promise<EvaluationInput> {
  const address = parseInput(path);
  const list = await imagesOf(address);
  if (list) return folderInput(path, list.paths);
  if (isLiveInput(path, {})) {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'config',
      message: `${maskUrl(path)} is live; an evaluation needs an input with an end.`,
      remedy: 'Use a clip or a folder of images.',
    });
  }
  return clipInput(path);
}

/** Opens a folder of real nights. Throws NocturneError if there is none. */
export async function openReference(path: string): Promise<EvaluationInput> {
  const list = await imagesOf(parseInput(path));
  if (list) return folderInput(path, list.paths);
  const message = `the reference ${maskUrl(path)} is not a folder of images.`;
  const remedy = 'Use a folder of JPEG, PNG or WebP files.';
  throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, remedy });
}

function folderInput(path: string, all: readonly string[]): EvaluationInput {
  const supported = all.filter(isReadAsRgb);
  if (supported.length === 0) {
    const message = `${path} has no images in a supported format, only ${listNames(all.map((one) => basename(one)))}.`;
    const remedy = 'Convert them to PNG or JPEG.';
    throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, remedy });
  }
  const others =
    all.length > supported.length ? [`${all.length - supported.length} images in other formats left out`] : [];
  return {
    name: basename(path.replace(/[\\/]+$/, '')) || path,
    path,
    isClip: false,
    read: async (options) => {
      const { notices, ...loaded } = await readFolder(spread(supported, options.maxImages), options);
      return { ...loaded, notices: [...others, ...notices] };
    },
    frames: (maxCount, signal) => readFrames(spread(supported, maxCount), signal),
  };
}

async function readFolder(paths: readonly string[], options: ReadOptions): Promise<LoadedImages> {
  const images: Float32Array[] = [];
  const details = options.wantsDetails ? await ImageDetails.open() : undefined;
  const skipped: string[] = [];
  let failure: unknown;
  for (const path of paths) {
    options.signal.throwIfAborted();
    try {
      const image = imageToYuv(await readCropped(path, [THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT]));
      await details?.addFile(path);
      images.push(image);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      failure ??= error;
      skipped.push(basename(path));
    }
    options.onImage(images.length + skipped.length, paths.length);
  }
  if (images.length === 0) throw failure;
  return { images, details, notices: skippedNotices(skipped) };
}

async function* readFrames(paths: readonly string[], signal: AbortSignal): AsyncIterable<Frame> {
  for (const path of paths) {
    signal.throwIfAborted();
    try {
      yield await readFrame(path);
    } catch (error) {
      if (!isUnreadable(error)) throw error; // read() reports it
    }
  }
}

function clipInput(path: string): EvaluationInput {
  const options: SourceOptions = { ...DEFAULT_SOURCE_OPTIONS, live: false };
  return {
    name: basename(path),
    path,
    isClip: true,
    read: (reading) => readClip(path, options, reading),
    frames: async function* (maxCount, signal) {
      await using source = await openSource(path, options, signal);
      let count = 0;
      for await (const frame of source.frames(signal)) {
        yield frame;
        if (++count >= maxCount) return;
      }
    },
  };
}

/** Reads between half of `maxImages` and `maxImages` frames: whenever there are too many, it drops every second one. */
async function readClip(path: string, options: SourceOptions, reading: ReadOptions): Promise<LoadedImages> {
  const { maxImages, signal, onImage } = reading;
  await using source = await openSource(path, options, signal);
  const reader = await ThumbnailReader.open();
  const details = reading.wantsDetails ? await ImageDetails.open() : undefined;
  let images: Float32Array[] = [];
  let [step, index] = [1, 0];
  for await (const frame of source.frames(signal)) {
    try {
      if (index++ % step !== 0) continue;
      if (images.length >= maxImages) {
        images = images.filter((_, i) => i % 2 === 0);
        details?.dropEverySecond();
        step *= 2;
        if ((index - 1) % step !== 0) continue;
      }
      images.push(reader.read(frame).data.slice());
      details?.add(frame);
      onImage(index, 0);
    } finally {
      frame.close();
    }
  }
  signal.throwIfAborted();
  return { images, details, notices: source.info.notices };
}

/** Returns up to `maxCount` of the items, evenly spread, in order. */
function spread<T>(items: readonly T[], maxCount: number): readonly T[] {
  if (items.length <= maxCount) return items;
  const rank = (i: number): number => Math.floor((i * maxCount) / items.length);
  return items.filter((_, i) => rank(i) !== rank(i - 1));
}

function isUnreadable(error: unknown): boolean {
  return error instanceof NocturneError && error.stage === 'ingest';
}
