import { PlaneKernel } from '../image/plane-kernel.js';
import { copyLookInto, emptyLook, identityLook, type Look } from '../look/look.js';
import { SURFACES, SURFACE_SIZE, type Scene } from '../scene/scene.js';
import { BlackBars } from './black-bars.js';
import { BouncedLight } from './bounced-light.js';
import { DaySamples } from './day-samples.js';
import { exposureGain } from './exposure.js';
import { GridFit } from './grid-fit.js';
import { GroundPlane } from './ground-plane.js';
import { LampList } from './lamp-list.js';
import { Lens, vignette } from './lens.js';
import { LightsFit } from './lights-fit.js';
import { LowBeam } from './low-beam.js';
import { NightSamples } from './night-samples.js';
import { NightSky, urbanOf } from './night-sky.js';
import type { NightStyle } from './night-style.js';
import { Reflectance } from './reflectance.js';
import { PlaneFilters } from './plane-filters.js';
import { clearLight, COLUMNS, type LightPlanes, ROWS, SAMPLES, smoothStep } from './samples.js';
import { Shops } from './shops.js';
import { addSignals } from './signals.js';
import { SkyCover } from './sky-cover.js';
import { StreetLamps, townColor } from './street-lamps.js';
import { sunState, type SunState } from './sun-state.js';
import { TownLight } from './town-light.js';
import { TrafficLamps } from './traffic-lamps.js';
import { Windows } from './windows.js';

/** How strong the kinds of lamps are, 0 to 2; 1 is the style's own. */
export interface LightingDials {
  /** The own vehicle's headlights, where the camera drives. */
  readonly headlights: number;
  /** Share of windows and shops that are lit. */
  readonly windows: number;
  readonly streetLamps: number;
  /** Lamps of other vehicles, and signals. */
  readonly traffic: number;
}

/** All dials at 1. */
export const DEFAULT_LIGHTING_DIALS: LightingDials = { headlights: 1, windows: 1, streetLamps: 1, traffic: 1 };

/** Options of {@link Lighting.light}. */
export interface LightOptions {
  /** Elevation of the sun, in degrees: -18 and below night, 10 and above day. */
  readonly hour: number;
  readonly dials: LightingDials;
  /** Of what no thing of the scene decides, from now on; default: stays. */
  readonly seed?: number;
}

const FACADE = SURFACES.indexOf('facade') * SURFACE_SIZE;
/** Mean luma up to which a frame stays as it is, and from which it is a day: what is night already is left alone. */
const SEEN = [0.05, 0.13] as const;
/** Radius over which the bonnet's edge is soft, samples. */
const BONNET_EDGE = 2;
/** Rows, shares of the height, between which the ground before a driving camera grows dark, and by how much. */
const NEAREST = { from: 0.7, to: 0.98, dark: 0.9 } as const;
/** Radius around what stands within which ground is not even: legs and wheels are read as ground there, and look like shadows. */
const EVEN_RADIUS = 3;
/** Gain from reflected light to the sensor. */
const SENSITIVITY = 2.2;

/** What decides how much is lit. */
interface Surroundings {
  /** How much of a town the frame shows, 0 to 1. */
  readonly urban: number;
  /** How surely it shows a street at all, 0 to 1. */
  readonly sure: number;
}

/**
 * Turns the sun off and the lamps on: what stands where, and a night style, to a look. Pure formulas without a network;
 * the same scene, day and seed give the same look. What the scene is not sure of stays dark.
 */
export class Lighting {
  readonly #style: NightStyle;
  #seed: number;
  readonly #bars = new BlackBars();
  readonly #day: DaySamples;
  readonly #sky: SkyCover;
  readonly #plane: GroundPlane;
  readonly #reflectance: Reflectance;
  readonly #light: LightPlanes;
  readonly #shine: LightPlanes;
  readonly #lamps: LampList;
  readonly #night: NightSamples;
  readonly #gridFit: GridFit;
  readonly #lightsFit: LightsFit;
  readonly #look = emptyLook();
  readonly #dayLook = identityLook();
  readonly #kernel: PlaneKernel;
  readonly #filters: PlaneFilters;
  readonly #bonnet: Float32Array;
  /** Share of ground that nothing stands on or near. */
  readonly #even: Float32Array;
  /** From reflected light to the sensor: sensitivity and vignette. */
  readonly #gains: Float32Array;
  readonly #town: TownLight;
  readonly #bounced: BouncedLight;
  readonly #beam: LowBeam;
  readonly #streetLamps: StreetLamps;
  readonly #traffic: TrafficLamps;
  readonly #windows: Windows;
  readonly #shops: Shops;
  readonly #nightSky: NightSky;
  readonly #lens: Lens;

  private constructor(kernel: PlaneKernel, style: NightStyle, seed: number) {
    const color = townColor(style);
    const filters = new PlaneFilters(kernel);
    this.#day = new DaySamples(kernel);
    this.#sky = new SkyCover(filters);
    this.#plane = new GroundPlane(filters);
    this.#reflectance = new Reflectance(filters);
    this.#light = filters.createLightPlanes();
    this.#shine = filters.createLightPlanes();
    this.#lamps = new LampList(filters.createLightPlanes());
    this.#night = new NightSamples(kernel);
    this.#gridFit = new GridFit(kernel);
    this.#lightsFit = new LightsFit(kernel);
    this.#style = style;
    this.#seed = seed;
    this.#kernel = kernel;
    this.#filters = filters;
    this.#bonnet = filters.createPlane();
    this.#even = filters.createPlane();
    this.#gains = filters.createPlane();
    this.#gains.set(vignette(style.lens.vignette).map((gain) => SENSITIVITY * gain));
    this.#town = new TownLight(style, color, seed);
    this.#bounced = new BouncedLight(filters);
    this.#beam = new LowBeam(style);
    this.#streetLamps = new StreetLamps(style);
    this.#traffic = new TrafficLamps(style);
    this.#windows = new Windows(style);
    this.#shops = new Shops(style, filters);
    this.#nightSky = new NightSky(style, color, seed, filters);
    this.#lens = new Lens(style, filters);
  }

  /**
   * Loads the kernel. Throws KERNEL_UNAVAILABLE.
   * @param seed of what no thing of the scene decides: the glow of the sky, lamps out of the frame.
   */
  static async open(style: NightStyle, seed: number): Promise<Lighting> {
    return new Lighting(await PlaneKernel.open(), style, seed);
  }

  /**
   * Returns the look of one frame. Lends it: it is valid until the next call. Borrows scene and day.
   * @param day the frame's thumbnail, Y, U, V in BT.709 full range, `[3, 144, 256]`.
   */
  light(scene: Scene, day: Float32Array, { hour, dials, seed }: LightOptions): Look {
    if (seed !== undefined && seed !== this.#seed) this.#reseed(seed);
    const sun = sunState(hour);
    if (sun.day >= 1) {
      copyLookInto(this.#dayLook, this.#look);
      return this.#look;
    }
    this.#bars.read(day);
    this.#day.read(day, this.#bars);
    this.#sky.read(scene, this.#day);
    this.#plane.read(scene, this.#sky.cover);
    this.#filters.erodeInto(this.#plane.ground, this.#even, EVEN_RADIUS);
    this.#reflectance.read(scene, this.#day, { sky: this.#sky.cover, even: this.#even });
    const facades = urbanOf(scene.surfaces.subarray(FACADE, FACADE + SURFACE_SIZE));
    const urban = Math.max(facades, this.#style.town.everywhere * (1 - 0.5 * scene.driving));
    const seen = seenOf(this.#day.luma);
    this.#lightUp(scene, sun, dials, { urban, sure: scene.street * seen });
    this.#reflect(scene);
    const { luma, darkest } = this.#day;
    const daySky = { cover: this.#sky.cover, luma, darkest, horizonRow: this.#plane.horizon };
    this.#nightSky.coverOver(this.#light, daySky, urban, sun);
    this.#develop(sun, seen);
    return this.#look;
  }

  #reseed(seed: number): void {
    this.#seed = seed;
    this.#town.reseed(seed);
    this.#nightSky.reseed(seed);
  }

  /** Gathers the light that falls on things, what shines itself, and the sharp lamps. */
  #lightUp(scene: Scene, sun: SunState, dials: LightingDials, { urban, sure }: Surroundings): void {
    const [light, shine, lamps, plane] = [this.#light, this.#shine, this.#lamps, this.#plane];
    light.red.fill(sun.skylight[0]);
    light.green.fill(sun.skylight[1]);
    light.blue.fill(sun.skylight[2]);
    clearLight(shine);
    lamps.start(this.#look.lamps, this.#bars);
    this.#town.addTo(light, plane, urban, sun.streetLamps * dials.streetLamps);
    this.#beam.addTo(light, plane, scene, sure * scene.driving * sun.headlights * dials.headlights);
    this.#streetLamps.addTo(light, lamps, plane, scene, sure * sun.streetLamps * dials.streetLamps);
    this.#traffic.addTo(light, lamps, plane, scene, sure * sun.headlights * dials.traffic);
    this.#bounced.addTo(light, plane);
    addSignals(this.#style, lamps, scene, sure * (1 - sun.day) * dials.traffic);
    this.#windows.addTo({ light, lamps }, scene, sure * sun.windows * dials.windows);
    this.#shops.addTo(shine, light, plane, scene, this.#day, sure * urban * sun.windows * dials.windows);
    this.#lens.mirror(shine, lamps, plane, scene.bonnet);
  }

  /**
   * Turns the light that falls on things into what they send to the camera. The own bonnet stays black, and what is nearest a camera that
   * drives grows dark: a bonnet or dashboard is often there, and its own headlights begin beyond it.
   */
  #reflect({ bonnet, driving }: Scene): void {
    const kernel = this.#kernel;
    this.#bonnet.set(bonnet);
    this.#filters.boxMeanInto(this.#bonnet, this.#bonnet, BONNET_EDGE);
    for (let row = Math.floor(NEAREST.from * ROWS); row < ROWS; row++) {
      const share = NEAREST.dark * driving * smoothStep(NEAREST.from, NEAREST.to, (row + 0.5) / ROWS);
      for (let i = row * COLUMNS; i < (row + 1) * COLUMNS; i++) this.#bonnet[i] = Math.max(share, this.#bonnet[i] ?? 0);
    }
    const [light, shine] = [kernel.addressOf(this.#light.red), kernel.addressOf(this.#shine.red)];
    const [dark, gains] = [kernel.addressOf(this.#bonnet), kernel.addressOf(this.#gains)];
    kernel.calls.sendBack(light, kernel.addressOf(this.#reflectance.light.red), shine, dark, gains);
  }

  /** Exposes, lets bright light bloom, and fits the look. */
  #develop(sun: SunState, seen: number): void {
    const { meanLuma, minGain, maxGain, black } = this.#style.exposure;
    this.#lens.bloom(this.#shine, this.#lamps.energy);
    const target = meanLuma + sun.meanLuma;
    const gain = exposureGain(this.#light, this.#shine, { meanLuma: target, minGain, maxGain });
    this.#night.expose(this.#light, gain, this.#shine, black);
    const stays = 1 - (1 - sun.day) * seen;
    if (stays > 0) this.#night.mixDay(this.#day, stays);
    this.#bars.clear(this.#night);
    this.#gridFit.fit(this.#day, this.#night, this.#even);
    this.#lightsFit.fit(this.#gridFit, this.#day, this.#night, this.#even);
    this.#look.grid.set(this.#gridFit.grid);
    this.#look.lights.set(this.#lightsFit.lights);
  }
}

/** How surely a frame is a day, 0 to 1, by its mean luma. */
function seenOf(luma: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < SAMPLES; i++) sum += luma[i] ?? 0;
  return smoothStep(SEEN[0], SEEN[1], sum / SAMPLES);
}
