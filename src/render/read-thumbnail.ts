import type { Frame } from '../core/frame.js';
import type { Thumbnail } from '../image/thumbnail.js';
import type { Renderer } from './renderer.js';

/** The thumbnail of a frame, with its detail where one is wanted. Borrows the frame, lends the thumbnail as the renderer does. */
export function readThumbnail(renderer: Renderer, frame: Frame, wantsDetail = false): Thumbnail {
  const thumbnail = renderer.thumbnail(frame);
  return wantsDetail ? { ...thumbnail, detail: renderer.detail(frame) } : thumbnail;
}
