/** Pixels as another library has decoded them, straight (not premultiplied) alpha last. */
export interface PixelData {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** `[height, width, channels]`: sRGB code values of 8 or 16 bit, or linear light with white at 1. */
  readonly samples: Uint8Array | Uint16Array | Float32Array;
  /** ICC profile of the code values. */
  readonly icc?: Uint8Array;
  /** As in EXIF, 1 to 8; default 1. */
  readonly orientation?: number;
}

/** Types of TIFF fields. */
const [SHORT, LONG, UNDEFINED] = [3, 4, 7] as const;
/** Bytes of the header, before the first field directory. */
const HEADER_BYTES = 8;

interface Field {
  readonly tag: number;
  readonly type: typeof SHORT | typeof LONG | typeof UNDEFINED;
  readonly count: number;
  /** The values in little-endian bytes. */
  readonly bytes: Buffer;
}

/** Pixels as an uncompressed TIFF in memory, with their profile: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
export function encodeTiff({ width, height, channels, samples, icc, orientation = 1 }: PixelData): Buffer {
  const pixels = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const bits = 8 * samples.BYTES_PER_ELEMENT;
  const sampleFormat = samples instanceof Float32Array ? 3 : 1;
  const pixelsAt = HEADER_BYTES;
  const fields: Field[] = [
    longs(256, width),
    longs(257, height),
    shorts(258, ...Array.from({ length: channels }, () => bits)),
    shorts(259, 1), // no compression
    shorts(262, 2), // RGB
    longs(273, pixelsAt),
    shorts(274, orientation),
    shorts(277, channels),
    longs(278, height),
    longs(279, pixels.length),
    ...(channels === 4 ? [shorts(338, 2)] : []), // alpha, not premultiplied
    shorts(339, ...Array.from({ length: channels }, () => sampleFormat)),
    ...(icc ? [{ tag: 34_675, type: UNDEFINED, count: icc.length, bytes: Buffer.from(icc) }] : []),
  ];
  return Buffer.concat([header(pixelsAt + pixels.length), pixels, directory(fields, pixelsAt + pixels.length)]);
}

function header(directoryAt: number): Buffer {
  const bytes = Buffer.from('II*\0\0\0\0\0', 'latin1');
  bytes.writeUInt32LE(directoryAt, 4);
  return bytes;
}

/** The directory at an offset, followed by the values that do not fit into four bytes. */
function directory(fields: readonly Field[], at: number): Buffer {
  const entries = Buffer.alloc(2 + 12 * fields.length + 4);
  const values: Buffer[] = [];
  let valuesAt = at + entries.length;
  entries.writeUInt16LE(fields.length, 0);
  fields.forEach(({ tag, type, count, bytes }, index) => {
    const entryAt = 2 + 12 * index;
    entries.writeUInt16LE(tag, entryAt);
    entries.writeUInt16LE(type, entryAt + 2);
    entries.writeUInt32LE(count, entryAt + 4);
    if (bytes.length <= 4) bytes.copy(entries, entryAt + 8);
    else {
      entries.writeUInt32LE(valuesAt, entryAt + 8);
      values.push(bytes);
      valuesAt += bytes.length;
    }
  });
  return Buffer.concat([entries, ...values]);
}

function shorts(tag: number, ...values: readonly number[]): Field {
  return { tag, type: SHORT, count: values.length, bytes: Buffer.from(Uint16Array.from(values).buffer) };
}

function longs(tag: number, value: number): Field {
  return { tag, type: LONG, count: 1, bytes: Buffer.from(Uint32Array.of(value).buffer) };
}
