/** The box structure of MP4 and QuickTime files (ISO/IEC 14496-12, section 4.2), reduced to what chapters need. */
import type { FileHandle } from 'node:fs/promises';

/** Position of a box; offsets in its file or in the buffer with it. */
export interface Box {
  readonly type: string;
  /** Offset of its size field. */
  readonly start: number;
  /** Offset after its last byte. */
  readonly end: number;
}

/** A sample of a track. */
interface Sample {
  /** Offset in the file. */
  readonly offset: number;
  readonly size: number;
  /** Decode time in ticks of the track's timescale. */
  readonly ticks: number;
}

/** A track of a movie. */
export interface Track {
  readonly id: number;
  /** Ticks per second. */
  readonly timescale: number;
  samples(): Sample[];
}

/** The top-level boxes of a file. Throws RangeError for invalid sizes. */
export async function fileBoxes(file: FileHandle): Promise<Box[]> {
  const { size: fileSize } = await file.stat();
  const found: Box[] = [];
  const header = Buffer.alloc(16);
  for (let start = 0; start + 8 <= fileSize;) {
    await file.read(header, 0, 16, start);
    const end = start + boxSize(header, 0, fileSize - start);
    if (end > fileSize) throw new RangeError('a box must end inside the file');
    found.push({ type: header.toString('latin1', 4, 8), start, end });
    start = end;
  }
  return found;
}

/** The boxes in a buffer from an offset. Throws RangeError for invalid sizes. */
export function boxes(bytes: Buffer, from: number): Box[] {
  const found: Box[] = [];
  for (let start = from; start + 8 <= bytes.length;) {
    const end = start + boxSize(bytes, start, bytes.length - start);
    if (end > bytes.length) throw new RangeError('a box must end inside its parent');
    found.push({ type: bytes.toString('latin1', start + 4, start + 8), start, end });
    start = end;
  }
  return found;
}

/** The box at a path of types below `parent`, header included. Borrows from `parent`. */
export function child(parent: Buffer, ...path: readonly string[]): Buffer | undefined {
  let at: Buffer | undefined = parent;
  for (const type of path) {
    const bytes: Buffer = at;
    const found: Box | undefined = boxes(bytes, 8).find((part) => part.type === type);
    if (!found) return undefined;
    at = bytes.subarray(found.start, found.end);
  }
  return at;
}

/** The content of {@link child}. */
export function childBytes(parent: Buffer, ...path: readonly string[]): Buffer | undefined {
  return child(parent, ...path)?.subarray(8);
}

/** Creates a box. Copies the content. */
export function box(type: string, ...content: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + content.reduce((sum, part) => sum + part.length, 0));
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, ...content]);
}

/** Reads a `trak` box. */
export function track(trak: Buffer): Track {
  const header = childBytes(trak, 'tkhd');
  const media = childBytes(trak, 'mdia', 'mdhd');
  const stbl = child(trak, 'mdia', 'minf', 'stbl');
  return {
    id: header?.readUInt32BE(header[0] === 1 ? 20 : 12) ?? 0,
    timescale: media?.readUInt32BE(media[0] === 1 ? 20 : 12) ?? 1,
    samples: () => (stbl ? samplesOf(stbl) : []),
  };
}

/** Samples of a sample table (ISO/IEC 14496-12, sections 8.6.1.2, 8.7.3 to 8.7.5). */
function samplesOf(stbl: Buffer): Sample[] {
  const sizes = sampleSizes(childBytes(stbl, 'stsz'));
  const times = sampleTimes(childBytes(stbl, 'stts'), sizes.length);
  const perChunk = table(childBytes(stbl, 'stsc'), 12).map(
    (row) => [row.readUInt32BE(0), row.readUInt32BE(4)] as const,
  );
  const short = table(childBytes(stbl, 'stco'), 4).map((row) => row.readUInt32BE(0));
  const offsets =
    short.length > 0 ? short : table(childBytes(stbl, 'co64'), 8).map((row) => Number(row.readBigUInt64BE(0)));
  const samples: Sample[] = [];
  offsets.forEach((chunkOffset, chunk) => {
    const count = perChunk.findLast(([first]) => first <= chunk + 1)?.[1] ?? 0;
    let offset = chunkOffset;
    for (let n = 0; n < count && samples.length < sizes.length; n++) {
      const size = sizes[samples.length] ?? 0;
      samples.push({ offset, size, ticks: times[samples.length] ?? 0 });
      offset += size;
    }
  });
  return samples;
}

function sampleSizes(stsz: Buffer | undefined): number[] {
  if (!stsz) return [];
  const fixed = stsz.readUInt32BE(4);
  if (fixed === 0) return rows(stsz.subarray(12), 4, stsz.readUInt32BE(8)).map((row) => row.readUInt32BE(0));
  return Array.from({ length: Math.min(stsz.readUInt32BE(8), MAX_SAMPLES) }, () => fixed);
}

/** Maximum number of samples of a fixed size, against broken files: a chapter track has one per chapter. */
const MAX_SAMPLES = 65_536;

function sampleTimes(stts: Buffer | undefined, count: number): number[] {
  const times: number[] = [];
  let at = 0;
  for (const row of table(stts, 8)) {
    for (let n = row.readUInt32BE(0); n > 0 && times.length < count; n--) {
      times.push(at);
      at += row.readUInt32BE(4);
    }
  }
  return times;
}

/** Rows of a full box whose content starts with version, flags and a count. */
function table(content: Buffer | undefined, rowBytes: number): Buffer[] {
  return content ? rows(content.subarray(8), rowBytes, content.readUInt32BE(4)) : [];
}

function rows(bytes: Buffer, rowBytes: number, count: number): Buffer[] {
  const length = Math.min(count, Math.floor(bytes.length / rowBytes));
  return Array.from({ length }, (_, n) => bytes.subarray(n * rowBytes, (n + 1) * rowBytes));
}

function boxSize(bytes: Buffer, at: number, rest: number): number {
  const size = bytes.readUInt32BE(at);
  if (size === 0) return rest; // to the end of the file
  const long = size === 1 && at + 16 <= bytes.length ? Number(bytes.readBigUInt64BE(at + 8)) : size;
  if (long < 8) throw new RangeError(`a box must have 8 bytes or more, got ${long}`);
  return long;
}
