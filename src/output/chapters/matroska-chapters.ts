/** Chapters in Matroska (RFC 9559, section 5.1.7) over EBML (RFC 8794). */
import type { FileHandle } from 'node:fs/promises';
import { micros } from '../../core/time.js';
import type { Chapter } from './chapter.js';
import { writeAll } from './write-all.js';

const ID = {
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  void: 0xec,
  cluster: 0x1f43b675,
  chapters: 0x1043a770,
  editionEntry: 0x45b9,
  editionFlagDefault: 0x45db,
  chapterAtom: 0xb6,
  chapterUid: 0x73c4,
  timeStart: 0x91,
  timeEnd: 0x92,
  display: 0x80,
  string: 0x85,
  language: 0x437c,
} as const;

/** End of a last chapter without an end, microseconds: after any file, and still an exact number of nanoseconds. */
const NO_END = Number.MAX_SAFE_INTEGER / 1e4;
/** Maximum length of an element's header: 4 bytes of id, 8 of size. */
const MAX_HEADER_BYTES = 12;
/** Maximum length of a Chapters element, in bytes: thousands of chapters are under 1 MiB. */
const MAX_CHAPTERS_BYTES = 4 << 20;

interface Element {
  readonly id: number;
  /** Offset of the id. */
  readonly start: number;
  /** Offset of the content. */
  readonly content: number;
  /** Offset after the content; infinite for an unknown size. */
  readonly end: number;
}

/** The chapters of the first edition; nested ones follow their parent. Throws RangeError for a broken file. */
export async function readMatroskaChapters(file: FileHandle): Promise<Chapter[]> {
  const segment = await segmentOf(file);
  let seekPosition: number | undefined;
  for await (const element of topLevel(file, segment)) {
    if (element.id === ID.chapters) return parseChapters(await contentOf(file, element));
    if (element.id === ID.seekHead) seekPosition = chaptersPosition(await contentOf(file, element));
    if (element.id === ID.cluster) break; // the seek head locates what follows the clusters
  }
  if (seekPosition === undefined) return [];
  const element = await elementAt(file, segment.content + seekPosition);
  return element.id === ID.chapters ? parseChapters(await contentOf(file, element)) : [];
}

/** Appends chapters to a file that libav wrote and adds them to its seek head, which has room for one more entry. */
export async function writeMatroskaChapters(file: FileHandle, chapters: readonly Chapter[]): Promise<void> {
  const segment = await segmentOf(file);
  const { size } = await file.stat();
  const seekHead = await find(file, segment, ID.seekHead);
  const room = await elementAt(file, seekHead.end);
  if (room.id !== ID.void) throw new RangeError('a seek head must be followed by room for one more entry');
  const entry = element(
    ID.seek,
    Buffer.concat([element(ID.seekId, idBytes(ID.chapters)), element(ID.seekPosition, uint(size - segment.content))]),
  );
  const entries = Buffer.concat([await contentOf(file, seekHead), entry]);
  const head = element(ID.seekHead, entries);
  const left = room.end - seekHead.start - head.length;
  if (left < 9 && left !== 0) throw new RangeError(`a seek head needs room for one more entry, got ${left} bytes`);
  const bytes = chaptersElement(chapters);
  await writeAll(file, bytes, size);
  const front = Buffer.concat([head, left === 0 ? Buffer.alloc(0) : voidElement(left)]);
  await writeAll(file, front, seekHead.start);
  // FFmpeg 8.1 stores the segment's size in 8 bytes, so the new one fits in place.
  const segmentSize = Buffer.alloc(8);
  segmentSize.writeBigUInt64BE((1n << 56n) | BigInt(size + bytes.length - segment.content));
  await writeAll(file, segmentSize, segment.content - 8);
}

function chaptersElement(chapters: readonly Chapter[]): Buffer {
  const atoms = chapters.map((chapter, index) =>
    element(
      ID.chapterAtom,
      Buffer.concat([
        element(ID.chapterUid, uint(index + 1)),
        element(ID.timeStart, uint(chapter.start * 1000)), // nanoseconds
        element(ID.timeEnd, uint(chapter.end * 1000)),
        element(
          ID.display,
          Buffer.concat([
            element(ID.string, Buffer.from(chapter.title)),
            element(ID.language, Buffer.from(chapter.language)),
          ]),
        ),
      ]),
    ),
  );
  return element(
    ID.chapters,
    element(ID.editionEntry, Buffer.concat([element(ID.editionFlagDefault, uint(1)), ...atoms])),
  );
}

function parseChapters(bytes: Buffer): Chapter[] {
  const edition = children(bytes).find((child) => child.id === ID.editionEntry);
  return edition ? withEnds(children(edition.bytes).flatMap(parseAtom)) : [];
}

function parseAtom({ id, bytes }: Child): Chapter[] {
  if (id !== ID.chapterAtom) return [];
  const parts = children(bytes);
  const start = numberOf(parts, ID.timeStart) ?? 0;
  const display = parts.find((part) => part.id === ID.display);
  const texts = display ? children(display.bytes) : [];
  const chapter: Chapter = {
    start: micros(start / 1000),
    end: micros((numberOf(parts, ID.timeEnd) ?? start) / 1000),
    title: textOf(texts, ID.string) ?? '',
    language: textOf(texts, ID.language) ?? 'eng', // the format's default
  };
  return [chapter, ...parts.flatMap(parseAtom)];
}

/** A chapter without an end lasts until the next one. */
function withEnds(chapters: Chapter[]): Chapter[] {
  return chapters.map((chapter, index) => {
    if (chapter.end > chapter.start) return chapter;
    return { ...chapter, end: chapters[index + 1]?.start ?? micros(NO_END) };
  });
}

interface Child {
  readonly id: number;
  readonly bytes: Buffer;
}

function children(bytes: Buffer): Child[] {
  const found: Child[] = [];
  for (let at = 0; at < bytes.length;) {
    const { id, content, end } = parseHeader(bytes.subarray(at), 0);
    if (at + end > bytes.length) throw new RangeError('an element must end inside its parent');
    found.push({ id, bytes: bytes.subarray(at + content, at + end) });
    at += end;
  }
  return found;
}

function numberOf(parts: readonly Child[], id: number): number | undefined {
  const part = parts.find((child) => child.id === id);
  return part?.bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

function textOf(parts: readonly Child[], id: number): string | undefined {
  // EBML strings may be padded with zeros.
  return parts
    .find((child) => child.id === id)
    ?.bytes.toString('utf8')
    .replace(/\0+$/, '');
}

function chaptersPosition(seekHead: Buffer): number | undefined {
  const entry = children(seekHead)
    .filter((child) => child.id === ID.seek)
    .map((child) => children(child.bytes))
    .find((parts) => numberOf(parts, ID.seekId) === ID.chapters);
  return entry && numberOf(entry, ID.seekPosition);
}

async function segmentOf(file: FileHandle): Promise<Element> {
  const head = await elementAt(file, 0);
  const segment = await elementAt(file, head.end);
  if (segment.id !== ID.segment) throw new RangeError('a Matroska file must have a segment after its head');
  return segment;
}

async function* topLevel(file: FileHandle, segment: Element): AsyncGenerator<Element> {
  const { size } = await file.stat();
  for (let at = segment.content; at < Math.min(size, segment.end);) {
    const found = await elementAt(file, at);
    yield found;
    at = found.end;
  }
}

async function find(file: FileHandle, segment: Element, id: number): Promise<Element> {
  for await (const found of topLevel(file, segment)) if (found.id === id) return found;
  throw new RangeError(`a segment must have the element 0x${id.toString(16)}`);
}

async function elementAt(file: FileHandle, at: number): Promise<Element> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEADER_BYTES), 0, MAX_HEADER_BYTES, at);
  return parseHeader(buffer.subarray(0, bytesRead), at);
}

async function contentOf(file: FileHandle, found: Element): Promise<Buffer> {
  const length = found.end - found.content;
  if (length > MAX_CHAPTERS_BYTES)
    throw new RangeError(`an index element must have ${MAX_CHAPTERS_BYTES} bytes or fewer, got ${length}`);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, found.content);
  if (bytesRead !== length) throw new RangeError('an element must end inside the file');
  return buffer;
}

function parseHeader(bytes: Buffer, at: number): Element {
  const idLength = Math.clz32(bytes[0] ?? 0) - 23;
  const sizeLength = Math.clz32(bytes[idLength] ?? 0) - 23;
  if (idLength > 4 || sizeLength > 8 || bytes.length < idLength + sizeLength) {
    throw new RangeError('an element must have an id of 1 to 4 bytes and a size of 1 to 8');
  }
  const sizeBytes = bytes.subarray(idLength, idLength + sizeLength);
  const mask = (1 << (8 - sizeLength)) - 1;
  const isUnknown = sizeBytes.every((byte, index) => (index === 0 ? (byte & mask) === mask : byte === 255));
  const size = sizeBytes.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & mask : byte), 0);
  const content = at + idLength + sizeLength;
  return { id: bytes.readUIntBE(0, idLength), start: at, content, end: isUnknown ? Infinity : content + size };
}

function element(id: number, content: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(0x10000000 | content.length); // a size of 4 bytes
  return Buffer.concat([idBytes(id), size, content]);
}

/** A Void element of `length` bytes, 9 or more, header included. */
function voidElement(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes[0] = ID.void;
  bytes.writeBigUInt64BE((1n << 56n) | BigInt(length - 9), 1);
  return bytes;
}

function idBytes(id: number): Buffer {
  const length = id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1;
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(id, 0, length);
  return bytes;
}

function uint(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.round(value)));
  return bytes;
}
