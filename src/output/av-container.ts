import { AVFMT_NOFILE, AV_CODEC_ID_NONE } from 'node-av/constants';
import { OutputFormat } from 'node-av/lib';
import { extname } from 'node:path';
import { NocturneError } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';

/** How to get what several files hold: a playlist with its segments, the images of a video. */
const REMEDIES: Readonly<Record<string, string>> = {
  hls: 'Render to .mp4, then package it: `ffmpeg -i NIGHT.mp4 -c copy -hls_list_size 0 NIGHT.m3u8`.',
  dash: 'Render to .mp4, then package it: `ffmpeg -i NIGHT.mp4 -c copy NIGHT.mpd`.',
  image2: 'Render to .mkv, then extract its images: `ffmpeg -i NIGHT.mkv NIGHT-%05d.png`.',
};

/** Muxers that accept every codec and write its bytes without a container, under a name that promises pixels. */
const HEADERLESS = new Set(['rawvideo']);

/** FFmpeg 8.1: the AVI muxer begins every stream at 0, whenever it begins. */
const BEGIN_AT_ZERO = new Set(['avi']);

/** True when a container keeps the time of its first frame. One that counts frames does not: see `ContainerTrial.keepsTimes`. */
export function keepsStart(format: OutputFormat): boolean {
  return !BEGIN_AT_ZERO.has(format.name ?? '');
}

/** True when a muxer of this build claims the extension of a path, for video or anything else. */
export function hasMuxer(path: string): boolean {
  return OutputFormat.guessFormat(null, path, null) !== null;
}

/**
 * The container of one video file that a path names by its extension. Throws NocturneError: `OUTPUT_UNSUPPORTED` for an
 * address, for a path that names no video container, and for a container of several files.
 */
export function videoContainer(path: string): OutputFormat {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    const address = maskUrl(path);
    throw unsupported(`The output ${address} is an address, and a render writes a file.`, 'Give the path of a file.');
  }
  const format = OutputFormat.guessFormat(null, path, null);
  const name = format?.name ?? '';
  if (format && (format.flags & AVFMT_NOFILE) !== 0) {
    const remedy = REMEDIES[name] ?? 'Use .mp4 or .mkv.';
    throw unsupported(`The output ${path} would be several files (${name}), and a render writes one.`, remedy);
  }
  if (!format || format.videoCodec === AV_CODEC_ID_NONE || HEADERLESS.has(name)) {
    const extension = extname(path) || 'no extension';
    throw unsupported(`The output ${path} needs the extension of a video container, got ${extension}.`);
  }
  return format;
}

/** A NocturneError `OUTPUT_UNSUPPORTED`. @param remedy default: that of the code. */
export function unsupported(message: string, remedy?: string): NocturneError {
  return new NocturneError({
    code: 'OUTPUT_UNSUPPORTED',
    stage: 'output',
    message,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
