import type { Random } from '../../core/random.js';
import { rgbToYuv } from '../../image/color-matrix.js';
import { SCENE_IMAGE_HEIGHT, SCENE_IMAGE_WIDTH, type LabelledScene } from './labelled-scene.js';
import { placed, type Crop } from './crop.js';
import { degradeInto, type Degradation, NO_DEGRADATION, randomDegradation } from './degradation.js';

/** Rows and columns of the network's input. */
export interface InputSize {
  readonly width: number;
  readonly height: number;
}

/** How one image is shown to the network. */
export interface Shot {
  readonly crop: Crop;
  readonly degradation: Degradation;
}

/** The whole image as it is. */
export const PLAIN_SHOT: Shot = {
  crop: { left: 0, top: 0, width: 1, height: 1, isFlipped: false },
  degradation: NO_DEGRADATION,
};

/** Share of the images that are shown whole. */
const WHOLE_SHARE = 0.35;
/** Smallest and largest crop, as factors on the usual one. */
const MIN_CROP = 0.65;
const MAX_CROP = 1.4;
/** Largest change of a crop's aspect. */
const ASPECT = 1.15;

/**
 * Draws a crop, a flip and a degradation (exposure, white balance, haze, blur, rain, noise, blocks).
 * @param share usual size of the crop in shares of the image; 1: often the whole image.
 */
export function randomShot(random: Random, share = 1): Shot {
  const isFlipped = random.next() < 0.5;
  const degradation = randomDegradation(random);
  if (share === 1 && random.next() < WHOLE_SHARE) return { crop: { ...PLAIN_SHOT.crop, isFlipped }, degradation };
  const zoom = Math.exp(random.between(Math.log(MIN_CROP), share === 1 ? 0 : Math.log(MAX_CROP)));
  const width = Math.min(1, share * zoom);
  const height = Math.min(1, width * random.between(1 / ASPECT, ASPECT));
  const crop = { left: random.between(0, 1 - width), top: random.between(0, 1 - height), width, height, isFlipped };
  return { crop, degradation };
}

const [YR, YG, YB, UR, UG, UB, VR, VG, VB] = rgbToYuv('bt709');

/**
 * Writes an image as the network's input, `[height, width, 3]` from `start` on: Y in [0, 1], U and V in [-0.5, 0.5], BT.709 full
 * range. Bilinear.
 */
export function writeInput(
  { rgb }: LabelledScene,
  { crop, degradation }: Shot,
  { width, height }: InputSize,
  { out, start, random }: { readonly out: Float32Array; readonly start: number; readonly random: Random },
): void {
  const lut = degradation.curves;
  const offsets = new Int32Array(width);
  const weights = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const share = placed((x + 0.5) / width, crop.left, crop.width, crop.isFlipped);
    const position = Math.min(SCENE_IMAGE_WIDTH - 1, Math.max(0, share * SCENE_IMAGE_WIDTH - 0.5));
    const first = Math.min(SCENE_IMAGE_WIDTH - 2, Math.floor(position));
    offsets[x] = 3 * first;
    weights[x] = position - first;
  }
  const row = 3 * SCENE_IMAGE_WIDTH;
  let at = start;
  for (let y = 0; y < height; y++) {
    const position = (crop.top + ((y + 0.5) / height) * crop.height) * SCENE_IMAGE_HEIGHT - 0.5;
    const clamped = Math.min(SCENE_IMAGE_HEIGHT - 1, Math.max(0, position));
    const first = Math.min(SCENE_IMAGE_HEIGHT - 2, Math.floor(clamped));
    const fy = clamped - first;
    for (let x = 0; x < width; x++) {
      const fx = weights[x] ?? 0;
      const a = first * row + (offsets[x] ?? 0);
      const wb = fx * (1 - fy);
      const wc = (1 - fx) * fy;
      const wd = fx * fy;
      const wa = 1 - wb - wc - wd;
      const b = a + row;
      const red = wa * (rgb[a] ?? 0) + wb * (rgb[a + 3] ?? 0) + wc * (rgb[b] ?? 0) + wd * (rgb[b + 3] ?? 0);
      const green = wa * (rgb[a + 1] ?? 0) + wb * (rgb[a + 4] ?? 0) + wc * (rgb[b + 1] ?? 0) + wd * (rgb[b + 4] ?? 0);
      const blue = wa * (rgb[a + 2] ?? 0) + wb * (rgb[a + 5] ?? 0) + wc * (rgb[b + 2] ?? 0) + wd * (rgb[b + 5] ?? 0);
      const r = lut[(2 * red) | 0] ?? 0;
      const g = lut[512 + ((2 * green) | 0)] ?? 0;
      const bl = lut[1024 + ((2 * blue) | 0)] ?? 0;
      out[at++] = YR * r + YG * g + YB * bl;
      out[at++] = UR * r + UG * g + UB * bl;
      out[at++] = VR * r + VG * g + VB * bl;
    }
  }
  degradeInto(out.subarray(start, at), { width, height }, degradation, random);
}
