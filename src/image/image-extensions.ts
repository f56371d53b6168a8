import { extname } from 'node:path';

/** Extensions of the image files that `writeImage` writes. */
export const WRITABLE_EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp'] as const;

/** Extensions of the image files that `readRgb` reads, pixel for pixel. libav reads them too. */
const RGB_EXTENSIONS: readonly string[] = [...WRITABLE_EXTENSIONS, '.jfif', '.tif', '.tiff', '.avif'];

/** Extensions of the image files that only libav reads. */
const LIBAV_EXTENSIONS: readonly string[] = ['.bmp', '.jxl', '.jp2', '.ppm', '.pgm', '.tga', '.exr', '.dpx', '.qoi'];

/** Whether a path names a still image, by its extension. A GIF counts as video. */
export function isImagePath(path: string): boolean {
  return isReadAsRgb(path) || LIBAV_EXTENSIONS.includes(extensionOf(path));
}

/** Whether `readRgb` reads this image file; libav reads the others. */
export function isReadAsRgb(path: string): boolean {
  return RGB_EXTENSIONS.includes(extensionOf(path));
}

/** Returns the path's extension if `writeImage` supports it, else undefined. */
export function writableExtension(path: string): (typeof WRITABLE_EXTENSIONS)[number] | undefined {
  return WRITABLE_EXTENSIONS.find((known) => known === extensionOf(path));
}

function extensionOf(path: string): string {
  return extname(path).toLowerCase();
}
