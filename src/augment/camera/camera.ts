import { DIALS } from '../../core/controls.js';
import type { Frame } from '../../core/frame.js';
import type { Look } from '../../look/look.js';
import type { Draw } from '../recipe/draw.js';
import { Glare } from './glare.js';
import { MotionBlur, type VanishingPoint } from './motion-blur.js';
import { SensorNoise } from './sensor-noise.js';
import { applyWhiteBalance } from './white-balance.js';

/** What a camera sees beside the frame. */
export interface CameraScene {
  /** Of the item and variant: `itemSeed`. With `frame.pts` it decides the noise. */
  readonly seed: number;
  /** The look that made the frame night: its lamps glare. Borrowed. */
  readonly look: Look;
  /** Where the camera drives towards; undefined: it stands. */
  readonly vanishing?: VanishingPoint | undefined;
}

/** A night camera: what its lens, shutter, white balance and sensor do to a frame. */
export interface Camera {
  /**
   * Takes a rendered night as the draw's camera does, in place and in the order of the light: glare, motion blur, white balance, noise.
   * Borrows all arguments. The same arguments give the same bytes. A draw with noise wants a frame without grain.
   */
  apply(frame: Frame, draw: Draw, scene: CameraScene): void;
}

/** Opens a camera. It keeps planes of the size of the last frame. Throws KERNEL_UNAVAILABLE. */
export async function openCamera(): Promise<Camera> {
  return new DrawCamera(await Glare.open());
}

class DrawCamera implements Camera {
  readonly #glare: Glare;
  readonly #blur = new MotionBlur();
  readonly #noise = new SensorNoise();

  constructor(glare: Glare) {
    this.#glare = glare;
  }

  apply(frame: Frame, draw: Draw, { seed, look, vanishing }: CameraScene): void {
    if (frame.closed) throw new TypeError('frame must be open, got a closed frame');
    const lights = draw.dials.lights ?? DIALS.lights.default;
    if (draw.glare !== undefined) this.#glare.apply(frame, look, { amount: draw.glare, lights });
    if (draw.motionBlur) this.#blur.apply(frame, draw.motionBlur, vanishing);
    if (draw.whiteBalance) applyWhiteBalance(frame, draw.whiteBalance);
    if (draw.noise) this.#noise.apply(frame, draw.noise.iso, seed);
  }
}
