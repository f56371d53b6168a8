import type { Frame as AvFrame } from 'node-av/lib';
import * as av from 'node-av/constants';
import { pixelFormatName } from './av-color.js';

/** What laying a video with an alpha channel over black is called in notices. */
export const FLATTENED = 'transparent parts became black';

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
  const planar = /64|48/.test(name) ? 'gbrap16le' : 'gbrap';
  return [`format=${/^ya/.test(name) ? `yuva444p${/16/.test(name) ? '16le' : ''}` : planar}`, 'premultiply=inplace=1'];
}
