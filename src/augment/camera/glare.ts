import type { Frame } from '../../core/frame.js';
import { NEUTRAL_CHROMA, rangeCodes } from '../../image/color-matrix.js';
import { PlaneKernel } from '../../image/plane-kernel.js';
import type { Look } from '../../look/look.js';
import { brightLight, PEAK_LIGHT } from './bright-light.js';
import { addStars } from './glare-star.js';
import { glareLamps } from './glare-lamps.js';
import { LightScatter, type LightPlanes } from './glare-light.js';

/** Share of a night's bright light that is scattered at glare 1, a dirty windscreen: chosen beside real nights. */
const MAX_SCATTER = 0.4;
/** Added light below this changes no code, whites. */
const MIN_ADDED = 1e-5;
/** Smallest luma that colour is measured against, codes. */
const MIN_LUMA = 2;

/** Adds what lens and windscreen scatter of a night's lamps: a veil over the frame and a soft star around the brightest. */
export class Glare {
  readonly #scatter: LightScatter;
  /** What is added to a frame, at half its size. */
  #added: LightPlanes = { width: 0, height: 0, luma: none(), blue: none(), red: none() };

  private constructor(kernel: PlaneKernel) {
    this.#scatter = new LightScatter(kernel);
  }

  /** Throws KERNEL_UNAVAILABLE. */
  static async open(): Promise<Glare> {
    return new Glare(await PlaneKernel.open());
  }

  /**
   * Overwrites the frame's planes. Borrows the look.
   * @param amount 0 none to 1; it also turns the star, so that frames of one draw share it. @param lights dial of the lights.
   */
  apply(frame: Frame, look: Look, { amount, lights }: { readonly amount: number; readonly lights: number }): void {
    if (amount === 0) return;
    const lamps = glareLamps(look, frame, lights);
    const added = this.#addedFor(frame);
    enlargeInto(this.#scatter.scatter(frame, lamps, MAX_SCATTER * amount), added);
    addStars(added, lamps, amount);
    addLight(frame, added);
  }

  #addedFor({ width, height }: Frame): LightPlanes {
    const [columns, rows] = [width / 2, height / 2];
    if (this.#added.width !== columns || this.#added.height !== rows) {
      const plane = (): Float32Array => new Float32Array(columns * rows);
      this.#added = { width: columns, height: rows, luma: plane(), blue: plane(), red: plane() };
    }
    return this.#added;
  }
}

function none(): Float32Array {
  return new Float32Array();
}

/** Enlarges the scattered light, bilinearly. */
function enlargeInto(from: LightPlanes, out: LightPlanes): void {
  const pairs = (['luma', 'blue', 'red'] as const).map((name) => [from[name], out[name]] as const);
  const [scaleX, scaleY] = [from.width / out.width, from.height / out.height];
  const columns = Int16Array.from({ length: out.width }, (_, x) => clampIndex((x + 0.5) * scaleX - 0.5, from.width));
  const shares = Float32Array.from(columns, (column, x) => clampShare((x + 0.5) * scaleX - 0.5 - column));
  const line = new Float32Array(from.width);
  for (let row = 0; row < out.height; row++) {
    const at = (row + 0.5) * scaleY - 0.5;
    const above = clampIndex(at, from.height);
    const share = clampShare(at - above);
    for (const [small, large] of pairs) {
      const start = above * from.width;
      for (let x = 0; x < from.width; x++) {
        line[x] = (small[start + x] ?? 0) + share * ((small[start + from.width + x] ?? 0) - (small[start + x] ?? 0));
      }
      for (let x = 0; x < out.width; x++) {
        const column = columns[x] ?? 0;
        large[row * out.width + x] =
          (line[column] ?? 0) + (shares[x] ?? 0) * ((line[column + 1] ?? 0) - (line[column] ?? 0));
      }
    }
  }
}

/** The sample before a place, so that there is one after it. */
function clampIndex(at: number, count: number): number {
  return Math.max(0, Math.min(count - 2, Math.floor(at)));
}

function clampShare(share: number): number {
  return Math.max(0, Math.min(1, share));
}

function addLight(frame: Frame, added: LightPlanes): void {
  const { y, u, v, strides, width, height, color } = frame;
  const { light, codes, scale } = brightLight(color.range);
  const { black } = rangeCodes(color.range);
  const stride = strides[0];
  const lit = (code: number, more: number): number => {
    const sum = (light[code] ?? 0) + more;
    return codes[(Math.sqrt(sum < PEAK_LIGHT ? sum : PEAK_LIGHT) * scale + 0.5) | 0] ?? 0;
  };
  for (let row = 0; row < height / 2; row++) {
    const [atY, atU, atV] = [2 * row * stride, row * strides[1], row * strides[2]];
    for (let x = 0; x < width / 2; x++) {
      const i = row * added.width + x;
      const more = added.luma[i] ?? 0;
      if (more < MIN_ADDED) continue;
      const at = atY + 2 * x;
      const before = (y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + stride] ?? 0) + (y[at + stride + 1] ?? 0);
      y[at] = lit(y[at] ?? 0, more);
      y[at + 1] = lit(y[at + 1] ?? 0, more);
      y[at + stride] = lit(y[at + stride] ?? 0, more);
      y[at + stride + 1] = lit(y[at + stride + 1] ?? 0, more);
      const after = (y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + stride] ?? 0) + (y[at + stride + 1] ?? 0);
      const own = light[before >> 2] ?? 0;
      const perLuma = own / Math.max(MIN_LUMA, before / 4 - black);
      const perLight = Math.max(MIN_LUMA, after / 4 - black) / (own + more);
      u[atU + x] = rounded(
        NEUTRAL_CHROMA + (((u[atU + x] ?? 0) - NEUTRAL_CHROMA) * perLuma + (added.blue[i] ?? 0)) * perLight,
      );
      v[atV + x] = rounded(
        NEUTRAL_CHROMA + (((v[atV + x] ?? 0) - NEUTRAL_CHROMA) * perLuma + (added.red[i] ?? 0)) * perLight,
      );
    }
  }
}

function rounded(code: number): number {
  return code <= 0 ? 0 : code >= 255 ? 255 : (code + 0.5) | 0;
}
