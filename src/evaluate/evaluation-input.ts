import { basename } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { isReadAsRgb } from '../image/image-extensions.js';
import { readCropped, readImage } from '../image/image-file.js';
import { imageToYuv } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import type { Frame } from '../core/frame.js';
import { ThumbnailReader } from '../image/thumbnail-reader.js';
import { maskUrl } from '../core/mask-url.js';
import { parseInput } from '../ingest/input-address.js';
import { isLiveInput, openSource, imagesOf } from '../ingest/open-source.js';
import { listNames, skippedNotices } from '../ingest/image-list.js';
import { DEFAULT_SOURCE_OPTIONS, type SourceOptions } from '../ingest/source-options.js';

/** How pictures are read. */
export interface ReadingOptions {
  /** Most pictures taken of a folder or a clip, spread evenly. */
  readonly most: number;
  readonly signal: AbortSignal;
  /** Called after each picture. @param expected 0 when unknown. */
  readonly onPicture: (done: number, expected: number) => void;
}

/** Pictures to be measured. */
export interface MeasuredImages {
  /** `[3, 144, 256]` each. */
  readonly pictures: Float32Array[];
  /** For people, one line each. */
  readonly notices: readonly string[];
}

/** Where days or nights come from. */
export interface EvaluationInput {
  /** As people name it: the last part of its path. */
  readonly name: string;
  readonly path: string;
  /** True where its frames follow each other in time. */
  readonly isClip: boolean;
  /** All of it, spread evenly, at the size at which it is measured. Rejects with NocturneError. */
  read(options: ReadingOptions): Promise<MeasuredImages>;
  /** Its first frames, or pictures spread evenly, at their own size; each is given away. */
  frames(most: number, signal: AbortSignal): AsyncIterable<Frame>;
}

/** A folder of pictures, one picture, or a clip. Throws NocturneError where there is none. */
export async function openEvaluationInput(path: string): Promise<EvaluationInput> {
  const address = parseInput(path);
  const list = await imagesOf(address);
  if (list) return folderInput(path, list.paths);
  if (isLiveInput(path, {})) {
    throw new NocturneError({
      code: 'CONFIG_INVALID',
      stage: 'config',
      message: `${maskUrl(path)} is live and has no end.`,
      remedy: 'Name a clip or a folder of pictures.',
    });
  }
  return clipInput(path);
}

/** A folder of real nights. Throws NocturneError where there is none. */
export async function openReference(path: string): Promise<EvaluationInput> {
  const list = await imagesOf(parseInput(path));
  if (list) return folderInput(path, list.paths);
  const message = `the reference ${maskUrl(path)} is no folder of pictures.`;
  const remedy = 'Name a folder of JPEG, PNG or WebP files.';
  throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, remedy });
}

function folderInput(path: string, all: readonly string[]): EvaluationInput {
  const known = all.filter(isReadAsRgb);
  if (known.length === 0) {
    const message = `${path} has no pictures that can be measured, only ${listNames(all.map((one) => basename(one)))}.`;
    const remedy = 'Convert them to PNG or JPEG.';
    throw new NocturneError({ code: 'INPUT_NOT_VIDEO', stage: 'ingest', message, remedy });
  }
  const others = all.length > known.length ? [`${all.length - known.length} pictures of other formats left out`] : [];
  return {
    name: basename(path.replace(/[\\/]+$/, '')) || path,
    path,
    isClip: false,
    read: async (options) => {
      const { pictures, notices } = await readFolder(spread(known, options.most), options);
      return { pictures, notices: [...others, ...notices] };
    },
    frames: (most, signal) => readFrames(spread(known, most), signal),
  };
}

async function readFolder(paths: readonly string[], options: ReadingOptions): Promise<MeasuredImages> {
  const pictures: Float32Array[] = [];
  const skipped: string[] = [];
  let failure: unknown;
  for (const path of paths) {
    options.signal.throwIfAborted();
    try {
      pictures.push(imageToYuv(await readCropped(path, [THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT])));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      failure ??= error;
      skipped.push(basename(path));
    }
    options.onPicture(pictures.length + skipped.length, paths.length);
  }
  if (pictures.length === 0) throw failure;
  return { pictures, notices: skippedNotices(skipped) };
}

async function* readFrames(paths: readonly string[], signal: AbortSignal): AsyncIterable<Frame> {
  for (const path of paths) {
    signal.throwIfAborted();
    try {
      yield await readImage(path);
    } catch (error) {
      if (!isUnreadable(error)) throw error; // told where the pictures are measured
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
    frames: async function* (most, signal) {
      await using source = await openSource(path, options, signal);
      let count = 0;
      for await (const frame of source.frames(signal)) {
        yield frame;
        if (++count >= most) return;
      }
    },
  };
}

/** Half as many to as many frames as wanted: whenever there are too many, every second one is let go. */
async function readClip(path: string, options: SourceOptions, reading: ReadingOptions): Promise<MeasuredImages> {
  const { most, signal, onPicture } = reading;
  await using source = await openSource(path, options, signal);
  const reader = await ThumbnailReader.open();
  let pictures: Float32Array[] = [];
  let [step, index] = [1, 0];
  for await (const frame of source.frames(signal)) {
    try {
      if (index++ % step !== 0) continue;
      if (pictures.length >= most) {
        pictures = pictures.filter((_, i) => i % 2 === 0);
        step *= 2;
        if ((index - 1) % step !== 0) continue;
      }
      pictures.push(reader.read(frame).data.slice());
      onPicture(index, 0);
    } finally {
      frame.close();
    }
  }
  signal.throwIfAborted();
  return { pictures, notices: source.info.notices };
}

/** At most so many of the items, evenly spread, in their order. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return items.filter((_, i) => Math.floor((i * most) / items.length) !== Math.floor(((i - 1) * most) / items.length));
}

function isUnreadable(error: unknown): boolean {
  return error instanceof NocturneError && error.stage === 'ingest';
}
