import { extname } from 'node:path';

/** Extensions of the image files that `writeImage` writes. */
export const WRITABLE_EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp'] as const;

/** Extensions of the image files that `readRgb` reads, pixel for pixel. libav reads them too. */
const RGB_EXTENSIONS: readonly string[] = [...WRITABLE_EXTENSIONS, '.jfif', '.tif', '.tiff', '.avif'];

/** Extensions of the other image files; HEIC among them, whose error says what to do. */
const OTHER_EXTENSIONS: readonly string[] = [
  ...['.apng', '.bmp', '.jxl', '.jp2', '.j2k', '.ppm', '.pgm', '.pbm', '.pnm', '.pam', '.pfm', '.phm', '.hdr'],
  ...['.tga', '.exr', '.dpx', '.qoi', '.heic', '.heif', '.hif'],
];

/** Whether a path names a still image, by its extension: for outputs, and for files that a folder lists. A GIF counts as video. */
export function isImagePath(path: string): boolean {
  return isReadAsRgb(path) || OTHER_EXTENSIONS.includes(extensionOf(path));
}

/** Whether `readRgb` reads this image file, by its extension. */
export function isReadAsRgb(path: string): boolean {
  return RGB_EXTENSIONS.includes(extensionOf(path));
}

/** Returns the path's extension if `writeImage` supports it, else undefined. */
export function writableExtension(path: string): (typeof WRITABLE_EXTENSIONS)[number] | undefined {
  return WRITABLE_EXTENSIONS.find((known) => known === extensionOf(path));
}

/** The path's extension in lower case, with its dot; empty when it has none. */
export function extensionOf(path: string): string {
  return extname(path).toLowerCase();
}
