import { FACADE_TEXELS_PER_METRE } from './facade.js';
import { hazeAt, type Lighting } from './lighting.js';
import type { Planes } from './planes.js';
import { levelFor, type Ripmap } from './ripmap.js';
import type { Front, FrontColumns } from './surface.js';
import type { TextureSet } from './texture-set.js';
import type { View } from './view.js';

/**
 * Rows painted of all columns before the next ones: a column's pixels lie a stride apart, so that so many rows stay in
 * the processor's first cache while the columns pass.
 */
const TILE_ROWS = 64;

/** Puts fronts into perspective: every pixel column walks along one column of the front's texture. */
export class FrontPainter {
  readonly #textures: TextureSet;
  readonly #work: ColumnWork;
  #view: View | undefined;
  #planes: Planes | undefined;
  #lighting: Lighting | undefined;

  /** @param width pixel columns of the pictures. */
  constructor(textures: TextureSet, width: number) {
    this.#textures = textures;
    this.#work = new ColumnWork(width);
  }

  start(view: View, planes: Planes, lighting: Lighting): void {
    this.#view = view;
    this.#planes = planes;
    this.#lighting = lighting;
  }

  paint(front: Front, columns: FrontColumns): void {
    const view = this.#view;
    const planes = this.#planes;
    const lighting = this.#lighting;
    if (!view || !planes || !lighting || columns.count === 0) return;
    const { isNight, haze } = lighting;
    const texture = this.#textures.wall(front.facade, isNight ? 'night' : 'day');
    const shade = isNight ? 1 : front.shade;
    const work = this.#work;
    work.set({ view, columns, isNight, texture: texture.y, scale: 1, shade, black: 16, haze: haze.y });
    work.paintLumaInto(planes);
    work.set({ view, columns, isNight, texture: texture.u, scale: 2, shade, black: 128, haze: haze.u });
    work.setSecond(texture.v, haze.v - haze.u);
    work.paintChromaInto(planes);
  }
}

/** What {@link ColumnWork} is prepared from. */
interface ColumnSource {
  readonly view: View;
  readonly columns: FrontColumns;
  readonly isNight: boolean;
  readonly texture: Ripmap;
  /** 1 for luma; 2 for chroma, which has half the pixels and half the texels. */
  readonly scale: 1 | 2;
  readonly shade: number;
  /** Code value of no light. */
  readonly black: number;
  /** Code value of the haze. */
  readonly haze: number;
}

/** Columns of one plane, prepared for painting: places and steps with 16 fractional bits. */
class ColumnWork {
  #count = 0;
  #firstX = 0;
  #top = 0;
  #bottom = 0;
  readonly #texels: Uint8Array[] = [];
  readonly #texelsV: Uint8Array[] = [];
  readonly #levels: Int32Array;
  readonly #addV: Int32Array;
  readonly #base: Int32Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** Share of the first row that is covered, 0 to 256. */
  readonly #rim: Int32Array;
  readonly #place: Int32Array;
  readonly #step: Int32Array;
  readonly #last: Int32Array;
  readonly #mul: Int32Array;
  readonly #add: Int32Array;

  constructor(width: number) {
    const make = (): Int32Array => new Int32Array(width);
    this.#levels = make();
    this.#addV = make();
    this.#base = make();
    this.#from = make();
    this.#to = make();
    this.#rim = make();
    this.#place = make();
    this.#step = make();
    this.#last = make();
    this.#mul = make();
    this.#add = make();
  }

  set(source: ColumnSource): void {
    const { view, columns, isNight, texture, scale, shade, black, haze } = source;
    const rows = view.height / scale;
    const perMetre = FACADE_TEXELS_PER_METRE;
    this.#firstX = Math.ceil(columns.firstX / scale);
    this.#count = Math.max(0, Math.ceil((columns.firstX + columns.count) / scale) - this.#firstX);
    this.#top = rows;
    this.#bottom = 0;
    for (let c = 0; c < this.#count; c++) {
      const i = (this.#firstX + c) * scale - columns.firstX;
      const depth = columns.depth[i] ?? 1;
      const perPixel = (depth / view.focal) * perMetre;
      const levelA = levelFor((columns.alongStep[i] ?? 0) * perMetre);
      const levelB = levelFor(perPixel);
      const minor = texture.minorAt(levelB);
      const major = texture.majorAt(levelA);
      const a = Math.floor(((columns.along[i] ?? 0) * perMetre) / scale / (1 << levelA));
      const top = (columns.top[i] ?? 0) / scale;
      const from = Math.max(0, Math.floor(top));
      const to = Math.max(from, Math.min(rows, Math.round((columns.bottom[i] ?? 0) / scale)));
      const step = perPixel / (1 << levelB);
      const foot = ((view.y * perMetre) / perPixel + view.horizonY) / scale; // row of height 0
      const share = hazeAt(depth, isNight);
      const light = shade * (1 - share);
      this.#texels[c] = texture.texels(levelA, levelB);
      this.#levels[c] = levelA * 16 + levelB;
      this.#addV[c] = share * 65536;
      this.#base[c] = (a < 0 ? 0 : a >= major ? major - 1 : a) * minor;
      this.#from[c] = from;
      this.#to[c] = to;
      this.#rim[c] = top > from ? (1 + from - top) * 256 : 256;
      this.#place[c] = ((foot - from - 0.5) * step - 0.5) * 65536;
      this.#step[c] = step * 65536;
      this.#last[c] = minor - 2;
      this.#mul[c] = light * 256;
      this.#add[c] = (haze * share + black * (1 - share - light)) * 65536 + 32768;
      if (from < this.#top) this.#top = from;
      if (to > this.#bottom) this.#bottom = to;
    }
  }

  /** Prepares V beside U: it lies in the same places of its own texture; `hazeAbove` is its haze less that of U. */
  setSecond(texture: Ripmap, hazeAbove: number): void {
    for (let c = 0; c < this.#count; c++) {
      const levels = this.#levels[c] ?? 0;
      this.#texelsV[c] = texture.texels(levels >> 4, levels & 15);
      this.#addV[c] = (this.#add[c] ?? 0) + hazeAbove * (this.#addV[c] ?? 0);
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

  /** Paints rows `row` to `end` of a column of U and V, from the nearest texels. */
  #paintChroma(planes: Planes, c: number, row: number, end: number): void {
    const { u, v, strides } = planes;
    const texelsU = this.#texels[c];
    const texelsV = this.#texelsV[c];
    const first = this.#from[c] ?? 0;
    const from = first > row ? first : row;
    const to = Math.min(end, this.#to[c] ?? 0);
    if (!texelsU || !texelsV || from >= to) return;
    const base = this.#base[c] ?? 0;
    const last = ((this.#last[c] ?? 0) + 1) | 0;
    const mul = (this.#mul[c] ?? 0) << 8;
    const addU = this.#add[c] ?? 0;
    const addV = this.#addV[c] ?? 0;
    const step = this.#step[c] ?? 0;
    let place = ((this.#place[c] ?? 0) + 32768 - Math.imul(from - first, step)) | 0;
    let ou = (from * strides[1] + this.#firstX + c) | 0;
    let ov = (from * strides[2] + this.#firstX + c) | 0;
    for (let p = from; p < to; p++) {
      let b = place >> 16;
      if (b > last) b = last;
      else if (b < 0) b = 0;
      u[ou] = (Math.imul(texelsU[base + b] ?? 0, mul) + addU) >> 16;
      v[ov] = (Math.imul(texelsV[base + b] ?? 0, mul) + addV) >> 16;
      ou = (ou + strides[1]) | 0;
      ov = (ov + strides[2]) | 0;
      place = (place - step) | 0;
    }
  }

  /** Paints rows `row` to `end` of a column, interpolated along it; the rim against the sky is blended by coverage. */
  #paintColumn(plane: Uint8Array, stride: number, c: number, row: number, end: number): void {
    const texels = this.#texels[c];
    const first = this.#from[c] ?? 0;
    const from = first > row ? first : row;
    const to = Math.min(end, this.#to[c] ?? 0);
    if (!texels || from >= to) return;
    const base = this.#base[c] ?? 0;
    const last = this.#last[c] ?? 0;
    const mul = this.#mul[c] ?? 0;
    const add = this.#add[c] ?? 0;
    const step = this.#step[c] ?? 0;
    let place = ((this.#place[c] ?? 0) - Math.imul(from - first, step)) | 0;
    let o = (from * stride + this.#firstX + c) | 0;
    const before = plane[o] ?? 0;
    let count = to - from;
    for (; count > 0 && place >> 16 > last; count--) {
      plane[o] = (Math.imul((texels[base + last + 1] ?? 0) << 8, mul) + add) >> 16;
      o = (o + stride) | 0;
      place = (place - step) | 0;
    }
    for (; count > 0 && place >= 0; count--) {
      const i = base + (place >> 16);
      const a = texels[i] ?? 0;
      const t = (a << 8) + Math.imul((texels[i + 1] ?? 0) - a, (place >> 8) & 255);
      plane[o] = (Math.imul(t, mul) + add) >> 16;
      o = (o + stride) | 0;
      place = (place - step) | 0;
    }
    for (; count > 0; count--, o += stride) plane[o] = (Math.imul((texels[base] ?? 0) << 8, mul) + add) >> 16;
    const rim = this.#rim[c] ?? 256;
    if (from !== first || rim >= 256) return;
    o = from * stride + this.#firstX + c;
    plane[o] = before + ((((plane[o] ?? 0) - before) * rim) >> 8);
  }
}
