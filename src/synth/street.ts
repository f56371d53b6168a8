import { City } from './city.js';
import { dayLighting, NightLighting } from './lighting.js';
import { RasterSurface } from './raster-surface.js';
import { allocatePlanes, type Planes } from './planes.js';
import { Stage } from './stage.js';
import { TextureSet } from './texture-set.js';
import { truthOf, type StreetTruth } from './truth.js';
import { TruthSurface } from './truth-surface.js';
import { viewAt } from './view.js';

/** What makes a street. */
export interface StreetOptions {
  /** Any integer; the same seed gives the same street, byte for byte. */
  readonly seed: number;
  /** Even, 64 to 3840. */
  readonly width: number;
  /** Even, 36 to 2160. */
  readonly height: number;
}

/**
 * An endless procedural street that a camera drives through. Every picture is a function of the seed and the time, so
 * that any moment can be painted, by day and by night, in any order.
 */
export class Street {
  readonly width: number;
  readonly height: number;
  readonly #textures: TextureSet;
  readonly #stage: Stage;
  #surface: RasterSurface | undefined;

  constructor(options: StreetOptions) {
    checkSize('width', options.width, 64, 3840);
    checkSize('height', options.height, 36, 2160);
    if (!Number.isInteger(options.seed)) throw new RangeError(`seed must be an integer, got ${options.seed}`);
    this.width = options.width;
    this.height = options.height;
    this.#textures = new TextureSet(options.seed);
    const city = new City(options.seed, this.#textures.facades);
    this.#stage = new Stage(options.seed, city, () => this.#textures.crowns);
  }

  /** Paints all textures of the day now (some 0.4 s), so that no later picture waits for one. */
  prepare(): void {
    for (const facade of this.#textures.facades) this.#textures.wall(facade, 'day');
    this.day(0);
  }

  /** The street by day, in new planes. */
  day(timeS: number): Planes {
    const planes = allocatePlanes(this.width, this.height);
    this.dayInto(timeS, planes);
    return planes;
  }

  /** The same moment by night, in new planes. */
  night(timeS: number): Planes {
    const planes = allocatePlanes(this.width, this.height);
    this.#paint(timeS, planes, true);
    return planes;
  }

  /** Overwrites all of `planes`, which have the street's size; borrows them. */
  dayInto(timeS: number, planes: Planes): void {
    this.#paint(timeS, planes, false);
  }

  /** What is true of the moment, and how it moved since the previous time; any two times, 33 ms apart or so. */
  truth(timeS: number, previousTimeS: number): StreetTruth {
    const now = new TruthSurface(this.#textures, viewAt(this.width, this.height, timeS));
    const previous = new TruthSurface(this.#textures, viewAt(this.width, this.height, previousTimeS));
    this.#stage.draw(now, now.view, { timeS, previousTimeS }, false);
    this.#stage.draw(previous, previous.view, { timeS: previousTimeS, previousTimeS }, false);
    return truthOf(now, previous);
  }

  #paint(timeS: number, planes: Planes, isNight: boolean): void {
    if (planes.width !== this.width || planes.height !== this.height) {
      throw new RangeError(`planes must be ${this.width}x${this.height}, got ${planes.width}x${planes.height}`);
    }
    const view = viewAt(this.width, this.height, timeS);
    const lighting = isNight ? new NightLighting(this.#stage.city, view) : dayLighting(this.#stage.city);
    const surface = (this.#surface ??= new RasterSurface(this.#textures, view, planes, lighting));
    surface.start(view, planes, lighting);
    this.#stage.draw(surface, view, { timeS, previousTimeS: timeS }, !isNight);
    surface.finish();
  }
}

function checkSize(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value % 2 !== 0 || value < min || value > max) {
    throw new RangeError(`${name} must be an even integer from ${min} to ${max}, got ${value}`);
  }
}
