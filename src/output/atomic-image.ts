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
    throw named(error, file);
  }
  await file.commit();
}

/** The failure with the name that the user gave. */
function named(error: unknown, { path, temporaryPath }: AtomicFile): unknown {
  if (!(error instanceof NocturneError)) return error;
  const { code, stage } = error;
  const isFull = code === 'OUTPUT_NO_SPACE';
  const message = isFull ? `Cannot write ${path}: the disk is full.` : error.message.replaceAll(temporaryPath, path);
  return new NocturneError({ code, stage, message, cause: error });
}
