import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { LIGHTS_HEIGHT, LIGHTS_WIDTH } from './look.js';

/** Columns of the planes a grade works on: those of the lights layer, half a thumbnail's. */
export const PLANE_WIDTH = LIGHTS_WIDTH;
/** Rows of the planes a grade works on. */
export const PLANE_HEIGHT = LIGHTS_HEIGHT;
/** Samples of one plane. */
export const PLANE_SIZE = PLANE_WIDTH * PLANE_HEIGHT;

const PIXELS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;

/** What a grade reads from a thumbnail, `[72, 128]` each: a sample stands for 2x2 pixels. Memory is taken once. */
export class GradePlanes {
  /** Mean luma. */
  readonly luma = new Float32Array(PLANE_SIZE);
  /** Largest luma of the four: a lamp of one pixel is not averaged away. */
  readonly brightest = new Float32Array(PLANE_SIZE);
  /** Smallest luma of the four. */
  readonly darkest = new Float32Array(PLANE_SIZE);
  /** Mean blue difference. */
  readonly u = new Float32Array(PLANE_SIZE);
  /** Mean red difference. */
  readonly v = new Float32Array(PLANE_SIZE);
  /** Largest `sqrt(U^2 + V^2)` of the four. */
  readonly saturation = new Float32Array(PLANE_SIZE);
  /** Blue difference of the most saturated of the four. */
  readonly vividU = new Float32Array(PLANE_SIZE);
  /** Red difference of the most saturated of the four. */
  readonly vividV = new Float32Array(PLANE_SIZE);

  /** Fills the planes from a thumbnail's data `[3, 144, 256]`. */
  read(data: Float32Array): void {
    for (let y = 0, out = 0; y < PLANE_HEIGHT; y++) {
      let at = 2 * y * THUMBNAIL_WIDTH;
      for (let x = 0; x < PLANE_WIDTH; x++, out++, at += 2) {
        let lumaSum = 0;
        let uSum = 0;
        let vSum = 0;
        let high = 0;
        let low = 1;
        let best = -1;
        let bestU = 0;
        let bestV = 0;
        for (let k = 0; k < 4; k++) {
          const i = at + (k & 1) + (k >> 1) * THUMBNAIL_WIDTH;
          const luma = data[i] ?? 0;
          const u = data[PIXELS + i] ?? 0;
          const v = data[2 * PIXELS + i] ?? 0;
          lumaSum += luma;
          uSum += u;
          vSum += v;
          if (luma > high) high = luma;
          if (luma < low) low = luma;
          const saturation = u * u + v * v;
          if (saturation > best) {
            best = saturation;
            bestU = u;
            bestV = v;
          }
        }
        this.luma[out] = lumaSum / 4;
        this.u[out] = uSum / 4;
        this.v[out] = vSum / 4;
        this.brightest[out] = high;
        this.darkest[out] = low;
        this.saturation[out] = Math.sqrt(best);
        this.vividU[out] = bestU;
        this.vividV[out] = bestV;
      }
    }
  }
}

/** 0 below `from`, 1 above `to`, smooth between: no threshold of a grade is sharper, so that no look flickers. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = (x - from) / (to - from);
  if (t <= 0) return 0;
  return t >= 1 ? 1 : t * t * (3 - 2 * t);
}

/** `a` at 0, `b` at 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
