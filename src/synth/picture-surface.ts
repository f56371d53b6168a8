import { FACADE_TEXELS_PER_METRE, type Facade } from './facade.js';
import { GroundPainter } from './ground-painter.js';
import { addHalo, type Halo } from './halo.js';
import { hazeAt, throughHaze, type Lighting } from './lighting.js';
import type { Planes } from './planes.js';
import { Projector } from './projector.js';
import { levelFor } from './ripmap.js';
import { fillScan, Scan } from './scan.js';
import type { Front, FrontColumn, GroundKind, Material, ObjectMark, PolygonOptions, Surface } from './surface.js';
import { blitCrown, columnInto, copyRows } from './texture-fill.js';
import type { TextureSet } from './texture-set.js';
import type { Crown } from './tree-sprite.js';
import type { View } from './view.js';
import type { WallTexture } from './wall-canvas.js';
import { dim, type Yuv } from './yuv.js';

/** Paints a street into I420 planes, by day or night. One instance serves one picture size, for any number of pictures. */
export class PictureSurface implements Surface {
  readonly #textures: TextureSet;
  readonly #projector: Projector;
  readonly #scan: Scan;
  readonly #ground: GroundPainter;
  readonly #halos: Halo[] = [];
  readonly #columnTone = { mul: 256, add: 0, mulC: 256, addU: 0, addV: 0 };
  #planes: Planes;
  #view: View;
  #lighting: Lighting;
  #light = 1;
  #frontTexture: WallTexture | undefined;
  #frontFacade: Facade | undefined;
  #frontShade = 1;

  constructor(textures: TextureSet, view: View, planes: Planes, lighting: Lighting) {
    this.#textures = textures;
    this.#projector = new Projector(view);
    this.#scan = new Scan(view.height);
    this.#ground = new GroundPainter(textures, view.width);
    this.#planes = planes;
    this.#view = view;
    this.#lighting = lighting;
  }

  /** Starts a picture: lays the sky and borrows the planes until the next call. */
  start(view: View, planes: Planes, lighting: Lighting): void {
    this.#view = view;
    this.#projector.view = view;
    this.#planes = planes;
    this.#lighting = lighting;
    this.#halos.length = 0;
    this.#frontFacade = undefined;
    this.#ground.start(view, planes, lighting);
    const sky = this.#textures.sky(view, lighting.isNight);
    const rows = Math.min(view.height, 2 * Math.ceil(view.horizonY / 2) + 2);
    copyRows(sky.y, view.width, planes.y, planes.strides[0], rows);
    copyRows(sky.u, view.width / 2, planes.u, planes.strides[1], rows / 2);
    copyRows(sky.v, view.width / 2, planes.v, planes.strides[2], rows / 2);
  }

  begin(mark: ObjectMark): void {
    this.#light = this.#lighting.at(mark.x, mark.z);
  }

  groundSpan(kind: GroundKind, y: number, from: number, to: number, depth: number, height: number): void {
    this.#ground.span({ kind, y, from, to, depth, height });
  }

  beginFront(front: Front): void {
    if (front.facade !== this.#frontFacade) {
      this.#frontTexture = this.#textures.wall(front.facade, this.#lighting.isNight ? 'night' : 'day');
      this.#frontFacade = front.facade;
    }
    this.#frontShade = front.shade;
  }

  frontColumn(column: FrontColumn): void {
    const texture = this.#frontTexture;
    if (!texture) return;
    const { isNight, haze } = this.#lighting;
    const { y, u, v, strides } = this.#planes;
    const share = hazeAt(column.depth, isNight);
    const shade = (1 - share) * (isNight ? 1 : this.#frontShade);
    const black = 16 * (1 - share) - 16 * shade;
    const perPixel = (column.depth / this.#view.focal) * FACADE_TEXELS_PER_METRE;
    const levelA = levelFor(column.alongStep * FACADE_TEXELS_PER_METRE);
    const levelB = levelFor(perPixel);
    const place = column.along * FACADE_TEXELS_PER_METRE;
    const foot = (this.#view.y * FACADE_TEXELS_PER_METRE) / perPixel + this.#view.horizonY; // row of height 0
    const tone = this.#columnTone;
    tone.mul = shade * 256;
    tone.add = (haze.y * share + black) * 65536 + 32768;
    columnInto(y, strides[0], column.x, column.top, column.bottom, {
      texels: texture.y.texels(levelA, levelB),
      base: clampColumn(place / 2 ** levelA, texture.y.majorAt(levelA)) * texture.y.minorAt(levelB),
      foot,
      step: perPixel / 2 ** levelB,
      last: texture.y.minorAt(levelB) - 2,
      mul: tone.mul,
      add: tone.add,
    });
    if ((column.x & 1) !== 0) return;
    const half = {
      base: clampColumn(place / 2 / 2 ** levelA, texture.u.majorAt(levelA)) * texture.u.minorAt(levelB),
      foot: foot / 2,
      step: perPixel / 2 ** levelB,
      last: texture.u.minorAt(levelB) - 2,
      mul: shade * 256,
    };
    const top = column.top / 2;
    const bottom = column.bottom / 2;
    const grey = 128 * (1 - share) - 128 * shade;
    const addU = (haze.u * share + grey) * 65536 + 32768;
    const addV = (haze.v * share + grey) * 65536 + 32768;
    columnInto(u, strides[1], column.x >> 1, top, bottom, {
      ...half,
      texels: texture.u.texels(levelA, levelB),
      add: addU,
    });
    columnInto(v, strides[2], column.x >> 1, top, bottom, {
      ...half,
      texels: texture.v.texels(levelA, levelB),
      add: addV,
    });
  }

  polygon(corners: Float64Array, count: number, material: Material, options: PolygonOptions = {}): void {
    const projector = this.#projector;
    if (!projector.project(corners, count, options.oneSided ?? false)) return;
    const alpha = options.alpha ?? 1;
    const color = throughHaze(this.#colorOf(material), this.#lighting, projector.depth);
    const { width, height, y, u, v, strides } = this.#planes;
    const { xs, ys } = projector;
    const scan = this.#scan;
    if (!scan.convex(xs, ys, projector.count, 1, width, height)) return;
    fillScan(y, strides[0], width, scan, Math.round(color.y), alpha);
    if (!scan.convex(xs, ys, projector.count, 0.5, width / 2, height / 2)) return;
    fillScan(u, strides[1], width / 2, scan, Math.round(color.u), alpha);
    fillScan(v, strides[2], width / 2, scan, Math.round(color.v), alpha);
  }

  crown(crown: Crown, x: number, y: number, z: number, size: number): void {
    const { focal, centerX, horizonY } = this.#view;
    const depth = z - this.#view.z;
    if (depth < 0.5) return;
    const scale = focal / depth;
    const pixels = size * scale;
    const left = centerX + (x - this.#view.x) * scale - pixels / 2;
    const top = horizonY - (y - this.#view.y) * scale - pixels / 2;
    const share = hazeAt(depth, this.#lighting.isNight);
    const { haze, isNight } = this.#lighting;
    const light = isNight ? Math.min(0.42, 0.035 + this.#light * 0.42) : this.#light < 1 ? 0.68 : 1;
    const tint = throughHaze(
      isNight ? this.#lighting.lit(crown.color, light, 0, 1, 0) : dim(crown.color, light),
      this.#lighting,
      depth,
    );
    blitCrown(this.#planes, crown, {
      left,
      top,
      pixels,
      mul: light * (1 - share),
      add: 16 * (1 - share) + haze.y * share,
      tint,
    });
  }

  halo(x: number, y: number, z: number, radius: number, color: Yuv, strength: number): void {
    const { focal, centerX, horizonY } = this.#view;
    const depth = z - this.#view.z;
    if (!this.#lighting.isNight || depth < 1) return;
    const scale = focal / depth;
    const far = 1 - hazeAt(depth, true) * 0.6;
    this.#halos.push({
      x: centerX + (x - this.#view.x) * scale,
      y: horizonY - (y - this.#view.y) * scale,
      radius: Math.max(3.5 * (focal / 950), Math.min(focal * 0.12, radius * scale)),
      color,
      strength: strength * far,
    });
  }

  /** Adds the glow of the lights that were not covered by nearer things, then the picture is done. */
  finish(): void {
    for (const halo of this.#halos) addHalo(this.#planes, halo);
  }

  #colorOf(material: Material): Yuv {
    const { normalX, normalY, normalZ } = this.#projector;
    if (this.#lighting.isNight ? material.night : material.shinesByDay)
      return material.night && this.#lighting.isNight ? material.night : material.color;
    return this.#lighting.lit(material.color, this.#light, normalX, normalY, normalZ);
  }
}

function clampColumn(place: number, count: number): number {
  const column = Math.floor(place);
  return column < 0 ? 0 : column >= count ? count - 1 : column;
}
