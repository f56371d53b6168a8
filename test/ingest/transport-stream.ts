import { readFile, writeFile } from 'node:fs/promises';

const PACKET_BYTES = 188;
const CLOCK_HZ = 90_000;

/** Timestamps of a PES packet, seconds. @param index counts the packets of its kind. */
export type ChangeTime = (seconds: number, index: number) => number;

/**
 * Copies a transport stream with other timestamps in its video or sound, which no muxer would write. Its clock references
 * stay. Times wrap at 33 bits, as in a recording.
 */
export async function changeTimes(
  from: string,
  to: string,
  change: { readonly video?: ChangeTime; readonly sound?: ChangeTime },
): Promise<void> {
  const bytes = await readFile(from);
  const counts = { video: 0, sound: 0 };
  for (let at = 0; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES) {
    const pes = pesStart(bytes, at);
    if (pes === undefined) continue;
    const kind = (bytes[pes + 3] ?? 0) >= 0xe0 ? 'video' : 'sound';
    const index = counts[kind]++;
    const changeOf = change[kind];
    if (!changeOf) continue;
    const flags = (bytes[pes + 7] ?? 0) >> 6;
    if (flags & 2) changeTime(bytes, pes + 9, (seconds) => changeOf(seconds, index));
    if (flags === 3) changeTime(bytes, pes + 14, (seconds) => changeOf(seconds, index));
  }
  await writeFile(to, bytes);
}

/** Offset of the PES packet that a packet of a transport stream begins; undefined when it begins none (ISO/IEC 13818-1, 2.4.3). */
function pesStart(bytes: Buffer, at: number): number | undefined {
  const beginsUnit = ((bytes[at + 1] ?? 0) & 0x40) !== 0;
  const hasAdaptation = ((bytes[at + 3] ?? 0) & 0x20) !== 0;
  const start = at + 4 + (hasAdaptation ? 1 + (bytes[at + 4] ?? 0) : 0);
  const isPes = beginsUnit && bytes[start] === 0 && bytes[start + 1] === 0 && bytes[start + 2] === 1;
  const id = bytes[start + 3] ?? 0;
  return isPes && id >= 0xc0 && id <= 0xef ? start : undefined;
}

function changeTime(bytes: Buffer, at: number, change: (seconds: number) => number): void {
  const byte = (index: number): number => bytes[at + index] ?? 0;
  const low = ((byte(1) << 22) | ((byte(2) >> 1) << 15) | (byte(3) << 7) | (byte(4) >> 1)) >>> 0;
  const ticks = ((byte(0) >> 1) & 7) * 2 ** 30 + low;
  const changed = Math.round(change(ticks / CLOCK_HZ) * CLOCK_HZ);
  const wrapped = ((changed % 2 ** 33) + 2 ** 33) % 2 ** 33;
  bytes[at] = (byte(0) & 0xf1) | (Math.floor(wrapped / 2 ** 30) << 1);
  const rest = wrapped % 2 ** 30;
  bytes[at + 1] = (rest >> 22) & 0xff;
  bytes[at + 2] = ((rest >> 14) & 0xfe) | 1;
  bytes[at + 3] = (rest >> 7) & 0xff;
  bytes[at + 4] = ((rest << 1) & 0xfe) | 1;
}
