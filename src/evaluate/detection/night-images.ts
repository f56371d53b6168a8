import { DEFAULT_CONTROLS, type LightingControls } from '../../core/controls.js';
import { cropImage, frameToRgb, padToEven, rgbToFrame, type RgbImage } from '../../image/rgb-image.js';
import type { Generator } from '../../infer/generator.js';
import { stillGrainSeed } from '../../render/grain.js';
import { readThumbnail } from '../../render/read-thumbnail.js';
import type { SyncRenderer } from '../../render/renderer.js';
import { openRenderer } from '../../render/wasm-renderer.js';

/** Options of {@link NightImages.open}. */
export interface NightImagesOptions {
  /** Borrowed until {@link NightImages} is disposed. */
  readonly generator: Generator;
  readonly lighting?: LightingControls | undefined;
  /** Seed of the grain. */
  readonly seed: number;
}

/** Makes images of the size of their days, as `nocturne render` does with the default dials: grain included, no smoothing. */
export class NightImages implements Disposable {
  readonly #options: NightImagesOptions;
  readonly #renderer: SyncRenderer;

  private constructor(options: NightImagesOptions, renderer: SyncRenderer) {
    this.#options = options;
    this.#renderer = renderer;
  }

  /** Throws KERNEL_UNAVAILABLE. */
  static async open(options: NightImagesOptions): Promise<NightImages> {
    const { generator, seed } = options;
    const renderer = await openRenderer({ seed, hasBeam: !generator.lightsRoad, grain: generator.grain });
    return new NightImages(options, renderer);
  }

  /** The night of a day. Borrows the image; the result is the caller's. */
  async make(day: RgbImage, signal: AbortSignal): Promise<RgbImage> {
    const { generator, lighting, seed } = this.#options;
    using frame = rgbToFrame(padToEven(day));
    const thumbnail = readThumbnail(this.#renderer, frame, generator.wantsDetail);
    const grain = { seed: stillGrainSeed(seed, thumbnail) };
    const look = await generator.translate(thumbnail, signal);
    this.#renderer.apply(look, { ...DEFAULT_CONTROLS, ...lighting }, frame, grain);
    return cropImage(frameToRgb(frame), day.width, day.height);
  }

  [Symbol.dispose](): void {
    this.#renderer[Symbol.dispose]();
  }
}
