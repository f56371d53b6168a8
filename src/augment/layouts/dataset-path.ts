import { posix } from 'node:path';
import { extensionOf, isImagePath } from '../../image/image-extensions.js';

/** Extensions of images that are written; every other image becomes a PNG. */
const WRITTEN_IMAGES: readonly string[] = ['.png', '.jpg', '.jpeg', '.jfif', '.webp', '.tif', '.tiff', '.avif'];
/** Extensions of videos that are written; every other video becomes an MP4. */
const WRITTEN_VIDEOS: readonly string[] = ['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.ts'];
/** The other extensions of videos. An animated GIF is one. */
const OTHER_VIDEOS: readonly string[] = [
  ...['.mpg', '.mpeg', '.m2ts', '.mts', '.wmv', '.flv', '.3gp', '.ogv', '.mjpeg', '.mjpg', '.h264', '.264', '.hevc'],
  ...['.265', '.vob', '.gif'],
];

/** The folder of a path, from the root of the set; empty for the root itself. */
export function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? '' : path.slice(0, at);
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The last part of a path without its extension. */
export function stemOf(path: string): string {
  const name = nameOf(path);
  return name.slice(0, name.length - posix.extname(name).length);
}

/** Whether a path names a video, by its extension. */
export function isVideoPath(path: string): boolean {
  return WRITTEN_VIDEOS.includes(extensionOf(path)) || OTHER_VIDEOS.includes(extensionOf(path));
}

/** A path with another extension. @param extension with its dot. */
export function withExtension(path: string, extension: string): string {
  return path.slice(0, path.length - posix.extname(path).length) + extension;
}

/** The path that the night of an image or video is written to: its own where its format is written, else `.png` or `.mp4`. */
export function nightPath(path: string): string {
  const extension = extensionOf(path);
  if (isImagePath(path)) return WRITTEN_IMAGES.includes(extension) ? path : withExtension(path, '.png');
  return WRITTEN_VIDEOS.includes(extension) ? path : withExtension(path, '.mp4');
}
