import { crc32 } from 'node:zlib';
import type { ImageTags } from './image-tags.js';

const SIGNATURE_BYTES = 8;
/** Chunks of the day that stay true at night and are copied byte for byte. */
const KEPT: readonly string[] = ['pHYs', 'tIME', 'tEXt', 'zTXt', 'iTXt', 'sRGB'];
/** Chunks that the night's file has in its own way, or whose content the pixels have taken up. */
const REPLACED: readonly string[] = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'eXIf', 'iCCP', 'acTL', 'fcTL', 'fdAT'];
/** Keyword of XMP, then: no compression, no language, no translated keyword. */
const XMP_KEYWORD = Buffer.from('XML:com.adobe.xmp\0', 'latin1');
const XMP_HEAD = Buffer.concat([XMP_KEYWORD, Buffer.alloc(4)]);

interface Chunk {
  readonly type: string;
  /** With length and CRC. */
  readonly whole: Buffer;
}

/** A PNG with its tags. */
export interface TaggedPng {
  readonly bytes: Buffer;
  /** One clause each. */
  readonly losses: readonly string[];
}

/**
 * Writes tags into a PNG without any. @param source the PNG of the day, if it was one: its texts, density and time are kept byte for byte,
 * its other chunks named as lost.
 */
export function tagPng(png: Buffer, { exif, xmp, icc, isConverted }: ImageTags, source?: Buffer): TaggedPng {
  const own = readChunks(png);
  const from = source ? readChunks(source) : [];
  // A file has one statement of its colours: a profile or `sRGB`.
  const profile = icc ? from.filter(({ type }) => type === 'iCCP') : [];
  const hasProfile = profile.length > 0 || isConverted;
  const kept = from.filter(
    (chunk) => KEPT.includes(chunk.type) && !isXmp(chunk) && !(hasProfile && chunk.type === 'sRGB'),
  );
  const density = kept.some(({ type }) => type === 'pHYs');
  const left = from.map(({ type }) => type).filter((type) => !KEPT.includes(type) && !REPLACED.includes(type));
  const [header, ...rest] = own.filter(({ type }) => !(density && type === 'pHYs'));
  return {
    bytes: Buffer.concat([
      png.subarray(0, SIGNATURE_BYTES),
      header?.whole ?? Buffer.alloc(0),
      ...[...profile, ...kept].map(({ whole }) => whole),
      ...(exif ? [encodeChunk('eXIf', exif)] : []),
      ...(xmp ? [from.find(isXmp)?.whole ?? encodeChunk('iTXt', Buffer.concat([XMP_HEAD, xmp]))] : []),
      ...rest.map(({ whole }) => whole),
    ]),
    losses: left.length > 0 ? [`PNG chunks ${[...new Set(left)].join(', ')} are left out`] : [],
  };
}

function isXmp({ type, whole }: Chunk): boolean {
  return type === 'iTXt' && whole.subarray(8, 8 + XMP_KEYWORD.length).equals(XMP_KEYWORD);
}

/** All chunks that are whole. */
function readChunks(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE_BYTES; at + 12 <= png.length;) {
    const end = at + 12 + png.readUInt32BE(at);
    if (end > png.length) break;
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), whole: png.subarray(at, end) });
    at = end;
  }
  return chunks;
}

function encodeChunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(content.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
