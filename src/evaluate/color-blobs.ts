import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { PIXELS } from './image-set.js';

/** Colours that lamps of cars and signals have. */
export const HUES = ['red', 'amber', 'green'] as const;

/** One of {@link HUES}. */
export type Hue = (typeof HUES)[number];

/**
 * Angle of (U, V) in degrees, from and to. In BT.709 pure red lies at 103, signal amber (255, 191, 0) at 158, pure
 * yellow at 175, pure green at 230, the bluish green of signals (0, 255, 153) at 260.
 */
export const HUE_ANGLES: Readonly<Record<Hue, readonly [from: number, to: number]>> = {
  red: [80, 130],
  amber: [130, 178],
  green: [205, 275],
};

/** What counts as a blob. */
export interface BlobRule {
  /** Least `sqrt(U^2 + V^2)`. */
  readonly saturation: number;
  /** Least luma. */
  readonly luma: number;
  /** Fewest and most samples of 256x144 that hang together, side or corner. */
  readonly size: readonly [fewest: number, most: number];
}

/** Samples of one hue that hang together. */
export interface ColorBlob {
  readonly hue: Hue;
  /** Their places in the plane. */
  readonly samples: readonly number[];
}

/** The blobs of a picture `[3, 144, 256]`. */
export function colorBlobs(picture: Float32Array, rule: BlobRule): ColorBlob[] {
  const hues = hueMap(picture, rule);
  const blobs: ColorBlob[] = [];
  for (let i = 0; i < PIXELS; i++) {
    const hue = HUES[(hues[i] ?? 0) - 1];
    if (!hue) continue;
    const samples = takeConnected(hues, i);
    if (samples.length >= rule.size[0] && samples.length <= rule.size[1]) blobs.push({ hue, samples });
  }
  return blobs;
}

/** `[144, 256]`: 0 for no lamp's colour, else one more than the hue's place in {@link HUES}. */
export function hueMap(picture: Float32Array, rule: Pick<BlobRule, 'saturation' | 'luma'>): Uint8Array {
  const out = new Uint8Array(PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const [y, u, v] = [picture[i] ?? 0, picture[PIXELS + i] ?? 0, picture[2 * PIXELS + i] ?? 0];
    if (y < rule.luma || Math.hypot(u, v) < rule.saturation) continue;
    const angle = ((Math.atan2(v, u) * 180) / Math.PI + 360) % 360;
    out[i] = 1 + HUES.findIndex((hue) => angle >= HUE_ANGLES[hue][0] && angle < HUE_ANGLES[hue][1]);
  }
  return out;
}

/** Takes the samples that hang together with one, and have its value, out of the map. */
function takeConnected(map: Uint8Array, start: number): number[] {
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
