import sharp from 'sharp';
import type { Frame } from '../../core/frame.js';
import { isFittedCard } from '../../infer/image-network/image-card.js';
import type { ModelCard } from '../../infer/model-card.js';
import type { Look } from '../../look/look.js';
import { lampRecords, type LampRecord } from '../../pipeline/worker/lamp-record.js';
import type { SyncRenderer } from '../../render/renderer.js';
import { SURFACES, SURFACE_HEIGHT, SURFACE_SIZE, SURFACE_WIDTH } from '../../scene/scene.js';
import type { NightLook } from './night-maker.js';
import { croppedLuma } from './night-image.js';
import type { Orientation } from './orientation.js';

/** zlib's level of masks: they are smooth. */
const MASK_LEVEL = 6;

/** Names of a scene mask's indices, for `classes.json`. */
export const SCENE_CLASS_NAMES: readonly string[] = SURFACES;

/**
 * The lamps of a look in stored pixels. @param frame size of the look's frame, upright and padded. @param card of the generator.
 */
export function storedLamps(
  look: Look,
  frame: Pick<Frame, 'width' | 'height'>,
  orientation: Orientation,
  card: ModelCard,
): LampRecord[] {
  return lampRecords(look, frame, { isFitted: isFittedCard(card) }).map((lamp) => {
    const [x, y] = orientation.storedPlace(lamp.x, lamp.y);
    const [radiusX, radiusY] = orientation.storedSpan(lamp.radiusX, lamp.radiusY);
    return { ...lamp, x, y, radiusX, radiusY };
  });
}

/** What lamps and their glow add to each stored pixel of a day, as a grey PNG: luma, 255 white. Borrows the day. */
export async function lightMask(
  renderer: SyncRenderer,
  day: Frame,
  night: NightLook,
  orientation: Orientation,
): Promise<Buffer> {
  using frame = day.clone();
  renderer.apply(night.look, { ...night.controls, view: 'lights' }, frame);
  return await maskFile(croppedLuma(frame, orientation), orientation);
}

/** The surest surface of each stored pixel as a grey PNG: indices of {@link SCENE_CLASS_NAMES}. @param surfaces `[13, 72, 128]`, borrowed. */
export function sceneMask(surfaces: Float32Array, orientation: Orientation): Promise<Buffer> {
  const small = surestSurfaces(surfaces);
  const { width, height } = orientation.upright;
  const mask = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    const row = SURFACE_WIDTH * Math.floor(((y + 0.5) * SURFACE_HEIGHT) / height);
    for (let x = 0; x < width; x++, at++) mask[at] = small[row + Math.floor(((x + 0.5) * SURFACE_WIDTH) / width)] ?? 0;
  }
  return maskFile(mask, orientation);
}

function surestSurfaces(surfaces: Float32Array): Uint8Array {
  const surest = new Uint8Array(SURFACE_SIZE);
  for (let i = 0; i < SURFACE_SIZE; i++) {
    for (let plane = 1; plane < SURFACES.length; plane++) {
      const best = (surest[i] ?? 0) * SURFACE_SIZE + i;
      if ((surfaces[plane * SURFACE_SIZE + i] ?? 0) > (surfaces[best] ?? 0)) surest[i] = plane;
    }
  }
  return surest;
}

function maskFile(upright: Uint8Array, orientation: Orientation): Promise<Buffer> {
  const raw = { ...orientation.stored, channels: 1 as const };
  return sharp(orientation.toStored(upright, 1), { raw })
    .toColourspace('b-w')
    .png({ compressionLevel: MASK_LEVEL })
    .toBuffer();
}
