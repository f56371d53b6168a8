import type { PixelSize } from './orientation.js';
import type { ImageTags } from './image-tags.js';

/** Flags of the chunk `VP8X`: https://developers.google.com/speed/webp/docs/riff_container */
const FLAGS = { ICCP: 0x20, ALPHA: 0x10, EXIF: 0x08, XMP: 0x04 } as const;
const RIFF_HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;

interface Chunk {
  readonly type: string;
  readonly content: Buffer;
}

/** Writes tags into a WebP without any: EXIF and XMP byte for byte. Lends the file or copies it. */
export function tagWebp(
  webp: Buffer,
  { exif, xmp, icc }: ImageTags,
  { width, height }: PixelSize,
  hasAlpha: boolean,
): Buffer {
  if (!exif && !xmp && !icc) return webp;
  const chunks = readChunks(webp);
  const head = Buffer.alloc(10);
  chunks.find(({ type }) => type === 'VP8X')?.content.copy(head);
  const own = chunks.filter(({ type }) => type !== 'VP8X' && !(icc && type === 'ICCP'));
  head[0] =
    (head[0] ?? 0) |
    (icc ? FLAGS.ICCP : 0) |
    (hasAlpha ? FLAGS.ALPHA : 0) |
    (exif ? FLAGS.EXIF : 0) |
    (xmp ? FLAGS.XMP : 0);
  head.writeUIntLE(width - 1, 4, 3);
  head.writeUIntLE(height - 1, 7, 3);
  return encodeRiff([
    { type: 'VP8X', content: head },
    ...(icc ? [{ type: 'ICCP', content: Buffer.from(icc) }] : []),
    ...own,
    ...(exif ? [{ type: 'EXIF', content: Buffer.from(exif) }] : []),
    ...(xmp ? [{ type: 'XMP ', content: Buffer.from(xmp) }] : []),
  ]);
}

/** Whether a WebP file is coded without loss. */
export function isLosslessWebp(webp: Buffer): boolean {
  return readChunks(webp).some(({ type }) => type === 'VP8L');
}

/** All chunks that are whole. */
function readChunks(webp: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = RIFF_HEAD_BYTES; at + CHUNK_HEAD_BYTES <= webp.length;) {
    const bytes = webp.readUInt32LE(at + 4);
    const start = at + CHUNK_HEAD_BYTES;
    if (start + bytes > webp.length) break;
    chunks.push({ type: webp.toString('latin1', at, at + 4), content: webp.subarray(start, start + bytes) });
    at = start + bytes + (bytes & 1);
  }
  return chunks;
}

function encodeRiff(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.flatMap(({ type, content }) => {
    const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
    head.writeUInt32LE(content.length, 4);
    return [head, content, Buffer.alloc(content.length & 1)];
  });
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...parts]);
  const riff = Buffer.from('RIFF\0\0\0\0', 'latin1');
  riff.writeUInt32LE(body.length, 4);
  return Buffer.concat([riff, body]);
}
