/** NAL unit types of H.264 (ITU-T H.264, table 7-1). */
const NAL_SPS = 7;
const NAL_PPS = 8;
const NAL_DELIMITER = 9;

/** An access unit without its start codes. All arrays are views of its bytes. */
export interface SplitAccessUnit {
  /** Sequence parameter set; undefined where the unit has none. */
  readonly sps: Uint8Array | undefined;
  readonly pps: Uint8Array | undefined;
  /** What remains in order, slices among them: what an MP4 sample holds. */
  readonly units: readonly Uint8Array[];
}

/** Splits Annex B bytes (ITU-T H.264, annex B) into parameter sets and the rest. Borrows the bytes. */
export function splitAccessUnit(bytes: Uint8Array): SplitAccessUnit {
  let sps: Uint8Array | undefined;
  let pps: Uint8Array | undefined;
  const units: Uint8Array[] = [];
  let at = nextStartCode(bytes, 0);
  while (at < bytes.length) {
    const start = at + 3;
    at = nextStartCode(bytes, start);
    let end = at;
    while (end > start && bytes[end - 1] === 0) end--; // of the next start code, or trailing zero bytes
    if (end === start) continue;
    const unit = bytes.subarray(start, end);
    const type = (unit[0] ?? 0) & 31;
    if (type === NAL_SPS) sps ??= unit;
    else if (type === NAL_PPS) pps ??= unit;
    else if (type !== NAL_DELIMITER) units.push(unit);
  }
  return { sps, pps, units };
}

/** Offset of the next 00 00 01, or the length of the bytes. */
function nextStartCode(bytes: Uint8Array, from: number): number {
  // No start code begins before the first byte of 1 or 0 at its third place: steps of three where there is neither.
  for (let i = from + 2; i < bytes.length; ) {
    const byte = bytes[i] ?? 0;
    if (byte > 1) i += 3;
    else if (byte === 1 && bytes[i - 1] === 0 && bytes[i - 2] === 0) return i - 2;
    else i++;
  }
  return bytes.length;
}
