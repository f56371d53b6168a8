import { Ripmap } from './ripmap.js';
import { dim, mix, type Yuv } from './yuv.js';

/**
 * Content of a wall texture: its colours by day, by night, or (luma only) where it emits light at night, or where its
 * windows are.
 */
export type WallKind = 'day' | 'night' | 'light' | 'window';

/** The texture of a house front. Texel columns are the major axis, bottom first. */
export interface WallTexture {
  readonly y: Ripmap;
  /** Chroma at half the texels of luma along both axes. */
  readonly u: Ripmap;
  readonly v: Ripmap;
}

/** Returns the street light on a wall at night, by height in metres: lamps light its lower part. */
function streetLightOn(height: number): number {
  return 0.075 + 0.24 * Math.exp(-((height - 3) ** 2) / 34);
}

/** The colour of street lamps, warm white to sodium: gain on chroma, and chroma of a fully lit grey in code values. */
export const LAMP_LIGHT = { chroma: 0.8, tintU: -27, tintV: 22 } as const;

/** Returns a colour under street light: darker, and orange where there is light. */
export function underStreetLight(color: Yuv, light: number): Yuv {
  const c = dim(color, light);
  const { chroma, tintU, tintV } = LAMP_LIGHT;
  return {
    y: c.y,
    u: 128 + (c.u - 128) * chroma + tintU * light,
    v: 128 + (c.v - 128) * chroma + tintV * light,
  };
}

const NIGHT_BLUE: Yuv = { y: 22, u: 133, v: 126 };

/** Paints rectangles into one kind of texture. Coordinates are metres from the wall's bottom left corner. */
export class WallCanvas {
  readonly kind: WallKind;
  readonly #perMetre: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #y: Uint8Array;
  readonly #u: Uint8Array;
  readonly #v: Uint8Array;

  /** @param perMetre texels per metre of luma; even. */
  constructor(kind: WallKind, widthM: number, heightM: number, perMetre: number) {
    this.kind = kind;
    this.#perMetre = perMetre;
    this.#columns = Math.ceil((widthM * perMetre) / 2) * 2;
    this.#rows = Math.ceil((heightM * perMetre) / 2) * 2;
    const half = (this.#columns / 2) * (this.#rows / 2);
    this.#y = new Uint8Array(this.#columns * this.#rows);
    this.#u = new Uint8Array(half).fill(128);
    this.#v = new Uint8Array(half).fill(128);
  }

  /** Notes a whole window, with its frame and what is behind its glass; or, over one, what hides a part of it. */
  markWindow(x: number, h: number, width: number, height: number, isWindow = true): void {
    if (this.kind === 'window') this.#fill(x, h, width, height, { y: isWindow ? 255 : 0, u: 128, v: 128 });
  }

  /** Paints a surface that reflects: `color` by day, `color` under street light at night. */
  fillRect(x: number, h: number, width: number, height: number, color: Yuv): void {
    if (this.kind === 'window') return;
    if (this.kind === 'light') this.#fill(x, h, width, height, { y: 0, u: 128, v: 128 });
    else if (this.kind === 'day') this.#fill(x, h, width, height, color);
    else {
      const step = 0.5;
      for (let from = h; from < h + height; from += step) {
        const tall = Math.min(step, h + height - from);
        const lit = underStreetLight(color, streetLightOn(from + tall / 2));
        this.#fill(x, from, width, tall, mix(NIGHT_BLUE, lit, 0.85));
      }
    }
  }

  /** Paints a surface that emits light at night: `day` by day, `night` at night. */
  fillLitRect(x: number, h: number, width: number, height: number, day: Yuv, night: Yuv): void {
    if (this.kind === 'window') return;
    if (this.kind === 'light') this.#fill(x, h, width, height, { y: 255, u: 128, v: 128 });
    else this.#fill(x, h, width, height, this.kind === 'day' ? day : night);
  }

  /** Adds noise to all painted luma. @param amplitude code values by day. */
  addNoise(amplitude: number, noise: (a: number, b: number) => number): void {
    if (this.#isMask) return;
    const scale = this.kind === 'day' ? amplitude : amplitude * 0.2;
    for (let a = 0, o = 0; a < this.#columns; a++) {
      for (let b = 0; b < this.#rows; b++, o++) {
        const value = (this.#y[o] ?? 0) + scale * noise(a, b);
        this.#y[o] = value < 16 ? 16 : value;
      }
    }
  }

  /** Returns the texture, which takes the canvas's memory. Do not use the canvas afterwards. */
  toTexture(): WallTexture {
    const a = this.#columns;
    const b = this.#rows;
    if (this.#isMask) {
      const y = new Ripmap(this.#y, a, b);
      return { y, u: y, v: y };
    }
    return {
      y: new Ripmap(this.#y, a, b),
      u: new Ripmap(this.#u, a / 2, b / 2),
      v: new Ripmap(this.#v, a / 2, b / 2),
    };
  }

  get #isMask(): boolean {
    return this.kind === 'light' || this.kind === 'window';
  }

  #fill(x: number, h: number, width: number, height: number, color: Yuv): void {
    const a0 = Math.max(0, Math.round(x * this.#perMetre));
    const a1 = Math.min(this.#columns, Math.round((x + width) * this.#perMetre));
    const b0 = Math.max(0, Math.round(h * this.#perMetre));
    const b1 = Math.min(this.#rows, Math.round((h + height) * this.#perMetre));
    for (let a = a0; a < a1; a++) this.#y.fill(color.y, a * this.#rows + b0, a * this.#rows + b1);
    const half = this.#rows / 2;
    for (let a = a0 >> 1; a < a1 >> 1; a++) {
      this.#u.fill(color.u, a * half + (b0 >> 1), a * half + (b1 >> 1));
      this.#v.fill(color.v, a * half + (b0 >> 1), a * half + (b1 >> 1));
    }
  }
}
