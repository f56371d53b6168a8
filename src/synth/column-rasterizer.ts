import type { Camera } from './camera.js';
import type { FrontColumns } from './canvas.js';
import { FACADE_TEXELS_PER_METRE } from './facade.js';
import { hazeAt } from './lighting.js';
import type { Planes } from './planes.js';
import { levelFor, type Ripmap } from './ripmap.js';

/**
 * Rows of a tile. Each tile is painted across all columns before the next one: a column's pixels are a stride apart, and
 * this many rows stay in the L1 cache.
 */
const TILE_ROWS = 64;

/** Input of {@link ColumnRasterizer.prepare}. */
interface ColumnSource {
  readonly camera: Camera;
  readonly columns: FrontColumns;
  readonly isNight: boolean;
  readonly texture: Ripmap;
  /** 1 for luma, 2 for chroma, which has half the pixels and half the texels. */
  readonly scale: 1 | 2;
  readonly shade: number;
  /** Code value without light. */
  readonly black: number;
  /** Code value of the haze. */
  readonly haze: number;
  /** Code values added where there is no haze. */
  readonly shift: number;
}

/** Paints the columns of one plane. Positions, steps and offsets have 16 fraction bits, gains 8. */
export class ColumnRasterizer {
  #count = 0;
  #firstX = 0;
  #top = 0;
  #bottom = 0;
  readonly #texels: Uint8Array[] = [];
  readonly #texelsV: Uint8Array[] = [];
  readonly #levels: Int32Array;
  readonly #offsetV: Int32Array;
  readonly #columnStart: Int32Array;
  readonly #firstRow: Int32Array;
  readonly #endRow: Int32Array;
  /** Coverage of the first row, 0 to 256. */
  readonly #topCoverage: Int32Array;
  readonly #texelPosition: Int32Array;
  readonly #texelStep: Int32Array;
  readonly #lastTexel: Int32Array;
  readonly #gain: Int32Array;
  readonly #offset: Int32Array;

  constructor(width: number) {
    const make = (): Int32Array => new Int32Array(width);
    this.#levels = make();
    this.#offsetV = make();
    this.#columnStart = make();
    this.#firstRow = make();
    this.#endRow = make();
    this.#topCoverage = make();
    this.#texelPosition = make();
    this.#texelStep = make();
    this.#lastTexel = make();
    this.#gain = make();
    this.#offset = make();
  }

  prepare(source: ColumnSource): void {
    const { camera, columns, isNight, texture, scale, shade, black, haze, shift } = source;
    const rows = camera.height / scale;
    const perMetre = FACADE_TEXELS_PER_METRE;
    this.#firstX = Math.ceil(columns.firstX / scale);
    this.#count = Math.max(0, Math.ceil((columns.firstX + columns.count) / scale) - this.#firstX);
    this.#top = rows;
    this.#bottom = 0;
    for (let c = 0; c < this.#count; c++) {
      const i = (this.#firstX + c) * scale - columns.firstX;
      const depth = columns.depth[i] ?? 1;
      const perPixel = (depth / camera.focal) * perMetre;
      const levelA = levelFor((columns.alongStep[i] ?? 0) * perMetre);
      const levelB = levelFor(perPixel);
      const minor = texture.minorAt(levelB);
      const major = texture.majorAt(levelA);
      const a = Math.floor(((columns.along[i] ?? 0) * perMetre) / scale / (1 << levelA));
      const top = (columns.top[i] ?? 0) / scale;
      const from = Math.max(0, Math.floor(top));
      const to = Math.max(from, Math.min(rows, Math.round((columns.bottom[i] ?? 0) / scale)));
      const step = perPixel / (1 << levelB);
      const foot = ((camera.y * perMetre) / perPixel + camera.horizonY) / scale; // row of height 0
      const share = hazeAt(depth, isNight);
      const light = shade * (1 - share);
      this.#texels[c] = texture.texels(levelA, levelB);
      this.#levels[c] = levelA * 16 + levelB;
      this.#offsetV[c] = share * 65536;
      this.#columnStart[c] = (a < 0 ? 0 : a >= major ? major - 1 : a) * minor;
      this.#firstRow[c] = from;
      this.#endRow[c] = to;
      this.#topCoverage[c] = top > from ? (1 + from - top) * 256 : 256;
      this.#texelPosition[c] = ((foot - from - 0.5) * step - 0.5) * 65536;
      this.#texelStep[c] = step * 65536;
      this.#lastTexel[c] = minor - 2;
      this.#gain[c] = light * 256;
      this.#offset[c] = (haze * share + black * (1 - share - light) + shift * (1 - share)) * 65536 + 32768;
      if (from < this.#top) this.#top = from;
      if (to > this.#bottom) this.#bottom = to;
    }
  }

  /** Prepares V after U, with the same positions in its own texture. @param hazeAbove haze of V minus haze of U, and so on. */
  prepareSecond(texture: Ripmap, hazeAbove: number, shiftAbove: number): void {
    for (let c = 0; c < this.#count; c++) {
      const levels = this.#levels[c] ?? 0;
      this.#texelsV[c] = texture.texels(levels >> 4, levels & 15);
      const share = this.#offsetV[c] ?? 0;
      this.#offsetV[c] = (this.#offset[c] ?? 0) + hazeAbove * share + shiftAbove * (65536 - share);
    }
  }

  paintLumaInto(planes: Planes): void {
    for (let row = this.#top; row < this.#bottom; row += TILE_ROWS) {
      const end = Math.min(this.#bottom, row + TILE_ROWS);
      for (let c = 0; c < this.#count; c++) this.#paintColumn(planes.y, planes.strides[0], c, row, end);
    }
  }

  paintChromaInto(planes: Planes): void {
    for (let row = this.#top; row < this.#bottom; row += TILE_ROWS) {
      const end = Math.min(this.#bottom, row + TILE_ROWS);
      for (let c = 0; c < this.#count; c++) this.#paintChroma(planes, c, row, end);
    }
  }

  /** Paints rows `row` to `end` of a column of U and V, with nearest texels. */
  #paintChroma(planes: Planes, c: number, row: number, end: number): void {
    const { u, v, strides } = planes;
    const texelsU = this.#texels[c];
    const texelsV = this.#texelsV[c];
    const first = this.#firstRow[c] ?? 0;
    const from = first > row ? first : row;
    const to = Math.min(end, this.#endRow[c] ?? 0);
    if (!texelsU || !texelsV || from >= to) return;
    const base = this.#columnStart[c] ?? 0;
    const last = ((this.#lastTexel[c] ?? 0) + 1) | 0;
    const mul = (this.#gain[c] ?? 0) << 8;
    const addU = this.#offset[c] ?? 0;
    const addV = this.#offsetV[c] ?? 0;
    const step = this.#texelStep[c] ?? 0;
    let position = ((this.#texelPosition[c] ?? 0) + 32768 - Math.imul(from - first, step)) | 0;
    let ou = (from * strides[1] + this.#firstX + c) | 0;
    let ov = (from * strides[2] + this.#firstX + c) | 0;
    for (let p = from; p < to; p++) {
      let b = position >> 16;
      if (b > last) b = last;
      else if (b < 0) b = 0;
      u[ou] = (Math.imul(texelsU[base + b] ?? 0, mul) + addU) >> 16;
      v[ov] = (Math.imul(texelsV[base + b] ?? 0, mul) + addV) >> 16;
      ou = (ou + strides[1]) | 0;
      ov = (ov + strides[2]) | 0;
      position = (position - step) | 0;
    }
  }

  /** Paints rows `row` to `end` of a column, interpolated along it. The edge against the sky is blended by coverage. */
  #paintColumn(plane: Uint8Array, stride: number, c: number, row: number, end: number): void {
    const texels = this.#texels[c];
    const first = this.#firstRow[c] ?? 0;
    const from = first > row ? first : row;
    const to = Math.min(end, this.#endRow[c] ?? 0);
    if (!texels || from >= to) return;
    const base = this.#columnStart[c] ?? 0;
    const last = this.#lastTexel[c] ?? 0;
    const mul = this.#gain[c] ?? 0;
    const add = this.#offset[c] ?? 0;
    const step = this.#texelStep[c] ?? 0;
    let position = ((this.#texelPosition[c] ?? 0) - Math.imul(from - first, step)) | 0;
    let o = (from * stride + this.#firstX + c) | 0;
    const before = plane[o] ?? 0;
    let count = to - from;
    for (; count > 0 && position >> 16 > last; count--) {
      plane[o] = (Math.imul((texels[base + last + 1] ?? 0) << 8, mul) + add) >> 16;
      o = (o + stride) | 0;
      position = (position - step) | 0;
    }
    for (; count > 0 && position >= 0; count--) {
      const i = base + (position >> 16);
      const a = texels[i] ?? 0;
      const t = (a << 8) + Math.imul((texels[i + 1] ?? 0) - a, (position >> 8) & 255);
      plane[o] = (Math.imul(t, mul) + add) >> 16;
      o = (o + stride) | 0;
      position = (position - step) | 0;
    }
    for (; count > 0; count--, o += stride) plane[o] = (Math.imul((texels[base] ?? 0) << 8, mul) + add) >> 16;
    const rim = this.#topCoverage[c] ?? 256;
    if (from !== first || rim >= 256) return;
    o = from * stride + this.#firstX + c;
    plane[o] = before + ((((plane[o] ?? 0) - before) * rim) >> 8);
  }
}
