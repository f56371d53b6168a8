import { NocturneError } from '../core/errors.js';
import { writeImage } from '../image/image-file.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { AtomicFile } from './atomic-file.js';

/**
 * Writes an image to an opened file and gives it its final name. Throws NocturneError OUTPUT_NO_PERMISSION, OUTPUT_NO_SPACE or
 * OUTPUT_FAILED: what was there before is then unchanged.
 */
export async function commitImage(file: AtomicFile, image: RgbImage): Promise<void> {
  try {
    await writeImage(file.temporaryPath, image);
  } catch (error) {
    await file.discard();
    throw error instanceof NocturneError ? withPath(error, file.path, file.temporaryPath) : error;
  }
  await file.commit();
}

/** A failure to write an image, with the path that the user gave instead of the temporary one. */
export function withPath(error: NocturneError, path: string, temporaryPath: string): NocturneError {
  const { code, stage } = error;
  const isFull = code === 'OUTPUT_NO_SPACE';
  const message = isFull ? `Cannot write ${path}: the disk is full.` : error.message.replaceAll(temporaryPath, path);
  return new NocturneError({ code, stage, message, cause: error });
}
