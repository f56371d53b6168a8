import type { Camera } from './camera.js';
import { GROUND_TEXELS, GROUND_TEXELS_PER_METRE } from './ground-texture.js';
import { hazeAt, type Lighting } from './lighting.js';
import type { Planes } from './planes.js';
import { levelFor, type Ripmap } from './ripmap.js';
import type { GroundSpan } from './canvas.js';
import type { TextureSet } from './texture-set.js';
import { underStreetLight } from './wall-canvas.js';
import { mix } from './yuv.js';

/** The visible part of a ground span. */
interface VisibleSpan {
  /** Pixel columns `from` to `to` (exclusive). */
  readonly from: number;
  readonly to: number;
  /** World x of the first pixel's centre, metres. */
  readonly worldX: number;
  /** Texel of the first pixel's centre in the texture line, not wrapped, and texels per pixel. */
  readonly start: number;
  readonly step: number;
  /** Texels of the texture line minus 1. */
  readonly mask: number;
  /** Share of haze, 0 to 1. */
  readonly haze: number;
}

/** Paints flat ground row by row. A row has one depth, so its texture is one line, interpolated. */
export class GroundPainter {
  readonly #textures: TextureSet;
  /** One line of texture with 16 bits a texel; the first texel is repeated at the end. */
  readonly #line = new Uint16Array(GROUND_TEXELS + 1);
  /** Light on each pixel of a row. */
  readonly #light: Float32Array;
  #camera: Camera | undefined;
  #planes: Planes | undefined;
  #lighting: Lighting | undefined;

  /** @param width pixel columns of the frames. */
  constructor(textures: TextureSet, width: number) {
    this.#textures = textures;
    this.#light = new Float32Array(width);
  }

  /** Starts a frame. Borrows the planes until the next call. */
  beginFrame(camera: Camera, planes: Planes, lighting: Lighting): void {
    this.#camera = camera;
    this.#planes = planes;
    this.#lighting = lighting;
  }

  paint(span: GroundSpan): void {
    const camera = this.#camera;
    const planes = this.#planes;
    const lighting = this.#lighting;
    if (!camera || !planes || !lighting) return;
    const from = Math.max(0, span.from);
    const to = Math.min(camera.width, span.to);
    if (to <= from) return;
    const perPixel = (span.depth / camera.focal) * GROUND_TEXELS_PER_METRE;
    const levelX = levelFor(perPixel);
    const rowDepth = (span.depth * span.depth) / ((camera.y - span.height) * camera.focal);
    const step = perPixel / 2 ** levelX;
    const worldX = camera.x + ((from + 0.5 - camera.centerX) * span.depth) / camera.focal;
    const start = (worldX * GROUND_TEXELS_PER_METRE) / 2 ** levelX - 0.5;
    const haze = hazeAt(span.depth, lighting.isNight);
    const mask = (GROUND_TEXELS >> levelX) - 1;
    this.#prepareLine(span.kind === 'paving' ? this.#textures.paving : this.#textures.asphalt, {
      position: (camera.z + span.depth) * GROUND_TEXELS_PER_METRE,
      levelZ: levelFor(rowDepth * GROUND_TEXELS_PER_METRE),
      levelX,
      first: Math.floor(start),
      count: Math.min(mask + 1, Math.ceil((to - from) * step) + 2),
      gain: lighting.isNight ? 1 : (1 - haze) * lighting.ground[span.kind].gain,
      offset: lighting.isNight ? 0 : lighting.haze.y * haze + 0.5,
    });
    if (lighting.isNight) {
      this.#paintNight(span, { from, to, worldX, start, step, mask, haze }, { camera, planes, lighting });
    } else {
      const row = span.y * planes.strides[0];
      this.#paintDayLuma(planes.y, row + from, row + to, start, step, mask);
      const { u, v } = mix(lighting.ground[span.kind].color, lighting.haze, haze);
      paintDayChroma(planes, span.y >> 1, from >> 1, (to + 1) >> 1, Math.round(u), Math.round(v));
    }
  }

  /**
   * Writes texels `first` to `first + count` of the texture's line at `position` (texels along the street) into `#line`:
   * `256 * (texel * gain + offset)`.
   */
  #prepareLine(
    texture: Ripmap,
    at: {
      position: number;
      levelZ: number;
      levelX: number;
      first: number;
      count: number;
      gain: number;
      offset: number;
    },
  ): void {
    const texels = texture.texels(at.levelZ, at.levelX);
    const width = texture.minorAt(at.levelX);
    const mask = width - 1;
    const rows = texture.majorAt(at.levelZ);
    const position = at.position / 2 ** at.levelZ - 0.5;
    const row = Math.floor(position);
    const shareB = Math.round((position - row) * at.gain * 256) | 0;
    const shareA = Math.round((1 - position + row) * at.gain * 256) | 0;
    const offset = Math.round(at.offset * 256) | 0;
    const a = (row & (rows - 1)) * width;
    const b = ((row + 1) & (rows - 1)) * width;
    const line = this.#line;
    for (let n = 0, x = at.first & mask; n < at.count; n++, x = (x + 1) & mask) {
      line[x] = Math.imul(texels[a + x] ?? 0, shareA) + Math.imul(texels[b + x] ?? 0, shareB) + offset;
    }
    line[width] = line[0] ?? 0;
  }

  /** Paints pixels `from` to `to` of the luma plane. `start` and `step` are texels: see {@link VisibleSpan}. */
  #paintDayLuma(y: Uint8Array, from: number, to: number, start: number, step: number, mask: number): void {
    const line = this.#line;
    const stepFixed = Math.round(step * 65536) | 0;
    const wrap = ((mask + 1) * 65536 - 1) | 0;
    let at = Math.round((start + (mask + 1) * 4096) * 65536) & wrap;
    for (let x = from; x < to; x++) {
      const i = at >> 16;
      const a = line[i] ?? 0;
      y[x] = (a + (Math.imul((line[i + 1] ?? 0) - a, (at >> 8) & 255) >> 8)) >> 8;
      at = (at + stepFixed) & wrap;
    }
  }

  /** Paints luma and chroma under the lamps' light, computed for each pixel. */
  #paintNight(
    span: GroundSpan,
    { from, to, worldX, start, step, mask, haze }: VisibleSpan,
    { camera, planes, lighting }: { camera: Camera; planes: Planes; lighting: Lighting },
  ): void {
    const line = this.#line;
    const lights = this.#light;
    const perPixel = span.depth / camera.focal;
    const z = camera.z + span.depth;
    for (let x = from, at = start; x < to; x++, at += step) {
      const light = lighting.lightAt(worldX + (x - from) * perPixel, z);
      lights[x] = light;
      const i = Math.floor(at);
      const a = line[i & mask] ?? 0;
      const t = (a + ((line[(i & mask) + 1] ?? 0) - a) * (at - i)) / 256;
      const value = 16 + (t - 16) * light;
      planes.y[span.y * planes.strides[0] + x] = value + (lighting.haze.y - value) * haze + 0.5;
    }
    const row = span.y >> 1;
    for (let x = from >> 1; x < (to + 1) >> 1; x++) {
      const light = lights[Math.min(to - 1, Math.max(from, 2 * x))] ?? 0;
      const c = mix(underStreetLight(lighting.ground[span.kind].color, light), lighting.haze, haze);
      planes.u[row * planes.strides[1] + x] = c.u + 0.5;
      planes.v[row * planes.strides[2] + x] = c.v + 0.5;
    }
  }
}

/** Fills samples `from` to `to` of a chroma row. */
function paintDayChroma(planes: Planes, row: number, from: number, to: number, u: number, v: number): void {
  planes.u.fill(u, row * planes.strides[1] + from, row * planes.strides[1] + to);
  planes.v.fill(v, row * planes.strides[2] + from, row * planes.strides[2] + to);
}
