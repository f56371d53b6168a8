import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Extensions of still pictures that libav decodes. */
const PICTURE_EXTENSIONS = new Set(
  [
    'jpg',
    'jpeg',
    'jfif',
    'png',
    'webp',
    'bmp',
    'tif',
    'tiff',
    'jxl',
    'jp2',
    'ppm',
    'pgm',
    'tga',
    'exr',
    'dpx',
    'qoi',
  ].map((extension) => `.${extension}`),
);

/** True when the name is a still picture's. */
export function isPicture(path: string): boolean {
  return PICTURE_EXTENSIONS.has(extname(path).toLowerCase());
}

/** Paths of the pictures in a folder, hidden ones left out, as a person would sort them: 2 before 10. */
export async function listPictures(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => isPicture(name) && !name.startsWith('.'));
  const order = new Intl.Collator('en', { numeric: true });
  return names.sort((a, b) => order.compare(a, b) || (a < b ? -1 : 1)).map((name) => join(folder, name));
}
