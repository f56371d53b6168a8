import { NocturneError } from '../core/errors.js';

/** The error of an FFmpeg of the user's own, or of the package that starts it, which cannot be used. */
export function ffmpegUnavailable(message: string, remedy?: string, cause?: unknown): NocturneError {
  return new NocturneError({
    ...{ code: 'FFMPEG_UNAVAILABLE', stage: 'pipeline', message, cause },
    ...(remedy === undefined ? {} : { remedy }),
  });
}
