import { Random } from '../../core/random.js';
import type { Frame } from '../../core/frame.js';
import { resizeRgb } from '../../image/resize-rgb.js';
import { frameToRgb, rgbToFrame, type RgbImage } from '../../image/rgb-image.js';
import { KEY_PATCH_NOISE, openKeyPatchNetwork, type KeyPatchNetwork } from '../../infer/key-patch/key-patch-network.js';
import { writeRegion } from '../../infer/key-patch/key-region.js';
import type { Box } from '../../scene/scene.js';

/** What surrounds an object and stays: its shadow, its light on the road. Shares of the image's width, over which the night fades in. */
const FADE = 0.02;
/** Smallest object that becomes a patch, in shares of the image's width and height. */
const MIN_SIDE = 0.02;

/** A night whose surroundings are made. */
export interface MadeBackground {
  /** The caller closes it. */
  readonly frame: Frame;
  /** What the manifest says of it, one clause. */
  readonly note: string;
}

/** Makes another night around the objects of images: synthetic surroundings, at the size of a key-patch network. */
export class BackgroundMaker implements AsyncDisposable {
  readonly #network: KeyPatchNetwork;

  constructor(network: KeyPatchNetwork) {
    this.#network = network;
  }

  /** @param model folder, card or `.onnx` file of a key-patch network. Rejects with NocturneError MODEL_NOT_FOUND, MODEL_INVALID. */
  static async open(model: string): Promise<BackgroundMaker> {
    return new BackgroundMaker(await openKeyPatchNetwork(model));
  }

  /**
   * Keeps the objects of a night where they are and makes what surrounds them from their patches. Borrows the frame. Undefined where there is no
   * object of a size to start from. @param boxes in shares of the image. @param seed of the noise: another gives another night.
   * Rejects with NocturneError MODEL_FAILED.
   */
  async make(frame: Frame, boxes: readonly Box[], seed: number): Promise<MadeBackground | undefined> {
    const { side, patches: counts, name, version } = this.#network.card;
    const night = frameToRgb(frame);
    const objects = boxes.map(withinImage).filter(({ width, height }) => Math.min(width, height) >= MIN_SIDE);
    const largest = [...objects].sort((a, b) => b.width * b.height - a.width * a.height).slice(0, counts[1]);
    if (largest.length === 0) return undefined;
    const random = new Random(seed);
    const noise = Float32Array.from({ length: KEY_PATCH_NOISE }, () => random.between(-1, 1));
    const { image } = await this.#network.make(
      largest.map((box) => patchOf(night, box, side)),
      noise,
    );
    const around = resizeRgb(toImage(image, side), night.width, night.height);
    const { color, pts, duration, capturedAt, discontinuity } = frame;
    return {
      frame: rgbToFrame(compose(night, around, objects), color, { pts, duration, capturedAt, discontinuity }),
      note: `the background is synthetic: made at ${side}x${side} by ${name} ${version}`,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#network[Symbol.asyncDispose]();
  }
}

function withinImage({ x, y, width, height }: Box): Box {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  return { x: left, y: top, width: Math.min(1, x + width) - left, height: Math.min(1, y + height) - top };
}

/** A part of an image, `[3, side, side]` in [-1, 1]. */
function patchOf(image: RgbImage, box: Box, side: number): Float32Array {
  const pixels = new Float32Array(3 * side * side);
  writeRegion(image, box, { side, isFlipped: false, out: pixels });
  return pixels.map((_, i) => pixels[3 * (i % (side * side)) + Math.floor(i / (side * side))] ?? 0);
}

/** Planar RGB in [-1, 1] as an image. */
function toImage(planes: Float32Array, side: number): RgbImage {
  const size = side * side;
  const data = Uint8ClampedArray.from(
    { length: 3 * size },
    (_, i) => 127.5 * ((planes[(i % 3) * size + Math.floor(i / 3)] ?? 0) + 1),
  );
  return { width: side, height: side, data: new Uint8Array(data.buffer) };
}

/** `night` within the objects, `around` far from them, mixed between. */
function compose(night: RgbImage, around: RgbImage, objects: readonly Box[]): RgbImage {
  const { width, height } = night;
  const kept = new Float32Array(width * height);
  const reach = Math.max(1, FADE * width);
  for (const box of objects) {
    const [left, right] = [box.x * width, (box.x + box.width) * width];
    const [top, bottom] = [box.y * height, (box.y + box.height) * height];
    for (let y = Math.max(0, Math.floor(top - reach)); y < Math.min(height, Math.ceil(bottom + reach)); y++) {
      const dy = Math.max(0, top - y - 0.5, y + 0.5 - bottom);
      for (let x = Math.max(0, Math.floor(left - reach)); x < Math.min(width, Math.ceil(right + reach)); x++) {
        const dx = Math.max(0, left - x - 0.5, x + 0.5 - right);
        const share = Math.max(0, 1 - Math.hypot(dx, dy) / reach);
        const at = y * width + x;
        kept[at] = Math.max(kept[at] ?? 0, share);
      }
    }
  }
  const data = new Uint8Array(night.data.length);
  for (let i = 0; i < data.length; i++) {
    const share = kept[Math.floor(i / 3)] ?? 0;
    data[i] = Math.round(share * (night.data[i] ?? 0) + (1 - share) * (around.data[i] ?? 0));
  }
  return { width, height, data };
}
