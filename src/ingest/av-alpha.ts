import { Codec, type Frame as AvFrame, type Stream } from 'node-av/lib';
import * as av from 'node-av/constants';
import { pixelFormatName } from './av-color.js';

/** What laying a video with an alpha channel over black is called in notices. */
export const FLATTENED = 'alpha channel applied: transparent parts become black';

/** True for pixel formats with an alpha channel, by FFmpeg's name; a palette's alpha counts too. */
export function hasAlpha(name: string): boolean {
  return /^(rgba|bgra|argb|abgr|gbrap|ya\d|yuva|pal8|ayuv|vuya|uyva)/.test(name);
}

/** Filters that lay frames like this one over black, by multiplying with alpha; none for opaque frames. */
export function flattenFilters(avFrame: AvFrame): string[] {
  const name = pixelFormatName(avFrame);
  // Multiplied already: what shows is what it would show over black.
  if (!hasAlpha(name) || avFrame.alphaMode === av.AVALPHA_MODE_PREMULTIPLIED) return [];
  // The filter takes planar formats only.
  if (/^(yuva|gbrap)/.test(name)) return ['premultiply=inplace=1'];
  return [`format=${/64|ya16/.test(name) ? 'gbrap16le' : 'gbrap'}`, 'premultiply=inplace=1'];
}

/** The decoder that reads the alpha channel of WebM, which libav's own leave out; null for all other streams. */
export function alphaDecoderOf({ codecpar, metadata }: Stream): Codec | null {
  if (metadata?.get('alpha_mode') !== '1') return null;
  if (codecpar.codecId === av.AV_CODEC_ID_VP9) return Codec.findDecoderByName(av.FF_DECODER_LIBVPX_VP9);
  return codecpar.codecId === av.AV_CODEC_ID_VP8 ? Codec.findDecoderByName(av.FF_DECODER_LIBVPX_VP8) : null;
}
