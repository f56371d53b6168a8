import { NocturneError } from '../core/errors.js';
import { maskUrl } from '../core/mask-url.js';
import { readFailure } from '../image/image-file.js';
import { convertPixels, decodeImage, FIRST_ONLY, ROTATED, type DecodedImage } from '../image/decode-image.js';
import { imageSignature, type ImageKind, type ImageSignature } from '../image/image-kind.js';
import { decodeStill } from './av-still.js';
import { planImage } from './open-plan.js';

/** Formats that sharp decodes; libav decodes the others. */
const DECODED_BY_SHARP: readonly ImageKind[] = ['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'];

/** An image and the format of its file. */
export interface ReadImage extends DecodedImage {
  readonly kind: ImageKind;
}

/**
 * Reads an image file of any format by its content, at its own size: the one way to read an image, for renders, streams and
 * probes. Upright, in sRGB, 8 bit, transparency over black, the first frame or page of several.
 * Rejects with NocturneError, or with the signal's reason when it aborts.
 */
export async function readImage(path: string, signal?: AbortSignal): Promise<ReadImage> {
  const label = maskUrl(path);
  const signature = imageSignature(path);
  if (!signature) throw await readFailure(path, new Error('its content is no image format that is read here'));
  if (signature.kind === 'heic') throw heicError(label);
  const { kind, isAnimated } = signature;
  if (isDecodedBySharp(signature)) return { ...(await decodeImage(path)), kind };
  const { isRotated, ...pixels } = await decodeStill(planImage(path, kind, label), signal);
  const { image, changes } = await convertPixels(pixels, label);
  return {
    image,
    changes: [...(kind === 'avif' && isAnimated ? [FIRST_ONLY] : []), ...(isRotated ? [ROTATED] : []), ...changes],
    kind,
  };
}

function heicError(label: string): NocturneError {
  return new NocturneError({
    code: 'INPUT_UNSUPPORTED',
    stage: 'ingest',
    message: `${label} is a HEIC image, which is not read here.`,
    remedy: 'Convert it first: `heif-convert IN.heic OUT.jpg`, or `magick IN.heic OUT.jpg`.',
  });
}

/** Whether sharp decodes an image; libav decodes the others. sharp 0.35 does not take AVIF sequences. */
export function isDecodedBySharp({ kind, isAnimated }: ImageSignature): boolean {
  return DECODED_BY_SHARP.includes(kind) && !(kind === 'avif' && isAnimated);
}
