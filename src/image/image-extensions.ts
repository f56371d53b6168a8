import { extname } from 'node:path';

/** Endings of the pictures that `picture-file.ts` writes. */
export const WRITABLE_EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp'] as const;

/** Endings of the pictures that `picture-file.ts` reads, pixel for pixel. libav reads them too. */
const RGB_ENDINGS: readonly string[] = [...WRITABLE_EXTENSIONS, '.jfif', '.tif', '.tiff', '.avif'];

/** Endings of the pictures that libav alone reads. */
const LIBAV_ENDINGS: readonly string[] = [...['.bmp', '.jxl', '.jp2', '.ppm', '.pgm', '.tga', '.exr', '.dpx', '.qoi']];

/** Whether a name is a still picture's: the one list of the product. A GIF is a video. */
export function isImagePath(path: string): boolean {
  return isReadAsRgb(path) || LIBAV_ENDINGS.includes(endingOf(path));
}

/** Whether `readRgb` reads such a picture; libav reads the others. */
export function isReadAsRgb(path: string): boolean {
  return RGB_ENDINGS.includes(endingOf(path));
}

/** The ending with which `writePicture` writes the path; undefined where it cannot. */
export function writableExtension(path: string): (typeof WRITABLE_EXTENSIONS)[number] | undefined {
  return WRITABLE_EXTENSIONS.find((known) => known === endingOf(path));
}

function endingOf(path: string): string {
  return extname(path).toLowerCase();
}
