import { Random } from '../core/random.js';
import { hash } from './street-plan.js';
import { fromRgb, mix, type Yuv } from './yuv.js';

/** Texels along both sides of the largest level of a tree's crown. */
export const CROWN_TEXELS = 512;
/** Width and height of a crown's sprite, metres. */
export const CROWN_SIZE = 5.4;
/** Different crowns of one street. */
export const CROWN_COUNT = 5;

/** One mip level of a crown's sprite: luma and opacity, 0 to 255, `[texels, texels]`, top row first. */
export interface CrownLevel {
  readonly texels: number;
  readonly luma: Uint8Array;
  readonly opacity: Uint8Array;
}

/** A tree's crown from the side, with the sun at the upper left. Every level is half as large as the previous one. */
export interface Crown {
  readonly levels: readonly CrownLevel[];
  /** One colour for the whole crown; luma comes from the levels. */
  readonly color: Yuv;
}

const GREENS = [0x55803a, 0x4d7a45, 0x6b8a3d, 0x3f6f3f, 0x7b8f3e];

/** Number of leaf clusters of a crown. */
const CLUSTERS = 420;

/** Paints a crown: leaf clusters from back to front, each lit by its position. */
export function paintCrown(seed: number, index: number): Crown {
  const random = new Random(hash(seed, 41, index));
  const size = CROWN_TEXELS;
  const luma = new Float32Array(size * size);
  const opacity = new Float32Array(size * size);
  const center = size / 2;
  for (let n = 0; n < CLUSTERS; n++) {
    const depth = n / CLUSTERS; // back to front
    const angle = random.between(0, 2 * Math.PI);
    const radius = Math.sqrt(random.next()) * 0.92;
    const px = Math.cos(angle) * radius;
    const py = Math.sin(angle) * radius * (Math.sin(angle) > 0 ? 0.78 : 0.95);
    const toSun = -0.5 * px - 0.72 * py;
    const light = 0.5 + 0.34 * toSun + 0.26 * (depth - 0.5) + random.between(-0.1, 0.1);
    leafCluster(luma, opacity, random, {
      x: center + px * center * 0.86,
      y: center + py * center * 0.86,
      radius: random.between(10, 30) * (1.15 - 0.4 * radius),
      light,
    });
  }
  const levels: CrownLevel[] = [];
  let y = new Uint8Array(size * size);
  let a = new Uint8Array(size * size);
  for (let i = 0; i < y.length; i++) {
    y[i] = Math.min(255, Math.max(0, (luma[i] ?? 0) * 118));
    a[i] = (opacity[i] ?? 0) * 255;
  }
  for (let texels = size; texels >= 4; texels >>= 1) {
    levels.push({ texels, luma: y, opacity: a });
    [y, a] = halve(y, a, texels);
  }
  const green = fromRgb(GREENS[index % GREENS.length] ?? 0);
  return { levels, color: mix(green, fromRgb(0x8a8a70), 0.12) };
}

function leafCluster(
  luma: Float32Array,
  opacity: Float32Array,
  random: Random,
  blob: { readonly x: number; readonly y: number; readonly radius: number; readonly light: number },
): void {
  const size = CROWN_TEXELS;
  const r = blob.radius;
  const leaves = Math.ceil(r * r * 0.13);
  for (let n = 0; n < leaves; n++) {
    const angle = random.between(0, 2 * Math.PI);
    const d = Math.sqrt(random.next()) * r;
    const x0 = Math.round(blob.x + Math.cos(angle) * d);
    const y0 = Math.round(blob.y + Math.sin(angle) * d);
    const value = Math.max(0.08, blob.light - (0.16 * Math.sin(angle) * d) / r + random.between(-0.09, 0.09));
    const wide = random.between(1.6, 4.2);
    const tall = random.between(1.4, 3.4);
    for (let y = Math.max(0, Math.ceil(y0 - tall)); y < Math.min(size, y0 + tall); y++) {
      const reach = wide * Math.sqrt(Math.max(0, 1 - ((y - y0) / tall) ** 2));
      const from = Math.max(0, Math.ceil(x0 - reach));
      const to = Math.min(size, Math.floor(x0 + reach) + 1);
      luma.fill(value, y * size + from, y * size + to);
      opacity.fill(1, y * size + from, y * size + to);
    }
  }
}

function halve(
  luma: Uint8Array,
  opacity: Uint8Array,
  texels: number,
): [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  const half = texels >> 1;
  const y = new Uint8Array(half * half);
  const a = new Uint8Array(half * half);
  for (let r = 0; r < half; r++) {
    for (let c = 0; c < half; c++) {
      const i = 2 * r * texels + 2 * c;
      const o0 = opacity[i] ?? 0;
      const o1 = opacity[i + 1] ?? 0;
      const o2 = opacity[i + texels] ?? 0;
      const o3 = opacity[i + texels + 1] ?? 0;
      const weight = o0 + o1 + o2 + o3;
      const sum =
        o0 * (luma[i] ?? 0) + o1 * (luma[i + 1] ?? 0) + o2 * (luma[i + texels] ?? 0) + o3 * (luma[i + texels + 1] ?? 0);
      y[r * half + c] = weight > 0 ? sum / weight : 0;
      a[r * half + c] = weight / 4;
    }
  }
  return [y, a];
}
