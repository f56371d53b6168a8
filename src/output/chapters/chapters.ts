/**
 * Chapters of Matroska and MP4 files. node-av 6.1 does not expose libav's chapters, so this folder reads and writes them in
 * files of the two container families that have them.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { fromSeconds, micros } from '../../core/time.js';
import type { Chapter } from './chapter.js';
import { readMatroskaChapters, writeMatroskaChapters } from './matroska-chapters.js';
import { readMp4Chapters, writeMp4Chapters } from './mp4-chapters.js';

/** A part of a file, in seconds from its start. */
export interface ChapterRange {
  readonly startS: number;
  readonly durationS: number | undefined;
}

const MATROSKA = new Set(['.mkv', '.webm', '.mka', '.mk3d']);
const MP4 = new Set(['.mp4', '.m4v', '.mov', '.m4a']);
const EBML_MAGIC = 0x1a45dfa3;
const FTYP = 0x66747970;

/**
 * The chapters of a part of a file, with times from the start of the part. Empty for other containers, for addresses, and for
 * a file whose index is broken: that must not fail the video.
 */
export async function readChapters(path: string, range: ChapterRange): Promise<readonly Chapter[]> {
  if (path.includes('://')) return [];
  const file = await open(path, 'r');
  try {
    return clip(await readAll(file), range);
  } catch (error) {
    if (error instanceof RangeError) return []; // a broken or unusual index
    throw error;
  } finally {
    await file.close();
  }
}

/** Whether {@link writeChapters} supports the container of a file name. */
export function supportsChapters(path: string): boolean {
  const extension = extname(path).toLowerCase();
  return MATROSKA.has(extension) || MP4.has(extension);
}

/** Writes chapters into a finished file, and moves an MP4's index to its front. Throws RangeError for an unexpected layout. */
export async function writeChapters(path: string, chapters: readonly Chapter[]): Promise<void> {
  const file = await open(path, 'r+');
  try {
    if (MATROSKA.has(extname(path).toLowerCase())) await writeMatroskaChapters(file, chapters);
    else await writeMp4Chapters(file, chapters);
  } finally {
    await file.close();
  }
}

async function readAll(file: FileHandle): Promise<readonly Chapter[]> {
  const magic = Buffer.alloc(8);
  const { bytesRead } = await file.read(magic, 0, 8, 0);
  if (bytesRead < 8) return [];
  if (magic.readUInt32BE(0) === EBML_MAGIC) return readMatroskaChapters(file);
  return magic.readUInt32BE(4) === FTYP ? readMp4Chapters(file) : [];
}

function clip(chapters: readonly Chapter[], { startS, durationS }: ChapterRange): Chapter[] {
  const from = fromSeconds(startS);
  const length = durationS === undefined ? Number.POSITIVE_INFINITY : fromSeconds(durationS);
  return chapters
    .map((chapter) => ({
      ...chapter,
      start: micros(Math.max(0, chapter.start - from)),
      end: micros(Math.min(length, chapter.end - from)),
    }))
    .filter((chapter) => chapter.end > chapter.start);
}
