import { open } from 'node:fs/promises';

const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;
/** Bytes to search before the last packet of the old codec, for the tables that it needs: tables repeat several times a second. */
const SEARCH_BACK_BYTES = 8192 * PACKET_BYTES;
/** Bytes to search after it, for the tables of the new codec: more than a demuxer holds back. */
const SEARCH_AHEAD_BYTES = 32_768 * PACKET_BYTES;

/** Where a transport stream changes its streams. Offsets in bytes. */
export interface ProgramChange {
  /** A program association table before the last packet of the old streams: reading can start here. */
  readonly oldTables: number;
  /** End of the old streams. */
  readonly end: number;
  /** The program association table of the new streams. */
  readonly newTables: number;
}

/**
 * Finds the first change of a program map table after `offset` in a file of a transport stream (ISO/IEC 13818-1, 2.4.4).
 * Undefined when there is none nearby, or the file is none of packets of 188 bytes.
 */
export async function findProgramChange(path: string, offset: number): Promise<ProgramChange | undefined> {
  const aligned = offset - (offset % PACKET_BYTES);
  const start = Math.max(0, aligned - SEARCH_BACK_BYTES);
  const bytes = await readRange(path, start, aligned + SEARCH_AHEAD_BYTES);
  const maps = new Map<number, string>();
  let tables: number | undefined;
  let oldTables: number | undefined;
  for (let at = 0; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES) {
    if (bytes[at] !== SYNC_BYTE) return undefined;
    const section = sectionOf(bytes, at);
    if (section?.table === 0) tables = start + at;
    if (section?.table !== 2) continue;
    const known = maps.get(section.pid);
    maps.set(section.pid, section.streams);
    if (start + at <= offset) oldTables = tables;
    else if (known !== section.streams && tables !== undefined && oldTables !== undefined) {
      return { oldTables, end: start + at, newTables: tables };
    }
  }
  return undefined;
}

async function readRange(path: string, start: number, end: number): Promise<Buffer> {
  await using file = await open(path);
  const bytes = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  return bytes.subarray(0, bytesRead);
}

/** A table that begins in a packet: its number, the packet's PID, and the streams of a program map. */
interface Section {
  readonly table: number;
  readonly pid: number;
  readonly streams: string;
}

function sectionOf(bytes: Buffer, at: number): Section | undefined {
  const [flags = 0, low = 0, control = 0, adaptation = 0] = bytes.subarray(at + 1, at + 5);
  const hasPayload = (control & 0x10) !== 0;
  if ((flags & 0x40) === 0 || !hasPayload) return undefined;
  const payload = at + 4 + ((control & 0x20) === 0 ? 0 : 1 + adaptation);
  const isPes = bytes[payload] === 0 && bytes[payload + 1] === 0 && bytes[payload + 2] === 1;
  const section = payload + 1 + (bytes[payload] ?? 0);
  if (isPes || section + 12 > at + PACKET_BYTES) return undefined;
  const length = (((bytes[section + 1] ?? 0) & 0x0f) << 8) | (bytes[section + 2] ?? 0);
  const end = Math.min(section + 3 + length - 4, at + PACKET_BYTES); // without the checksum
  const pid = ((flags & 0x1f) << 8) | low;
  return { table: bytes[section] ?? -1, pid, streams: bytes.toString('latin1', section + 8, end) };
}
