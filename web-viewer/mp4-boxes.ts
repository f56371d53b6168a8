/** Boxes of fragmented MP4 (ISO/IEC 14496-12) with one H.264 track (14496-15). */

/** Ticks a second of every time in the boxes: microseconds, as packets have them. */
export const TIMESCALE = 1_000_000;
const TRACK_ID = 1;
/** Sample flags: depends on no other sample; depends on others and is no sync sample. */
const KEYFRAME_FLAGS = 0x0200_0000;
const DELTA_FLAGS = 0x0101_0000;
/** `default-base-is-moof`: offsets count from the fragment, whatever came before. */
const TFHD_FLAGS = 0x02_0000;
/** Data offset, and of each sample its duration, size and flags. */
const TRUN_FLAGS = 0x00_0701;
const IDENTITY_MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000];

/** The track of an initialization segment. */
export interface VideoTrack {
  readonly width: number;
  readonly height: number;
  readonly sampleAspect: readonly [number, number];
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
}

/** One frame of a fragment. */
export interface Sample {
  /** NAL units without start codes. */
  readonly units: readonly Uint8Array[];
  readonly isKeyframe: boolean;
  /** Microseconds on the media timeline. */
  readonly decodeTime: number;
  /** Microseconds, 1 or more. */
  readonly duration: number;
}

/** The initialization segment: `ftyp` and `moov`, without a duration, which marks the stream as live. */
export function initSegment(track: VideoTrack): Uint8Array<ArrayBuffer> {
  const { width, height } = track;
  const ftyp = box('ftyp', ascii('iso6'), u32(0), ascii('iso6avc1mp41'));
  const mvhd = fullBox('mvhd', 0, 0, zeros(8), u32(TIMESCALE), u32(0), u32(0x10000), u16(0x100), zeros(10), matrix(), zeros(24), u32(TRACK_ID + 1)); // prettier-ignore
  const tkhd = fullBox('tkhd', 0, 3, zeros(8), u32(TRACK_ID), zeros(20), u16(0), u16(0), matrix(), u32(width * 0x10000), u32(height * 0x10000)); // prettier-ignore
  const mdhd = fullBox('mdhd', 0, 0, zeros(8), u32(TIMESCALE), u32(0), u16(0x55c4), u16(0)); // language: undetermined
  const hdlr = fullBox('hdlr', 0, 0, u32(0), ascii('vide'), zeros(12), ascii('night\0'));
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  const tables = ['stts', 'stsc', 'stco'].map((name) => fullBox(name, 0, 0, u32(0)));
  const stbl = box('stbl', fullBox('stsd', 0, 0, u32(1), avc1(track)), ...tables, fullBox('stsz', 0, 0, u32(0), u32(0)));
  const minf = box('minf', fullBox('vmhd', 0, 1, zeros(8)), dinf, stbl);
  const trak = box('trak', tkhd, box('mdia', mdhd, hdlr, minf));
  const mvex = box('mvex', fullBox('trex', 0, 0, u32(TRACK_ID), u32(1), u32(0), u32(0), u32(0)));
  return concat([ftyp, box('moov', mvhd, trak, mvex)]);
}

/** A media segment of one frame: `moof` and `mdat`. Copies the units. @param sequence counts fragments from 1. */
export function fragment(sequence: number, sample: Sample): Uint8Array<ArrayBuffer> {
  const { units, isKeyframe, decodeTime, duration } = sample;
  const size = units.reduce((sum, unit) => sum + 4 + unit.length, 0);
  const moof = (dataOffset: number): Uint8Array<ArrayBuffer> =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        fullBox('tfhd', 0, TFHD_FLAGS, u32(TRACK_ID)),
        fullBox('tfdt', 1, 0, u64(decodeTime)),
        fullBox('trun', 0, TRUN_FLAGS, u32(1), u32(dataOffset), u32(duration), u32(size), u32(isKeyframe ? KEYFRAME_FLAGS : DELTA_FLAGS)), // prettier-ignore
      ),
    );
  const header = moof(0).length + 8; // the length does not depend on the offset
  return concat([moof(header), u32(size + 8), ascii('mdat'), ...units.flatMap((unit) => [u32(unit.length), unit])]);
}

function avc1({ width, height, sampleAspect, sps, pps }: VideoTrack): Uint8Array<ArrayBuffer> {
  const [profile = 0, constraints = 0, level = 0] = sps.subarray(1, 4);
  // Four bytes before each unit; one SPS, one PPS. 8 bits of 4:2:0, so the profiles that would add fields are not written.
  const avcC = box('avcC', bytes(1, profile, constraints, level, 0xff, 0xe1), u16(sps.length), sps, bytes(1), u16(pps.length), pps); // prettier-ignore
  const pasp = box('pasp', u32(sampleAspect[0] || 1), u32(sampleAspect[1] || 1));
  const resolution = [u32(0x0048_0000), u32(0x0048_0000)]; // 72 dots an inch
  return box('avc1', zeros(6), u16(1), zeros(16), u16(width), u16(height), ...resolution, u32(0), u16(1), zeros(32), u16(24), u16(0xffff), avcC, pasp); // prettier-ignore
}

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  return concat([u32(size), ascii(type), ...parts]);
}

function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return box(type, u32(version * 0x100_0000 + flags), ...parts);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function bytes(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values);
}

function zeros(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}

function u16(value: number): Uint8Array<ArrayBuffer> {
  return bytes(value >>> 8, value & 255);
}

function u32(value: number): Uint8Array<ArrayBuffer> {
  const array = new Uint8Array(4);
  new DataView(array.buffer).setUint32(0, value);
  return array;
}

function u64(value: number): Uint8Array<ArrayBuffer> {
  const array = new Uint8Array(8);
  new DataView(array.buffer).setBigUint64(0, BigInt(value));
  return array;
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function matrix(): Uint8Array<ArrayBuffer> {
  return concat(IDENTITY_MATRIX.map(u32));
}
