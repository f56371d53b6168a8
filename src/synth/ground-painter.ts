import { GROUND_TEXELS, GROUND_TEXELS_PER_METRE } from './ground-texture.js';
import { hazeAt, type Lighting } from './lighting.js';
import type { Planes } from './planes.js';
import { levelFor, type Ripmap } from './ripmap.js';
import type { GroundSpan } from './surface.js';
import type { TextureSet } from './texture-set.js';
import type { View } from './view.js';
import { underStreetLight } from './wall-canvas.js';
import { fromRgb, mix } from './yuv.js';

const COLORS = { asphalt: fromRgb(0x77777a), paving: fromRgb(0xb5aa9a) } as const;

/** Paints flat ground row by row: a row has one depth, so its texture is one line, interpolated. */
export class GroundPainter {
  readonly #textures: TextureSet;
  /** One line of texture at 16 bits, and its first texel again at the end. */
  readonly #line = new Uint16Array(GROUND_TEXELS + 1);
  readonly #gain: Float32Array;
  #view: View | undefined;
  #planes: Planes | undefined;
  #lighting: Lighting | undefined;

  constructor(textures: TextureSet, width: number) {
    this.#textures = textures;
    this.#gain = new Float32Array(width);
  }

  start(view: View, planes: Planes, lighting: Lighting): void {
    this.#view = view;
    this.#planes = planes;
    this.#lighting = lighting;
  }

  span(span: GroundSpan): void {
    const view = this.#view;
    const planes = this.#planes;
    const lighting = this.#lighting;
    if (!view || !planes || !lighting) return;
    const from = Math.max(0, span.from);
    const to = Math.min(view.width, span.to);
    if (to <= from) return;
    const perPixel = (span.depth / view.focal) * GROUND_TEXELS_PER_METRE;
    const levelX = levelFor(perPixel);
    const rowDepth = (span.depth * span.depth) / ((view.y - span.height) * view.focal);
    const step = perPixel / 2 ** levelX;
    const worldX = view.x + ((from + 0.5 - view.centerX) * span.depth) / view.focal;
    const start = (worldX * GROUND_TEXELS_PER_METRE) / 2 ** levelX - 0.5;
    const share = hazeAt(span.depth, lighting.isNight);
    const { haze } = lighting;
    const mask = (GROUND_TEXELS >> levelX) - 1;
    const texture = span.kind === 'asphalt' ? this.#textures.asphalt : this.#textures.paving;
    const levelZ = levelFor(rowDepth * GROUND_TEXELS_PER_METRE);
    const clear = lighting.isNight ? 1 : 1 - share;
    this.#prepareLine(texture, {
      place: (view.z + span.depth) * GROUND_TEXELS_PER_METRE,
      levelZ,
      levelX,
      first: Math.floor(start),
      count: Math.min(mask + 1, Math.ceil((to - from) * step) + 2),
      clear,
      haze: lighting.isNight ? 0 : haze.y * share + 0.5,
    });
    const out = planes.y;
    const o = span.y * planes.strides[0];
    if (lighting.isNight) this.#nightLine(span, from, to, share, { start, step, mask, worldX, lighting, planes, view });
    else {
      const line = this.#line;
      const stepFixed = Math.round(step * 65536) | 0;
      const wrap = ((mask + 1) * 65536 - 1) | 0;
      let at = Math.round((start + (mask + 1) * 4096) * 65536) & wrap;
      for (let x = o + from; x < o + to; x++) {
        const i = at >> 16;
        const a = line[i] ?? 0;
        out[x] = (a + (Math.imul((line[i + 1] ?? 0) - a, (at >> 8) & 255) >> 8)) >> 8;
        at = (at + stepFixed) & wrap;
      }
    }
    if (lighting.isNight) return;
    const c = mix(COLORS[span.kind], haze, share);
    this.#chroma(span.y, from, to, Math.round(c.u), Math.round(c.v));
  }

  #chroma(y: number, from: number, to: number, u: number, v: number): void {
    const planes = this.#planes;
    if (!planes) return;
    const row = y >> 1;
    planes.u.fill(u, row * planes.strides[1] + (from >> 1), row * planes.strides[1] + ((to + 1) >> 1));
    planes.v.fill(v, row * planes.strides[2] + (from >> 1), row * planes.strides[2] + ((to + 1) >> 1));
  }

  /** Puts texels `first` to `first + count` of the texture's line at a place into `#line`, times 256, under haze. */
  #prepareLine(
    texture: Ripmap,
    at: { place: number; levelZ: number; levelX: number; first: number; count: number; clear: number; haze: number },
  ): void {
    const texels = texture.texels(at.levelZ, at.levelX);
    const width = texture.minorAt(at.levelX);
    const mask = width - 1;
    const rows = texture.majorAt(at.levelZ);
    const place = at.place / 2 ** at.levelZ - 0.5;
    const row = Math.floor(place);
    const shareB = Math.round((place - row) * at.clear * 256) | 0;
    const shareA = Math.round((1 - place + row) * at.clear * 256) | 0;
    const add = Math.round(at.haze * 256) | 0;
    const a = (row & (rows - 1)) * width;
    const b = ((row + 1) & (rows - 1)) * width;
    const line = this.#line;
    for (let n = 0, x = at.first & mask; n < at.count; n++, x = (x + 1) & mask) {
      line[x] = Math.imul(texels[a + x] ?? 0, shareA) + Math.imul(texels[b + x] ?? 0, shareB) + add;
    }
    line[width] = line[0] ?? 0;
  }

  #nightLine(
    span: GroundSpan,
    from: number,
    to: number,
    share: number,
    at: { start: number; step: number; mask: number; worldX: number; lighting: Lighting; planes: Planes; view: View },
  ): void {
    const { lighting, planes, view } = at;
    const line = this.#line;
    const gain = this.#gain;
    const perPixel = span.depth / view.focal;
    const z = view.z + span.depth;
    for (let x = from, place = at.start; x < to; x++, place += at.step) {
      const light = lighting.at(at.worldX + (x - from) * perPixel, z);
      gain[x] = light;
      const i = Math.floor(place);
      const a = line[i & at.mask] ?? 0;
      const t = (a + ((line[(i & at.mask) + 1] ?? 0) - a) * (place - i)) / 256;
      const value = 16 + (t - 16) * light;
      planes.y[span.y * planes.strides[0] + x] = value + (lighting.haze.y - value) * share + 0.5;
    }
    const row = span.y >> 1;
    for (let x = from >> 1; x < (to + 1) >> 1; x++) {
      const light = gain[Math.min(to - 1, Math.max(from, 2 * x))] ?? 0;
      const c = mix(underStreetLight(COLORS[span.kind], light), lighting.haze, share);
      planes.u[row * planes.strides[1] + x] = c.u + 0.5;
      planes.v[row * planes.strides[2] + x] = c.v + 0.5;
    }
  }
}
