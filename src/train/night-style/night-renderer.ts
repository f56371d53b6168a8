import { DEFAULT_CONTROLS } from '../../core/controls.js';
import { frameToRgb, rgbToFrame, type RgbImage } from '../../image/rgb-image.js';
import { DEFAULT_LIGHTING_DIALS, Lighting } from '../../lighting/lighting.js';
import type { NightStyle } from '../../lighting/night-style.js';
import type { SyncRenderer } from '../../render/renderer.js';
import { openRenderer } from '../../render/wasm-renderer.js';
import type { NightDay } from './night-days.js';

const NIGHT = { hour: -18, dials: DEFAULT_LIGHTING_DIALS } as const;

/** Renders nights of days in any style as the product does: lit by formulas, applied by the kernel, with the style's grain. */
export class NightRenderer implements Disposable {
  readonly #renderer: SyncRenderer;

  private constructor(renderer: SyncRenderer) {
    this.#renderer = renderer;
  }

  /** Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<NightRenderer> {
    return new NightRenderer(await openRenderer({ hasBeam: false }));
  }

  /** The nights of some days in one style; of the size of the days. @param seed of what no thing of a scene decides, and of the grain. */
  async render(days: readonly NightDay[], style: NightStyle, seed: number): Promise<RgbImage[]> {
    const lighting = await Lighting.open(style, seed);
    return days.map(({ image, day, scene }) => {
      const look = lighting.light(scene, day, NIGHT);
      using frame = rgbToFrame(image);
      this.#renderer.apply(look, DEFAULT_CONTROLS, frame, { seed, sigma: style.grain });
      return frameToRgb(frame);
    });
  }

  [Symbol.dispose](): void {
    this.#renderer[Symbol.dispose]();
  }
}
