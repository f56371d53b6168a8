/**
 * Chapters in MP4 and QuickTime: Nero's `chpl` box in `moov/udta`, which FFmpeg and most players read, and (read only) a
 * QuickTime text track that a `tref/chap` refers to.
 */
import type { FileHandle } from 'node:fs/promises';
import { micros } from '../../core/time.js';
import type { Chapter } from './chapter.js';
import { box, boxes, child, childBytes, fileBoxes, track } from './mp4-boxes.js';
import type { Box } from './mp4-boxes.js';
import { writeAll } from './write-all.js';

/** Maximum length of a `moov` box, in bytes: a day of video has about 100 MiB. */
const MAX_MOOV_BYTES = 256 << 20;
/** Bytes moved at a time to make room for the index at the front. */
const MOVE_BYTES = 4 << 20;
/** `chpl` has ticks of 100 ns. */
const CHPL_TICKS_PER_MICRO = 10;
/** `chpl` has one byte for the number of chapters and one for the length of each title. */
const CHPL_MAX = 255;

/** The chapters; may be empty. Throws RangeError for a broken file. */
export async function readMp4Chapters(file: FileHandle): Promise<Chapter[]> {
  const found = (await fileBoxes(file)).find((top) => top.type === 'moov');
  if (!found) return [];
  const moov = await readMoov(file, found);
  const header = childBytes(moov, 'mvhd');
  const isLong = header?.[0] === 1;
  const duration = header ? Number(isLong ? header.readBigUInt64BE(24) : header.readUInt32BE(16)) : 0;
  const timescale = header?.readUInt32BE(isLong ? 20 : 12) ?? 1;
  const end = micros((duration / timescale) * 1e6);
  const chpl = childBytes(moov, 'udta', 'chpl');
  const starts = chpl ? parseChpl(chpl) : await readTextTrack(file, moov);
  return starts.map((chapter, index) => ({
    ...chapter,
    end: starts[index + 1]?.start ?? micros(Math.max(end, chapter.start + 1)),
    language: 'und',
  }));
}

/**
 * Adds a `chpl` box to a file with its index at the end, as libav writes it without faststart, and moves the index to the
 * front. Writes the first 255 chapters. Throws RangeError for another layout.
 */
export async function writeMp4Chapters(file: FileHandle, chapters: readonly Chapter[]): Promise<void> {
  const tops = await fileBoxes(file);
  const found = tops.at(-1);
  const first = tops[0];
  if (found?.type !== 'moov' || first?.type !== 'ftyp') {
    throw new RangeError('an MP4 file must begin with ftyp and end with moov to add chapters');
  }
  const moov = withChpl(await readMoov(file, found), chapters);
  if (shiftChunks(moov, moov.length)) {
    await moveBytes(file, first.end, found.start, moov.length);
    await writeAll(file, moov, first.end);
  } else {
    await writeAll(file, moov, found.start); // 32-bit offsets would overflow: the index stays at the end
  }
}

function withChpl(moov: Buffer, chapters: readonly Chapter[]): Buffer {
  const entries = chapters.slice(0, CHPL_MAX).map((chapter) => {
    const title = cutUtf8(Buffer.from(chapter.title), CHPL_MAX);
    const entry = Buffer.alloc(9 + title.length);
    entry.writeBigUInt64BE(BigInt(chapter.start) * BigInt(CHPL_TICKS_PER_MICRO));
    entry[8] = title.length;
    title.copy(entry, 9);
    return entry;
  });
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, entries.length]); // version 1, flags, reserved, count
  const chpl = box('chpl', head, ...entries);
  const parts = boxes(moov, 8).map((part) => moov.subarray(part.start, part.end));
  const udta = parts.findIndex((part) => part.toString('latin1', 4, 8) === 'udta');
  if (udta < 0) parts.push(box('udta', chpl));
  else parts[udta] = box('udta', parts[udta]?.subarray(8) ?? Buffer.alloc(0), chpl);
  return box('moov', ...parts);
}

/** Adds `by` to every chunk offset in place; returns false and changes nothing when a 32-bit one would overflow. */
function shiftChunks(moov: Buffer, by: number): boolean {
  const tables = boxes(moov, 8)
    .filter((part) => part.type === 'trak')
    .map((part) => child(moov.subarray(part.start, part.end), 'mdia', 'minf', 'stbl'))
    .flatMap((stbl) => (stbl ? [childBytes(stbl, 'stco'), childBytes(stbl, 'co64')].map((at, i) => ({ at, i })) : []));
  const offsets = tables.flatMap(({ at, i }) => {
    if (!at) return [];
    const width = i === 0 ? 4 : 8;
    return Array.from({ length: at.readUInt32BE(4) }, (_, n) => ({ at, width, place: 8 + n * width }));
  });
  if (offsets.some(({ at, width, place }) => width === 4 && at.readUInt32BE(place) + by > 0xffffffff)) return false;
  for (const { at, width, place } of offsets) {
    if (width === 4) at.writeUInt32BE(at.readUInt32BE(place) + by, place);
    else at.writeBigUInt64BE(at.readBigUInt64BE(place) + BigInt(by), place);
  }
  return true;
}

/** Moves the bytes [from, to) towards the end of the file by `by`, last part first. */
async function moveBytes(file: FileHandle, from: number, to: number, by: number): Promise<void> {
  const chunk = Buffer.alloc(MOVE_BYTES);
  for (let end = to; end > from;) {
    const start = Math.max(from, end - MOVE_BYTES);
    await file.read(chunk, 0, end - start, start);
    await writeAll(file, chunk.subarray(0, end - start), start + by);
    end = start;
  }
}

async function readMoov(file: FileHandle, found: Box): Promise<Buffer> {
  const length = found.end - found.start;
  if (length > MAX_MOOV_BYTES) throw new RangeError(`moov must have ${MAX_MOOV_BYTES} bytes or fewer, got ${length}`);
  const moov = Buffer.alloc(length);
  await file.read(moov, 0, length, found.start);
  return moov;
}

type ChapterStart = Pick<Chapter, 'start' | 'title'>;

function parseChpl(chpl: Buffer): ChapterStart[] {
  const chapters: ChapterStart[] = [];
  let at = chpl[0] === 0 ? 4 : 8;
  const count = chpl[at++] ?? 0;
  for (let n = 0; n < count; n++) {
    const length = chpl.readUInt8(at + 8);
    const start = micros(Number(chpl.readBigUInt64BE(at)) / CHPL_TICKS_PER_MICRO);
    chapters.push({ start, title: chpl.toString('utf8', at + 9, at + 9 + length) });
    at += 9 + length;
  }
  return chapters;
}

async function readTextTrack(file: FileHandle, moov: Buffer): Promise<ChapterStart[]> {
  const traks = boxes(moov, 8)
    .filter((part) => part.type === 'trak')
    .map((part) => moov.subarray(part.start, part.end));
  const id = traks
    .map((trak) => childBytes(trak, 'tref', 'chap')?.readUInt32BE(0))
    .find((found) => found !== undefined);
  const text = traks.map((trak) => track(trak)).find((found) => found.id === id);
  if (!text) return [];
  const chapters: ChapterStart[] = [];
  for (const sample of text.samples()) {
    const bytes = Buffer.alloc(Math.min(sample.size, 2 + 65535));
    await file.read(bytes, 0, bytes.length, sample.offset);
    const title = bytes.subarray(2, 2 + bytes.readUInt16BE(0));
    chapters.push({ start: micros((sample.ticks / text.timescale) * 1e6), title: decodeText(title) });
  }
  return chapters;
}

function decodeText(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xfe && bytes[1] === 0xff;
  return isUtf16 ? Buffer.from(bytes.subarray(2)).swap16().toString('utf16le') : bytes.toString('utf8');
}

/** Cuts UTF-8 to `maxBytes` or fewer, between two characters. Borrows. */
function cutUtf8(bytes: Buffer, maxBytes: number): Buffer {
  let end = Math.min(bytes.length, maxBytes);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
