import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { extensionOf } from './image-extensions.js';

/** Format of an image file, from its content. `heic`: HEVC in HEIF, which nothing here reads. */
export type ImageKind = (typeof SIGNATURES)[number][0] | 'avif' | 'heic' | 'tga';

/** What the first bytes of a file say of it. */
export interface ImageSignature {
  readonly kind: ImageKind;
  /** True when the file may hold several frames over time: GIF, animated PNG, WebP and AVIF. */
  readonly isAnimated: boolean;
}

/** Bytes that {@link imageSignature} looks at: an animated PNG says so after its colour profile. */
const HEAD_BYTES = 65_536;

/** Formats by their first bytes, one of several texts in Latin-1 or a pattern; in a text, a dot stands for any byte. */
const SIGNATURES = [
  ['jpeg', ['\xff\xd8\xff']],
  ['png', ['\x89PNG\r\n\x1a\n']],
  ['webp', ['RIFF....WEBP']],
  ['tiff', ['II*\0', 'II+\0', 'MM\0*', 'MM\0+']],
  ['gif', ['GIF87a', 'GIF89a']],
  // Text may begin with BM too, but the size of a bitmap's header follows.
  ['bmp', ['\x0c', '\x28', '\x34', '\x38', '\x40', '\x6c', '\x7c'].map((size) => `BM............${size}\0\0\0`)],
  ['jxl', ['\xff\x0a', '\0\0\0\x0cJXL \r\n\x87\n']],
  ['jp2', ['\0\0\0\x0cjP  \r\n\x87\n', '\xff\x4f\xff\x51']],
  ['pbm', /^P[14][\s#]/],
  ['pgm', /^P[25][\s#]/],
  ['ppm', /^P[36][\s#]/],
  ['pam', /^P7\s/],
  ['pfm', /^P[Ff]\s/],
  ['phm', /^P[Hh]\s/],
  ['exr', ['\x76\x2f\x31\x01']],
  ['hdr', ['#?RADIANCE\n', '#?RGBE\n']],
  ['dpx', ['SDPX', 'XPDS']],
  ['qoi', ['qoif']],
] as const;

/** A stream of motion JPEG without a container is a video. It begins as an image does, so that only its name says so. */
const MJPEG_EXTENSIONS = ['.mjpeg', '.mjpg'];
/** Brands of HEIF files by what they are coded with. */
const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'hevm', 'hevs', 'mif1', 'msf1'];

/**
 * The image format of a file by its content; its name counts only for TGA, which has no signature, and motion JPEG. Undefined for any other
 * file, also one that cannot be read.
 */
export function imageSignature(path: string): ImageSignature | undefined {
  const head = readHead(path);
  return head && signatureOf(head, extensionOf(path));
}

/** The same for the bytes of a file. @param name its name or path. */
export function imageSignatureOf(bytes: Uint8Array, name: string): ImageSignature | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES));
  return signatureOf(head, extensionOf(name));
}

function signatureOf(head: Buffer, extension: string): ImageSignature | undefined {
  const text = head.toString('latin1', 0, 256);
  if (MJPEG_EXTENSIONS.includes(extension)) return undefined;
  const kind = SIGNATURES.find(([, start]) => hasStart(text, start))?.[0];
  if (kind !== undefined) return { kind, isAnimated: isAnimated(kind, head) };
  if (text.slice(4, 8) === 'ftyp') return heifSignature(head);
  return extension === '.tga' && head.length > 18 ? { kind: 'tga', isAnimated: false } : undefined;
}

function hasStart(text: string, start: RegExp | readonly string[]): boolean {
  if (start instanceof RegExp) return start.test(text);
  return start.some((expected) => Array.from(expected, (char, i) => char === '.' || char === text[i]).every(Boolean));
}

/** A HEIF file names its codec in its brands, the main one first. */
function heifSignature(head: Buffer): ImageSignature | undefined {
  const brands = head.toString('latin1', 8, Math.min(head.length, head.readUInt32BE(0), 256)).match(/.{4}/gs) ?? [];
  const [main = ''] = brands;
  if (![...AVIF_BRANDS, ...HEIC_BRANDS].includes(main)) return undefined;
  const isAvif = brands.some((brand) => AVIF_BRANDS.includes(brand));
  return { kind: isAvif ? 'avif' : 'heic', isAnimated: main === 'avis' };
}

function isAnimated(kind: ImageKind, head: Buffer): boolean {
  if (kind === 'gif') return true;
  // VP8X's flags: https://developers.google.com/speed/webp/docs/riff_container
  if (kind === 'webp') return head.toString('latin1', 12, 16) === 'VP8X' && ((head[20] ?? 0) & 2) !== 0;
  return kind === 'png' && hasAnimationChunk(head);
}

/** True when a PNG has an `acTL` chunk, which precedes its first `IDAT`. */
function hasAnimationChunk(head: Buffer): boolean {
  let at = 8;
  while (at + 8 <= head.length) {
    const type = head.toString('latin1', at + 4, at + 8);
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
    at += head.readUInt32BE(at) + 12;
  }
  return false;
}

function readHead(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    if (!statSync(path).isFile()) return undefined; // opening a named pipe waits for its writer
    file = openSync(path, 'r');
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } catch {
    return undefined; // whoever reads the file reports why
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
