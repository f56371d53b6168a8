import { Random } from '../core/random.js';
import type { Planes } from './planes.js';
import { allocatePlanes } from './planes.js';
import { skyline, type Backdrop } from './skyline.js';
import { hash } from './street-plan.js';
import type { Camera } from './camera.js';
import { fromRgb, mix, type Yuv } from './yuv.js';

/** The colours of a sky. */
export interface SkyStyle {
  readonly zenith: Yuv;
  readonly horizon: Yuv;
  readonly cloud: Yuv;
  /** Opacity of clouds, 0 to 1; 0: none. */
  readonly cover: number;
  readonly backdrop: Backdrop;
}

const FAR_TREES = fromRgb(0x53684c);
export const NIGHT_SKY: SkyStyle = {
  zenith: fromRgb(0x070b16),
  horizon: fromRgb(0x2b2a33),
  cloud: fromRgb(0x1d2029),
  cover: 0.35,
  backdrop: 'town',
};
const DAY_SKY: SkyStyle = {
  zenith: fromRgb(0x4f8fd0),
  horizon: fromRgb(0xd3e1ea),
  cloud: fromRgb(0xffffff),
  cover: 0.9,
  backdrop: 'town',
};

/** Paints the background, which never moves: sky, clouds or stars, and the skyline at the horizon. */
export function paintSky(
  seed: number,
  camera: Camera,
  isNight: boolean,
  style = isNight ? NIGHT_SKY : DAY_SKY,
): Planes {
  const { width, height, horizonY } = camera;
  const sky = allocatePlanes(width, height);
  const halfW = width / 2;
  const rows = Math.min(height / 2, Math.ceil(horizonY / 2) + 1);
  const noise = new CloudNoise(hash(seed, 31));
  for (let r = 0; r < rows; r++) {
    const up = Math.max(0, (horizonY - 2 * r) / camera.focal); // tangent of the elevation
    const share = Math.min(1, up / 0.62);
    const base = mix(style.horizon, style.zenith, Math.pow(share, 0.75));
    for (let c = 0; c < halfW; c++) {
      if (style.cover === 0) {
        putQuad(sky, c, r, base);
        continue;
      }
      const side = (2 * c - camera.centerX) / camera.focal;
      const far = 1 / (up + 0.09);
      const density = noise.density(side * far * 0.9 + 7, far * 1.6);
      const relief = density - noise.density(side * far * 0.9 + 7.12, far * 1.6 - 0.1);
      const lit = isNight
        ? style.cloud
        : { ...style.cloud, y: style.cloud.y - 26 * Math.max(0, Math.min(1, 0.35 - relief * 4)) };
      const color = mix(base, lit, density * style.cover * Math.min(1, up * 9));
      putQuad(sky, c, r, color);
    }
  }
  if (isNight) paintStars(sky, seed, horizonY);
  paintSkyline(sky, seed, camera, isNight, style);
  return sky;
}

function putQuad(planes: Planes, c: number, r: number, color: Yuv): void {
  const i = 2 * r * planes.width + 2 * c;
  // Ordered dithering by parts of a code value avoids banding in the gradient.
  planes.y[i] = color.y + 0.1;
  planes.y[i + 1] = color.y + 0.6;
  planes.y[i + planes.width] = color.y + 0.85;
  planes.y[i + planes.width + 1] = color.y + 0.35;
  const half = r * (planes.width / 2) + c;
  planes.u[half] = color.u + 0.5;
  planes.v[half] = color.v + 0.5;
}

function paintStars(sky: Planes, seed: number, horizonY: number): void {
  const random = new Random(hash(seed, 32));
  for (let n = 0; n < 90; n++) {
    const x = random.below(sky.width);
    const y = Math.floor(random.next() * horizonY * 0.7);
    sky.y[y * sky.width + x] = random.between(45, 110);
  }
}

function paintSkyline(sky: Planes, seed: number, camera: Camera, isNight: boolean, style: SkyStyle): void {
  const { horizon: haze, backdrop } = style;
  const stone = isNight ? fromRgb(0x14151c) : fromRgb(0x7d93a8);
  for (const { top, bottom, from, to, height, tone, surface, random } of skyline(seed, camera, backdrop)) {
    const color = mix(haze, surface === 'facade' ? stone : FAR_TREES, tone);
    for (let y = top; y < bottom; y++) {
      const faded = mix(color, haze, Math.max(0, (y - top) / (height + 1)) * 0.7);
      sky.y.fill(faded.y, y * camera.width + from, y * camera.width + to);
      if (y % 2 === 0) {
        const row = (y / 2) * (camera.width / 2);
        sky.u.fill(faded.u, row + (from >> 1), row + (to >> 1));
        sky.v.fill(faded.v, row + (from >> 1), row + (to >> 1));
      }
      if (isNight && y % 4 === 1) {
        for (let x = from + 2; x < to - 2; x += 4)
          if (random.next() < 0.18) sky.y[y * camera.width + x] = random.between(60, 130);
      }
    }
  }
}

/** Clouds as thresholded fractal noise over a plane. */
class CloudNoise {
  readonly #lattice: Float32Array;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#lattice = Float32Array.from({ length: 4096 }, () => random.next());
  }

  /** Returns the cloud density at a point, 0 (clear) to 1 (white). */
  density(x: number, y: number): number {
    let sum = 0;
    let weight = 0.5;
    let scale = 0.55;
    for (let octave = 0; octave < 5; octave++) {
      sum += weight * this.#noise(x * scale + 17 * octave, y * scale + 5 * octave);
      weight *= 0.5;
      scale *= 2.1;
    }
    const t = Math.min(1, Math.max(0, (sum - 0.44) / 0.24));
    return t * t * (3 - 2 * t);
  }

  #noise(x: number, y: number): number {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const tx = (x - ix) * (x - ix) * (3 - 2 * (x - ix));
    const ty = (y - iy) * (y - iy) * (3 - 2 * (y - iy));
    const at = (i: number, j: number): number => this.#lattice[((j & 63) << 6) | (i & 63)] ?? 0;
    const a = at(ix, iy) + (at(ix + 1, iy) - at(ix, iy)) * tx;
    const b = at(ix, iy + 1) + (at(ix + 1, iy + 1) - at(ix, iy + 1)) * tx;
    return a + (b - a) * ty;
  }
}
