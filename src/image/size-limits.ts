import { NocturneError } from '../core/errors.js';

/** Columns that a frame or an image may have: the apply kernel's limit. */
export const MAX_COLUMNS = 16_384;
/** Pixels that an image may have: sharp's own limit, 16,383 x 16,383. */
export const MAX_IMAGE_PIXELS = 0x3fff * 0x3fff;
/**
 * Pixels that a frame of a video may have: 8192 x 4352, the largest of any level of H.264, and of HEVC and AV1 up to level
 * 6.2. A pipeline holds dozens of frames, so that larger ones would take gigabytes.
 */
export const MAX_VIDEO_PIXELS = 35_651_584;

/** Throws NocturneError INPUT_UNSUPPORTED for an upright image of more columns or pixels than the limits. @param label its name for people. */
export function checkImageSize(width: number, height: number, label: string): void {
  if (width <= MAX_COLUMNS && width * height <= MAX_IMAGE_PIXELS) return;
  throw tooLarge(`${label} is ${width}x${height}; an image may have at most 16,384 columns and 268.4 million pixels.`);
}

/** Throws NocturneError INPUT_UNSUPPORTED for a video whose frames have more columns, rows or pixels than the limits. */
export function checkVideoSize(width: number, height: number, label: string): void {
  if (Math.max(width, height) <= MAX_COLUMNS && width * height <= MAX_VIDEO_PIXELS) return;
  throw tooLarge(
    `${label} is ${width}x${height}; a video may have at most 16,384 columns, as many rows and 35.6 million pixels.`,
  );
}

function tooLarge(message: string): NocturneError {
  const remedy = 'Scale it down first: `ffmpeg -i IN -vf scale=3840:-2 OUT`.';
  return new NocturneError({ code: 'INPUT_UNSUPPORTED', stage: 'ingest', message, remedy });
}
