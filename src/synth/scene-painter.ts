import { paintBonnet } from './bonnet.js';
import type { Camera } from './camera.js';
import { City } from './city.js';
import { dayLighting, NightLighting, type Lighting } from './lighting.js';
import { allocatePlanes, type Planes } from './planes.js';
import { RasterCanvas } from './raster-canvas.js';
import { labelObjects, type SceneObjects } from './scene-labels.js';
import { drawCamera, drawVariation, type SceneVariation } from './scene-variation.js';
import { NIGHT_SKY, paintSky } from './sky.js';
import { StreetObjects } from './street-objects.js';
import { TextureSet } from './texture-set.js';
import type { Crown } from './tree-sprite.js';
import { TruthCanvas } from './truth-canvas.js';
import { mix } from './yuv.js';

/** A street by day and what stands where in it, exactly. */
export interface PaintedScene {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`: full-range R'G'B' of BT.709. */
  readonly rgb: Uint8Array;
  /** The same moment at night, as `rgb`, where it was asked for. */
  readonly nightRgb?: Uint8Array;
  /** `[height, width]`: indices of `SURFACE_NAMES`; {@link NO_SURFACE} under the own bonnet. */
  readonly surface: Uint8Array;
  /** `[height, width]`: 1 where the own vehicle's bonnet is, else 0. */
  readonly bonnet: Uint8Array;
  readonly objects: SceneObjects;
  /** Height of the horizon from the top, in shares of the height; may lie outside [0, 1]. */
  readonly horizon: number;
  /** Whether the camera is in a vehicle; else it is fixed, high beside the street. */
  readonly isDriving: boolean;
}

/** Value of a surface map where no surface is labelled. */
export const NO_SURFACE = 255;

/** Sets of textures that scenes share. Each takes about 60 MB, and about a second when it is first used. */
const TEXTURE_SETS = 4;
/** Pixels along each side that are averaged into one: edges are then as soft as a camera's. */
const OVERSAMPLING = 2;
/** Light on the own bonnet at night, relative to the day. */
const NIGHT_BONNET = 0.08;

/** Paints streets by day with their labels, as many different ones as there are seeds: examples to train on. */
export class ScenePainter {
  readonly width: number;
  readonly height: number;
  readonly #planes: Planes;
  readonly #textures = new Map<number, TextureSet>();
  #canvases = new Map<number, RasterCanvas>();

  /** @param options width and height of the scenes: even, 64 to 1920 and 36 to 1080. */
  constructor({ width, height }: { readonly width: number; readonly height: number }) {
    checkSize('width', width, 64, 1920);
    checkSize('height', height, 36, 1080);
    this.width = width;
    this.height = height;
    this.#planes = allocatePlanes(OVERSAMPLING * width, OVERSAMPLING * height);
  }

  /**
   * Paints the scene of a seed, any integer. The same seed and size give the same bytes. The caller owns the result.
   * @param options `withNight`: also the same moment at night; default false.
   */
  paint(seed: number, { withNight = false }: { readonly withNight?: boolean } = {}): PaintedScene {
    if (!Number.isInteger(seed)) throw new RangeError(`seed must be an integer, got ${seed}`);
    const { width, height } = this;
    const variation = drawVariation(seed);
    const set = (seed >>> 0) % TEXTURE_SETS;
    const textures = this.#textureSet(set);
    const { street, light, timeS, isDriving, bonnet } = variation;
    const city = new City(seed, textures.facades, street);
    const crowns = textures.crowns.map((crown) => tintCrown(crown, variation.foliage));
    const objects = new StreetObjects(seed, city, () => crowns, street);
    const time = { timeS, previousTimeS: timeS };
    const camera = drawCamera(seed, variation, OVERSAMPLING * width, OVERSAMPLING * height);
    const nightRgb = withNight ? this.#paintNight(set, objects, variation, camera) : undefined;
    this.#paintDay(set, objects, variation, camera);
    const truth = new TruthCanvas(textures, drawCamera(seed, variation, width, height), variation.sky.backdrop);
    objects.draw(truth, truth.camera, time, true, light.hasSun);
    truth.endFrame();
    const rgb = toRgb(this.#planes);
    const mask = bonnet ? paintBonnet(rgb, width, height, bonnet) : new Uint8Array(width * height);
    const surface = truth.surfaces;
    for (let i = 0; i < surface.length; i++) {
      if (mask[i] === 0) continue;
      surface[i] = NO_SURFACE;
      truth.objectIds[i] = 0; // the bonnet covers objects, too
      for (let c = 3 * i; nightRgb && c < 3 * i + 3; c++) nightRgb[c] = NIGHT_BONNET * (rgb[c] ?? 0);
    }
    return {
      seed,
      width,
      height,
      rgb,
      ...(nightRgb && { nightRgb }),
      surface,
      bonnet: mask,
      objects: labelObjects(truth, objects, time, street),
      horizon: truth.camera.horizonY / height,
      isDriving,
    };
  }

  #paintDay(set: number, objects: StreetObjects, { timeS, light, sky }: SceneVariation, camera: Camera): void {
    const lighting = dayLighting(objects.city, light);
    const canvas = this.#begin(set, camera, lighting, sky);
    objects.draw(canvas, camera, { timeS, previousTimeS: timeS }, true, light.hasSun);
    canvas.endFrame();
  }

  #paintNight(set: number, objects: StreetObjects, { timeS, sky }: SceneVariation, camera: Camera): Uint8Array {
    const canvas = this.#begin(set, camera, new NightLighting(objects.city, camera), sky);
    objects.draw(canvas, camera, { timeS, previousTimeS: timeS }, false);
    canvas.endFrame();
    return toRgb(this.#planes);
  }

  #begin(set: number, camera: Camera, lighting: Lighting, sky: SceneVariation['sky']): RasterCanvas {
    const textures = this.#textureSet(set);
    const planes = this.#planes;
    let canvas = this.#canvases.get(set);
    if (!canvas) this.#canvases.set(set, (canvas = new RasterCanvas(textures, camera, planes, lighting)));
    canvas.beginFrame(
      camera,
      planes,
      lighting,
      paintSky(
        textures.seed,
        camera,
        lighting.isNight,
        lighting.isNight ? { ...NIGHT_SKY, backdrop: sky.backdrop } : sky,
      ),
    );
    return canvas;
  }

  #textureSet(set: number): TextureSet {
    let textures = this.#textures.get(set);
    if (!textures) this.#textures.set(set, (textures = new TextureSet(1000 + set)));
    return textures;
  }
}

/** A crown in the colour of a season. It shares the texels. */
function tintCrown({ levels, color }: Crown, foliage: SceneVariation['foliage']): Crown {
  return { levels, color: mix(color, { ...foliage.color, y: color.y }, foliage.share) };
}

/** I420 in limited range at twice the size, as `[height, width, 3]`: four luma samples and one chroma sample per pixel. */
function toRgb({ y, u, v, width: columns, height: rows }: Planes): Uint8Array {
  const [width, height] = [columns / 2, rows / 2];
  const rgb = new Uint8ClampedArray(3 * width * height);
  for (let row = 0, i = 0; row < height; row++) {
    for (let x = 0; x < width; x++, i++) {
      const at = 2 * row * columns + 2 * x;
      const sum = (y[at] ?? 0) + (y[at + 1] ?? 0) + (y[at + columns] ?? 0) + (y[at + columns + 1] ?? 0);
      const luma = ((sum / 4 - 16) * 255) / 219;
      const blue = (((u[i] ?? 0) - 128) * 255) / 224;
      const red = (((v[i] ?? 0) - 128) * 255) / 224;
      rgb[3 * i] = luma + 1.5748 * red;
      rgb[3 * i + 1] = luma - 0.1873 * blue - 0.4681 * red;
      rgb[3 * i + 2] = luma + 1.8556 * blue;
    }
  }
  return new Uint8Array(rgb.buffer);
}

function checkSize(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value % 2 !== 0 || value < min || value > max) {
    throw new RangeError(`${name} must be an even integer from ${min} to ${max}, got ${value}`);
  }
}
