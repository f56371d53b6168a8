import { FrontPainter } from './front-painter.js';
import { GroundPainter } from './ground-painter.js';
import { addHalo, type Halo } from './halo.js';
import { hazeAt, type Lighting } from './lighting.js';
import type { Planes } from './planes.js';
import { Projector } from './projector.js';
import { fillScan, Scan } from './scan.js';
import type {
  CrownPlace,
  Front,
  FrontColumns,
  Glow,
  GroundSpan,
  Material,
  ObjectMark,
  PolygonOptions,
  Surface,
} from './surface.js';
import { blitCrown, copyRows } from './crown-painter.js';
import type { TextureSet } from './texture-set.js';
import type { Crown } from './tree-sprite.js';
import type { View } from './view.js';

/** Paints a street into I420 planes, by day or night. One instance serves one picture size, for any number of pictures. */
export class RasterSurface implements Surface {
  readonly #textures: TextureSet;
  readonly #projector: Projector;
  readonly #scan: Scan;
  readonly #ground: GroundPainter;
  readonly #fronts: FrontPainter;
  readonly #halos: Halo[] = [];
  #planes: Planes;
  #view: View;
  #lighting: Lighting;
  #light = 1;

  constructor(textures: TextureSet, view: View, planes: Planes, lighting: Lighting) {
    this.#textures = textures;
    this.#projector = new Projector(view);
    this.#scan = new Scan(view.height);
    this.#ground = new GroundPainter(textures, view.width);
    this.#fronts = new FrontPainter(textures, view.width);
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
    this.#fronts.start(view, planes, lighting);
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

  groundSpan(span: GroundSpan): void {
    this.#ground.span(span);
  }

  front(front: Front, columns: FrontColumns): void {
    this.#fronts.paint(front, columns);
  }

  polygon(corners: Float64Array, count: number, material: Material, options: PolygonOptions = {}): void {
    const projector = this.#projector;
    if (!projector.project(corners, count, options.oneSided ?? false)) return;
    const lighting = this.#lighting;
    const shines = lighting.isNight ? material.night : material.shinesByDay ? material.color : undefined;
    const { y: cy, u: cu, v: cv } = shines ?? material.color;
    const gain = shines ? 1 : lighting.gain(this.#light, projector.normalX, projector.normalY, projector.normalZ);
    const chroma = shines ? 1 : gain * lighting.chroma;
    const tint = shines ? 0 : gain;
    const { haze } = lighting;
    const share = hazeAt(projector.depth, lighting.isNight);
    const clear = 1 - share;
    const luma = (16 + (cy - 16) * gain) * clear + haze.y * share;
    const blue = (128 + (cu - 128) * chroma + lighting.tintU * tint) * clear + haze.u * share;
    const red = (128 + (cv - 128) * chroma + lighting.tintV * tint) * clear + haze.v * share;
    this.#fill(luma, blue, red, options.alpha ?? 1);
  }

  crown(crown: Crown, { x, y, z, size }: CrownPlace): void {
    const { focal, centerX, horizonY } = this.#view;
    const depth = z - this.#view.z;
    if (depth < 0.5) return;
    const scale = focal / depth;
    const pixels = size * scale;
    const left = centerX + (x - this.#view.x) * scale - pixels / 2;
    const top = horizonY - (y - this.#view.y) * scale - pixels / 2;
    const share = hazeAt(depth, this.#lighting.isNight);
    const { haze, isNight } = this.#lighting;
    const light = isNight ? Math.min(0.5, 0.05 + this.#light * 0.55) : this.#light < 1 ? 0.68 : 1;
    const { chroma, tintU, tintV } = this.#lighting;
    const clear = light * (1 - share);
    const tint = {
      u: 128 + ((crown.color.u - 128) * chroma + tintU) * clear + (haze.u - 128) * share,
      v: 128 + ((crown.color.v - 128) * chroma + tintV) * clear + (haze.v - 128) * share,
    };
    blitCrown(this.#planes, crown, {
      left,
      top,
      pixels,
      mul: light * (1 - share),
      add: 16 * (1 - share) + haze.y * share,
      tint,
    });
  }

  halo({ x, y, z, radius, color, strength }: Glow): void {
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

  #fill(luma: number, blue: number, red: number, alpha: number): void {
    const { width, height, y, u, v, strides } = this.#planes;
    const scan = this.#scan;
    if (!scan.convex(this.#projector, 1, width, height)) return;
    fillScan({ bytes: y, stride: strides[0], width }, scan, Math.round(luma), alpha);
    if (!scan.convex(this.#projector, 0.5, width / 2, height / 2)) return;
    fillScan({ bytes: u, stride: strides[1], width: width / 2 }, scan, Math.round(blue), alpha);
    fillScan({ bytes: v, stride: strides[2], width: width / 2 }, scan, Math.round(red), alpha);
  }
}
