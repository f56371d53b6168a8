import type { ImageTags } from './image-tags.js';

/** Markers: ITU-T T.81, table B.1. */
const [APP0, APP1, APP2, APP13, COM, SOS] = [0xe0, 0xe1, 0xe2, 0xed, 0xfe, 0xda] as const;
/** Largest payload of a segment. */
const MAX_PAYLOAD = 65_533;
const EXIF = Buffer.from('Exif\0\0', 'latin1');
const XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');
const ICC = Buffer.from('ICC_PROFILE\0', 'latin1');
const PHOTOSHOP = Buffer.from('Photoshop 3.0\0', 'latin1');
const JFIF = Buffer.from('JFIF\0', 'latin1');
/** Name, version, units and densities of a JFIF segment; a thumbnail of so many columns and rows follows. */
const JFIF_BYTES = 12;
const NO_THUMBNAIL = Buffer.from([0, 0]);
/** Segments whose content the night's file has in its own way, by the start of their payload. */
const KNOWN: readonly Buffer[] = [JFIF, EXIF, XMP, ICC, PHOTOSHOP, Buffer.from('Adobe', 'latin1')];

interface Segment {
  readonly marker: number;
  readonly payload: Buffer;
}

/** A JPEG with its tags. */
export interface TaggedJpeg {
  readonly bytes: Buffer;
  /** One clause each. */
  readonly losses: readonly string[];
}

/**
 * Writes tags into a JPEG without any: EXIF and XMP byte for byte. @param source the JPEG of the day, if it was one: its density and
 * comments are kept, its other segments named as lost.
 */
export function tagJpeg(jpeg: Buffer, { exif, xmp, iptc, icc }: ImageTags, source?: Buffer): TaggedJpeg {
  const { segments: own, rest } = readSegments(jpeg);
  const from = source ? readSegments(source).segments : [];
  const losses: string[] = [];
  const out: Segment[] = [];
  const add = (name: string, marker: number, prefix: Buffer, content: Uint8Array | undefined): void => {
    if (!content) return;
    const payload = Buffer.concat([prefix, content]);
    if (payload.length > MAX_PAYLOAD) losses.push(`${name} of ${content.length} bytes is more than a JPEG holds`);
    else out.push({ marker, payload });
  };
  const jfif = from.find(isJfif);
  if (jfif) out.push({ marker: APP0, payload: Buffer.concat([jfif.payload.subarray(0, JFIF_BYTES), NO_THUMBNAIL]) });
  add('EXIF', APP1, EXIF, exif);
  add('XMP', APP1, XMP, xmp);
  if (icc) out.push(...iccSegments(icc));
  add('IPTC', APP13, iptc && isPhotoshop(iptc) ? Buffer.alloc(0) : PHOTOSHOP, iptc);
  out.push(...from.filter(({ marker }) => marker === COM));
  const unknown = from.filter(isUnknown).map(({ marker }) => `APP${marker - APP0}`);
  if (unknown.length > 0) losses.push(`JPEG segments ${[...new Set(unknown)].join(', ')} are left out`);
  out.push(...own);
  return { bytes: Buffer.concat([jpeg.subarray(0, 2), ...out.map(encodeSegment), rest]), losses };
}

/** The segments before the picture's data, and all bytes from there on. */
function readSegments(jpeg: Buffer): { segments: Segment[]; rest: Buffer } {
  const segments: Segment[] = [];
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== SOS) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    segments.push({ marker, payload: jpeg.subarray(at + 4, end) });
    at = end;
  }
  return { segments, rest: jpeg.subarray(at) };
}

function encodeSegment({ marker, payload }: Segment): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

/** A profile may take several segments: ICC.1:2022, annex B.4. */
function iccSegments(icc: Uint8Array): Segment[] {
  const room = MAX_PAYLOAD - ICC.length - 2;
  const count = Math.ceil(icc.length / room);
  return Array.from({ length: count }, (_, i) => {
    const part = icc.subarray(i * room, (i + 1) * room);
    return { marker: APP2, payload: Buffer.concat([ICC, Buffer.from([i + 1, count]), part]) };
  });
}

function isJfif({ marker, payload }: Segment): boolean {
  return marker === APP0 && startsWith(payload, JFIF);
}

function isPhotoshop(iptc: Uint8Array): boolean {
  return startsWith(Buffer.from(iptc), PHOTOSHOP);
}

function isUnknown({ marker, payload }: Segment): boolean {
  return marker >= APP0 && marker <= 0xef && !KNOWN.some((start) => startsWith(payload, start));
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start);
}
