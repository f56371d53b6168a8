import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { PIXELS } from './image-set.js';

/** Hues of vehicle lamps and traffic signals. */
export const HUES = ['red', 'amber', 'green'] as const;

/** One of {@link HUES}. */
export type Hue = (typeof HUES)[number];

/**
 * Range of the angle of (U, V) in degrees. In BT.709, pure red is at 103, signal amber (255, 191, 0) at 158, pure yellow at
 * 175, pure green at 230, and the bluish green of signals (0, 255, 153) at 260.
 */
const HUE_ANGLES: Readonly<Record<Hue, readonly [from: number, to: number]>> = {
  red: [80, 130],
  amber: [130, 178],
  green: [205, 275],
};

/** Thresholds of a blob. */
export interface BlobThresholds {
  /** Minimum of `sqrt(U^2 + V^2)`. */
  readonly saturation: number;
  /** Minimum luma. */
  readonly luma: number;
  /** Range of the number of connected samples (8-neighbourhood) at 256x144. */
  readonly size: readonly [min: number, max: number];
}

/** Connected samples of one hue. */
export interface ColorBlob {
  readonly hue: Hue;
  /** Indices in the plane. */
  readonly samples: readonly number[];
}

/** Finds the blobs of an image `[3, 144, 256]`. */
export function colorBlobs(image: Float32Array, thresholds: BlobThresholds): ColorBlob[] {
  const hues = hueMap(image, thresholds);
  const blobs: ColorBlob[] = [];
  for (let i = 0; i < PIXELS; i++) {
    const hue = HUES[(hues[i] ?? 0) - 1];
    if (!hue) continue;
    const samples = removeComponent(hues, i);
    if (samples.length >= thresholds.size[0] && samples.length <= thresholds.size[1]) blobs.push({ hue, samples });
  }
  return blobs;
}

/** Returns `[144, 256]`: the sample's index in {@link HUES} plus 1, or 0 if it has no hue of a lamp. */
export function hueMap(image: Float32Array, thresholds: Pick<BlobThresholds, 'saturation' | 'luma'>): Uint8Array {
  const out = new Uint8Array(PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const [y, u, v] = [image[i] ?? 0, image[PIXELS + i] ?? 0, image[2 * PIXELS + i] ?? 0];
    if (y < thresholds.luma || Math.hypot(u, v) < thresholds.saturation) continue;
    const hue = hueOf(u, v);
    out[i] = hue === undefined ? 0 : 1 + HUES.indexOf(hue);
  }
  return out;
}

/** Returns the hue of a chroma, however weak; undefined for one that lamps and signals do not have. */
export function hueOf(u: number, v: number): Hue | undefined {
  const angle = ((Math.atan2(v, u) * 180) / Math.PI + 360) % 360;
  return HUES.find((hue) => angle >= HUE_ANGLES[hue][0] && angle < HUE_ANGLES[hue][1]);
}

/** Sets the connected samples with the value of `start` to 0 and returns their indices. */
function removeComponent(map: Uint8Array, start: number): number[] {
  const value = map[start];
  const samples = [start];
  map[start] = 0;
  for (let next = 0; next < samples.length; next++) {
    const at = samples[next] ?? start;
    const x = at % THUMBNAIL_WIDTH;
    const y = Math.floor(at / THUMBNAIL_WIDTH);
    for (let row = Math.max(0, y - 1); row <= Math.min(THUMBNAIL_HEIGHT - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(THUMBNAIL_WIDTH - 1, x + 1); column++) {
        const i = row * THUMBNAIL_WIDTH + column;
        if (map[i] !== value) continue;
        map[i] = 0;
        samples.push(i);
      }
    }
  }
  return samples;
}
