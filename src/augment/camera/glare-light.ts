import type { Frame } from '../../core/frame.js';
import { BoxBlur } from '../../image/blur.js';
import { NEUTRAL_CHROMA, rangeCodes } from '../../image/color-matrix.js';
import type { PlaneKernel } from '../../image/plane-kernel.js';
import { brightLight } from './bright-light.js';
import type { GlareLamp } from './glare-lamps.js';

/** Samples of the longer side of the plane in which light is scattered. */
const LONG_SIDE = 160;
/**
 * The glare of an eye, a lens or a windscreen falls with about the square of the angle (Vos 1984; Spencer et al. 1995, "Physically-Based
 * Glare Effects for Digital Images"). Three Gaussians have that shape: radius of a box that is applied three times, and share.
 */
const LOBES = [
  { radius: 1, share: 0.4 },
  { radius: 5, share: 0.35 },
  { radius: 16, share: 0.25 },
] as const;
/** Only what is brighter than this scatters visibly, whites. */
const MIN_LIGHT = 0.15;
/** Smallest luma that colour is measured against, codes. */
const MIN_LUMA = 2;

/** Planes of light: linear luminance, and that times U and V per luma code. */
export interface LightPlanes {
  readonly width: number;
  readonly height: number;
  readonly luma: Float32Array;
  readonly blue: Float32Array;
  readonly red: Float32Array;
}

/** Scatters the light of frames and their lamps. */
export class LightScatter {
  readonly #kernel: PlaneKernel;
  readonly #memory: readonly Float32Array[];

  constructor(kernel: PlaneKernel) {
    this.#kernel = kernel;
    this.#memory = Array.from({ length: 5 }, () => kernel.plane(LONG_SIDE * LONG_SIDE));
  }

  /** Returns a share of the frame's light, scattered, on planes of few samples. Borrows the frame; lends the planes until the next call. */
  scatter(frame: Frame, lamps: readonly GlareLamp[], share: number): LightPlanes {
    const longest = Math.max(frame.width, frame.height);
    const width = Math.max(4, Math.round((LONG_SIDE * frame.width) / longest));
    const height = Math.max(4, Math.round((LONG_SIDE * frame.height) / longest));
    const [luma, blue, red, spare, sum] = this.#memory.map((plane) => plane.subarray(0, width * height).fill(0)) as [
      ...[Float32Array, Float32Array, Float32Array],
      ...[Float32Array, Float32Array],
    ]; // five planes
    const light = { width, height, luma, blue, red };
    addFrame(light, frame);
    addLamps(light, frame, lamps);
    const blur = new BoxBlur(this.#kernel, width, height);
    for (const plane of [luma, blue, red]) {
      sum.fill(0);
      for (const lobe of LOBES) {
        const radii = [lobe.radius, lobe.radius] as const;
        blur.blurInto(plane, radii, 'zero', spare);
        blur.blurInto(spare, radii, 'zero', spare);
        blur.blurInto(spare, radii, 'zero', spare);
        for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + share * lobe.share * (spare[i] ?? 0);
      }
      plane.set(sum);
    }
    return light;
  }
}

/** Adds the mean light of the frame's bright pixels in each sample. */
function addFrame({ width, height, luma, blue, red }: LightPlanes, frame: Frame): void {
  const { y, u, v, strides, color } = frame;
  const { light } = brightLight(color.range);
  const { black } = rangeCodes(color.range);
  const perQuad = (4 * width * height) / (frame.width * frame.height);
  for (let row = 0; row < frame.height / 2; row++) {
    const start = Math.floor((row * 2 * height) / frame.height) * width;
    const [atY, atU, atV] = [2 * row * strides[0], row * strides[1], row * strides[2]];
    for (let x = 0; x < frame.width / 2; x++) {
      const at = atY + 2 * x;
      const codes = (y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + strides[0]] ?? 0) + (y[at + strides[0] + 1] ?? 0);
      const bright = (light[codes >> 2] ?? 0) - MIN_LIGHT;
      if (bright <= 0) continue;
      const i = start + Math.floor((x * 2 * width) / frame.width);
      const amount = bright * perQuad;
      const perLuma = amount / Math.max(MIN_LUMA, codes / 4 - black);
      luma[i] = (luma[i] ?? 0) + amount;
      blue[i] = (blue[i] ?? 0) + ((u[atU + x] ?? 0) - NEUTRAL_CHROMA) * perLuma;
      red[i] = (red[i] ?? 0) + ((v[atV + x] ?? 0) - NEUTRAL_CHROMA) * perLuma;
    }
  }
}

/** Adds what lamps shine beyond what their pixels show. */
function addLamps({ width, height, luma, blue, red }: LightPlanes, frame: Frame, lamps: readonly GlareLamp[]): void {
  const perPixel = (width * height) / (frame.width * frame.height);
  for (const lamp of lamps) {
    const column = Math.floor((lamp.x * width) / frame.width);
    const row = Math.floor((lamp.y * height) / frame.height);
    if (column < 0 || column >= width || row < 0 || row >= height) continue;
    const i = row * width + column;
    const amount = lamp.excess * lamp.pixels * perPixel;
    luma[i] = (luma[i] ?? 0) + amount;
    blue[i] = (blue[i] ?? 0) + amount * lamp.blue;
    red[i] = (red[i] ?? 0) + amount * lamp.red;
  }
}
