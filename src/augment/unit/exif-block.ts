/** Tags and sizes of TIFF directories: CIPA DC-008-2019, 4.6. */
const [THUMBNAIL_AT, THUMBNAIL_BYTES] = [0x0201, 0x0202] as const;
const ENTRY_BYTES = 12;

/** EXIF metadata without its thumbnail. */
export interface BareExif {
  readonly exif: Uint8Array;
  readonly hadThumbnail: boolean;
}

/**
 * Takes the thumbnail out of EXIF metadata: it still shows the day. Nothing else changes place: the thumbnail's bytes are zeros, or cut off
 * where they are the last, and the directory that names it is not linked. Lends the block or copies it.
 * @param block begins with a TIFF header. Undefined where it is no such block.
 */
export function withoutThumbnail(block: Uint8Array): BareExif | undefined {
  try {
    return takeThumbnail(block);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // an offset leads out of the block
    throw error;
  }
}

function takeThumbnail(block: Uint8Array): BareExif | undefined {
  const out = Uint8Array.from(block);
  const view = new DataView(out.buffer);
  const order = String.fromCharCode(...out.subarray(0, 2));
  if (order !== 'II' && order !== 'MM') return undefined;
  const isLittle = order === 'II';
  const first = view.getUint32(4, isLittle);
  const linkAt = first + 2 + ENTRY_BYTES * view.getUint16(first, isLittle);
  const second = linkAt + 4 <= out.length ? view.getUint32(linkAt, isLittle) : 0;
  if (second === 0) return { exif: block, hadThumbnail: false };
  let [start, bytes] = [0, 0];
  for (let i = 0; i < view.getUint16(second, isLittle); i++) {
    const at = second + 2 + ENTRY_BYTES * i;
    const tag = view.getUint16(at, isLittle);
    if (tag === THUMBNAIL_AT) start = view.getUint32(at + 8, isLittle);
    if (tag === THUMBNAIL_BYTES) bytes = view.getUint32(at + 8, isLittle);
  }
  view.setUint32(linkAt, 0, isLittle);
  if (start === 0 || bytes === 0) return { exif: out, hadThumbnail: true };
  const isLast = start + bytes >= out.length && start > second;
  if (isLast) return { exif: out.subarray(0, start), hadThumbnail: true };
  out.fill(0, start, Math.min(out.length, start + bytes));
  return { exif: out, hadThumbnail: true };
}
