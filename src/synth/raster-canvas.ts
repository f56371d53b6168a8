import { copyRows } from '../image/plane-band.js';
import type { Camera } from './camera.js';
import { blitCrown } from './crown-painter.js';
import { FrontPainter } from './front-painter.js';
import { GroundPainter } from './ground-painter.js';
import { addHalo, type ScreenHalo } from './halo.js';
import { hazeAt, type Lighting } from './lighting.js';
import type { Planes } from './planes.js';
import { Projector } from './projector.js';
import { fillScan, PolygonScan } from './polygon-scan.js';
import type {
  CrownPosition,
  Front,
  FrontColumns,
  Halo,
  GroundSpan,
  Material,
  ObjectInfo,
  PolygonOptions,
  Canvas,
} from './canvas.js';
import type { TextureSet } from './texture-set.js';
import type { Crown } from './tree-sprite.js';

/** Paints a street into I420 planes, by day or night. One instance paints any number of frames of one size. */
export class RasterCanvas implements Canvas {
  readonly #textures: TextureSet;
  readonly #projector: Projector;
  readonly #scan: PolygonScan;
  readonly #ground: GroundPainter;
  readonly #fronts: FrontPainter;
  readonly #halos: ScreenHalo[] = [];
  #planes: Planes;
  #camera: Camera;
  #lighting: Lighting;
  #light = 1;

  constructor(textures: TextureSet, camera: Camera, planes: Planes, lighting: Lighting) {
    this.#textures = textures;
    this.#projector = new Projector(camera);
    this.#scan = new PolygonScan(camera.height);
    this.#ground = new GroundPainter(textures, camera.width);
    this.#fronts = new FrontPainter(textures, camera.width);
    this.#planes = planes;
    this.#camera = camera;
    this.#lighting = lighting;
  }

  /** Starts a frame with the sky. Borrows the planes until the next call. */
  beginFrame(
    camera: Camera,
    planes: Planes,
    lighting: Lighting,
    sky = this.#textures.sky(camera, lighting.isNight),
  ): void {
    this.#camera = camera;
    this.#projector.camera = camera;
    this.#planes = planes;
    this.#lighting = lighting;
    this.#halos.length = 0;
    this.#fronts.beginFrame(camera, planes, lighting);
    this.#ground.beginFrame(camera, planes, lighting);
    const rows = Math.max(0, Math.min(camera.height, 2 * Math.ceil(camera.horizonY / 2) + 2));
    copyPlane(sky.y, planes.y, planes.strides[0], camera.width, rows);
    copyPlane(sky.u, planes.u, planes.strides[1], camera.width / 2, rows / 2);
    copyPlane(sky.v, planes.v, planes.strides[2], camera.width / 2, rows / 2);
  }

  beginObject({ x, z }: ObjectInfo): void {
    this.#light = this.#lighting.lightAt(x, z);
  }

  drawGroundSpan(span: GroundSpan): void {
    this.#ground.paint(span);
  }

  drawFront(front: Front, columns: FrontColumns): void {
    this.#fronts.paint(front, columns);
  }

  drawPolygon(corners: Float64Array, count: number, material: Material, options: PolygonOptions = {}): void {
    const projector = this.#projector;
    if (!projector.project(corners, count, options.isOneSided ?? false)) return;
    const lighting = this.#lighting;
    const emitted = lighting.isNight ? material.nightColor : material.isLitByDay ? material.color : undefined;
    const { y: cy, u: cu, v: cv } = emitted ?? material.color;
    const gain = emitted ? 1 : lighting.gain(this.#light, projector.normalX, projector.normalY, projector.normalZ);
    const chroma = emitted ? 1 : gain * lighting.chroma;
    const tint = emitted ? 0 : gain;
    const { haze } = lighting;
    const share = hazeAt(projector.depth, lighting.isNight);
    const clear = 1 - share;
    const luma = (16 + (cy - 16) * gain) * clear + haze.y * share;
    const blue = (128 + (cu - 128) * chroma + lighting.tintU * tint) * clear + haze.u * share;
    const red = (128 + (cv - 128) * chroma + lighting.tintV * tint) * clear + haze.v * share;
    this.#fill(luma, blue, red, options.alpha ?? 1);
  }

  drawCrown(crown: Crown, { x, y, z, size }: CrownPosition): void {
    const { focal, centerX, horizonY } = this.#camera;
    const depth = z - this.#camera.z;
    if (depth < 0.5) return;
    const scale = focal / depth;
    const pixels = size * scale;
    const left = centerX + (x - this.#camera.x) * scale - pixels / 2;
    const top = horizonY - (y - this.#camera.y) * scale - pixels / 2;
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
      gain: light * (1 - share),
      offset: 16 * (1 - share) + haze.y * share,
      tint,
    });
  }

  drawHalo({ x, y, z, radius, color, strength }: Halo): void {
    const { focal, centerX, horizonY } = this.#camera;
    const depth = z - this.#camera.z;
    if (!this.#lighting.isNight || depth < 1) return;
    const scale = focal / depth;
    const far = 1 - hazeAt(depth, true) * 0.6;
    this.#halos.push({
      x: centerX + (x - this.#camera.x) * scale,
      y: horizonY - (y - this.#camera.y) * scale,
      radius: Math.max(3.5 * (focal / 950), Math.min(focal * 0.12, radius * scale)),
      color,
      strength: strength * far,
    });
  }

  /** Finishes the frame: adds the halos of visible lights. */
  endFrame(): void {
    for (const halo of this.#halos) addHalo(this.#planes, halo);
  }

  #fill(luma: number, blue: number, red: number, alpha: number): void {
    const { width, height, y, u, v, strides } = this.#planes;
    const scan = this.#scan;
    if (!scan.scanPolygon(this.#projector, 1, width, height)) return;
    fillScan({ bytes: y, stride: strides[0], width }, scan, Math.round(luma), alpha);
    if (!scan.scanPolygon(this.#projector, 0.5, width / 2, height / 2)) return;
    fillScan({ bytes: u, stride: strides[1], width: width / 2 }, scan, Math.round(blue), alpha);
    fillScan({ bytes: v, stride: strides[2], width: width / 2 }, scan, Math.round(red), alpha);
  }
}

/** Copies the first rows of a plane without padding into a plane with a stride. */
function copyPlane(from: Uint8Array, to: Uint8Array, stride: number, width: number, rows: number): void {
  copyRows({ bytes: from, start: 0, stride: width }, { bytes: to, start: 0, stride }, width, rows);
}
