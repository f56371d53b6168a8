import { ColumnRasterizer } from './column-rasterizer.js';
import type { Lighting } from './lighting.js';
import type { Planes } from './planes.js';
import type { Front, FrontColumns } from './canvas.js';
import type { TextureSet } from './texture-set.js';
import type { Camera } from './camera.js';

/** Paints house fronts in perspective: each pixel column steps along one column of the front's texture. */
export class FrontPainter {
  readonly #textures: TextureSet;
  readonly #rasterizer: ColumnRasterizer;
  #camera: Camera | undefined;
  #planes: Planes | undefined;
  #lighting: Lighting | undefined;

  /** @param width pixel columns of the frames. */
  constructor(textures: TextureSet, width: number) {
    this.#textures = textures;
    this.#rasterizer = new ColumnRasterizer(width);
  }

  beginFrame(camera: Camera, planes: Planes, lighting: Lighting): void {
    this.#camera = camera;
    this.#planes = planes;
    this.#lighting = lighting;
  }

  paint(front: Front, columns: FrontColumns): void {
    const camera = this.#camera;
    const planes = this.#planes;
    const lighting = this.#lighting;
    if (!camera || !planes || !lighting || columns.count === 0) return;
    const { isNight, haze } = lighting;
    const texture = this.#textures.wall(front.facade, isNight ? 'night' : 'day');
    const { tint } = front;
    const shade = lighting.frontShade[front.facing] * tint.gain;
    const rasterizer = this.#rasterizer;
    rasterizer.prepare({
      camera,
      columns,
      isNight,
      texture: texture.y,
      scale: 1,
      shade,
      black: 16,
      haze: haze.y,
      shift: 0,
    });
    rasterizer.paintLumaInto(planes);
    rasterizer.prepare({
      camera,
      columns,
      isNight,
      texture: texture.u,
      scale: 2,
      shade,
      black: 128,
      haze: haze.u,
      shift: tint.u,
    });
    rasterizer.prepareSecond(texture.v, haze.v - haze.u, tint.v - tint.u);
    rasterizer.paintChromaInto(planes);
  }
}
