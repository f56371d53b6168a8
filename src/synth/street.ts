import { City } from './city.js';
import { dayLighting, NightLighting } from './lighting.js';
import { RasterCanvas } from './raster-canvas.js';
import { allocatePlanes, type Planes } from './planes.js';
import { StreetObjects } from './street-objects.js';
import { TextureSet } from './texture-set.js';
import { computeTruth, type StreetTruth } from './truth.js';
import { TruthCanvas } from './truth-canvas.js';
import { cameraAt } from './camera.js';

/** Options of a {@link Street}. */
export interface StreetOptions {
  /** Any integer; the same seed gives the same street, byte for byte. */
  readonly seed: number;
  /** Even, 64 to 3840. */
  readonly width: number;
  /** Even, 36 to 2160. */
  readonly height: number;
}

/**
 * An endless procedural street with a driving camera. A frame depends only on seed and time: any moment can be painted,
 * by day and by night, in any order.
 */
export class Street {
  readonly width: number;
  readonly height: number;
  readonly #textures: TextureSet;
  readonly #objects: StreetObjects;
  #canvas: RasterCanvas | undefined;

  constructor(options: StreetOptions) {
    checkSize('width', options.width, 64, 3840);
    checkSize('height', options.height, 36, 2160);
    if (!Number.isInteger(options.seed)) throw new RangeError(`seed must be an integer, got ${options.seed}`);
    this.width = options.width;
    this.height = options.height;
    this.#textures = new TextureSet(options.seed);
    const city = new City(options.seed, this.#textures.facades);
    this.#objects = new StreetObjects(options.seed, city, () => this.#textures.crowns);
  }

  /** Paints all daytime textures in advance (about 0.4 s), so that no later frame waits for one. */
  prepare(): void {
    for (const facade of this.#textures.facades) this.#textures.wall(facade, 'day');
    this.day(0);
  }

  /** Paints the street by day, into new planes. */
  day(timeS: number): Planes {
    const planes = allocatePlanes(this.width, this.height);
    this.dayInto(timeS, planes);
    return planes;
  }

  /** Paints the same moment by night, into new planes. */
  night(timeS: number): Planes {
    const planes = allocatePlanes(this.width, this.height);
    this.#paint(timeS, planes, true);
    return planes;
  }

  /** Paints the street by day over all of `planes`, which have the street's size. Borrows them. */
  dayInto(timeS: number, planes: Planes): void {
    this.#paint(timeS, planes, false);
  }

  /** Returns the ground truth of a moment, and its motion since the previous time (typically 33 ms earlier). */
  truth(timeS: number, previousTimeS: number): StreetTruth {
    const now = new TruthCanvas(this.#textures, cameraAt(this.width, this.height, timeS));
    const previous = new TruthCanvas(this.#textures, cameraAt(this.width, this.height, previousTimeS));
    this.#objects.draw(now, now.camera, { timeS, previousTimeS }, false);
    this.#objects.draw(previous, previous.camera, { timeS: previousTimeS, previousTimeS }, false);
    now.endFrame();
    return computeTruth(now, previous);
  }

  #paint(timeS: number, planes: Planes, isNight: boolean): void {
    if (planes.width !== this.width || planes.height !== this.height) {
      throw new RangeError(`planes must be ${this.width}x${this.height}, got ${planes.width}x${planes.height}`);
    }
    const camera = cameraAt(this.width, this.height, timeS);
    const lighting = isNight ? new NightLighting(this.#objects.city, camera) : dayLighting(this.#objects.city);
    const canvas = (this.#canvas ??= new RasterCanvas(this.#textures, camera, planes, lighting));
    canvas.beginFrame(camera, planes, lighting);
    this.#objects.draw(canvas, camera, { timeS, previousTimeS: timeS }, !isNight);
    canvas.endFrame();
  }
}

function checkSize(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value % 2 !== 0 || value < min || value > max) {
    throw new RangeError(`${name} must be an even integer from ${min} to ${max}, got ${value}`);
  }
}
