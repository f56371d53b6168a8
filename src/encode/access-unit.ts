/** NAL unit types of H.264 (ITU-T H.264, table 7-1). */
const NAL_SPS = 7;
const NAL_PPS = 8;

interface NalUnit {
  readonly type: number;
  /** Offset of the start code. */
  readonly start: number;
  /** Offset of the NAL header byte. */
  readonly header: number;
  /** Offset after the last byte. */
  readonly end: number;
}

/** Copies the parameter sets of an access unit, start codes included; undefined when there is no SPS. */
export function parameterSets(accessUnit: Uint8Array): Uint8Array | undefined {
  const sets = nalUnits(accessUnit).filter((unit) => unit.type === NAL_SPS || unit.type === NAL_PPS);
  if (!sets.some((unit) => unit.type === NAL_SPS)) return undefined;
  return Buffer.concat(sets.map((unit) => accessUnit.subarray(unit.start, unit.end)));
}

/** RFC 6381 codec string of the first SPS in Annex B bytes (`avc1.PPCCLL`); undefined without one. */
export function codecString(bytes: Uint8Array): string | undefined {
  const sps = nalUnits(bytes).find((unit) => unit.type === NAL_SPS);
  if (!sps) return undefined;
  const [profile, constraints, level] = bytes.subarray(sps.header + 1, sps.header + 4);
  if (profile === undefined || constraints === undefined || level === undefined) return undefined;
  return `avc1.${[profile, constraints, level].map((value) => value.toString(16).padStart(2, '0').toUpperCase()).join('')}`;
}

/** The NAL units before the first slice: parameter sets precede it, and slices are most of the bytes. */
function nalUnits(bytes: Uint8Array): NalUnit[] {
  const units: NalUnit[] = [];
  let at = nextStartCode(bytes, 0);
  while (at < bytes.length) {
    const header = at + 3;
    const type = (bytes[header] ?? 0) & 31;
    if (type >= 1 && type <= 5) break;
    const end = nextStartCode(bytes, header);
    const start = at > 0 && bytes[at - 1] === 0 ? at - 1 : at;
    const hasLongStartCode = end < bytes.length && bytes[end - 1] === 0; // of the next unit: 00 00 00 01
    units.push({ type, start, header, end: hasLongStartCode ? end - 1 : end });
    at = end;
  }
  return units;
}

/** Offset of the next 00 00 01, or the length of the bytes. */
function nextStartCode(bytes: Uint8Array, from: number): number {
  for (let i = from; i + 2 < bytes.length; i++) {
    if (bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 1) return i;
  }
  return bytes.length;
}
