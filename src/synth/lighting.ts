import type { FrontFacing, GroundKind } from './canvas.js';
import type { City, Lamp } from './city.js';
import { FACADE_X, FURNITURE_X, LAMP_REACH, VIEW_DISTANCE } from './street-plan.js';
import type { Camera } from './camera.js';
import { LAMP_LIGHT } from './wall-canvas.js';
import { fromRgb, type Yuv } from './yuv.js';

/** Direction to the sun, a unit vector: left, high, slightly behind the camera. */
const SUN = { x: -0.4, y: 0.86, z: -0.32 } as const;

/** The light on the street by day or night, for one camera. */
export interface Lighting {
  readonly isNight: boolean;
  /** The colour that everything fades to with distance. */
  readonly haze: Yuv;
  /** Returns the light at a point on the ground: 0 to 1, more under a lamp. */
  lightAt(x: number, z: number): number;
  /** Returns the brightness of a surface relative to its own colour, by the light on it and its normal. */
  gain(light: number, normalX: number, normalY: number, normalZ: number): number;
  /** Chroma of a lit surface is `(u - 128) * chroma + tintU` times its gain. */
  readonly chroma: number;
  readonly tintU: number;
  readonly tintV: number;
  /** Light on house fronts, by where they face. */
  readonly frontShade: Readonly<Record<FrontFacing, number>>;
  readonly ground: Readonly<Record<GroundKind, GroundTone>>;
}

/** Colour of a ground, and how bright it is relative to its texture. */
export interface GroundTone {
  readonly gain: number;
  readonly color: Yuv;
}

/** What the light of a day depends on. */
export interface DayLight {
  /** Whether the sun shines and casts shadows; else the sky is overcast. */
  readonly hasSun: boolean;
  readonly haze: Yuv;
  readonly ground: Lighting['ground'];
}

/** The day of the built-in street. */
export const SUNNY_DAY: DayLight = {
  hasSun: true,
  haze: fromRgb(0xd3e1ea),
  ground: {
    asphalt: { gain: 1, color: fromRgb(0x77777a) },
    paving: { gain: 1, color: fromRgb(0xb5aa9a) },
    grass: { gain: 1, color: fromRgb(0x5f7a42) },
  },
};

/** In sunlight the fronts of the right houses face the sun, those of the left ones only the sky. */
const SUNNY_FRONTS = { left: 1, right: 0.6, camera: 0.78 } as const;
const OVERCAST_FRONTS = { left: 0.82, right: 0.8, camera: 0.8 } as const;

/** Steps of the haze tables, half a metre each. */
const HAZE_STEPS = 2 * VIEW_DISTANCE;
const DAY_HAZE = Float64Array.from({ length: HAZE_STEPS + 1 }, (_, i) => haze(i / 2, 230));
const NIGHT_HAZE = Float64Array.from({ length: HAZE_STEPS + 1 }, (_, i) => haze(i / 2, 260));

/** Returns the share of haze at a depth in metres: 0 near, 1 from the view distance on. */
export function hazeAt(depth: number, isNight: boolean): number {
  const step = (depth * 2 + 0.5) | 0;
  return (isNight ? NIGHT_HAZE : DAY_HAZE)[step < HAZE_STEPS ? step : HAZE_STEPS] ?? 1;
}

function haze(depth: number, clearM: number): number {
  const end = Math.min(1, Math.max(0, (depth - 0.7 * VIEW_DISTANCE) / (0.3 * VIEW_DISTANCE)));
  return 1 - Math.exp(-depth / clearM) * (1 - end);
}

/** Returns daylight; the sun casts the left houses' shadow on the left side of the street. */
export function dayLighting(city: City, day = SUNNY_DAY): Lighting {
  const { hasSun, haze, ground } = day;
  return {
    isNight: false,
    haze,
    ground,
    frontShade: hasSun ? SUNNY_FRONTS : OVERCAST_FRONTS,
    lightAt: (x, z) => (hasSun && Math.abs(x) < FACADE_X && x < city.shadowEdge(z) ? 0.62 : 1),
    chroma: 1,
    tintU: 0,
    tintV: 0,
    gain: (light, nx, ny, nz) => {
      if (!hasSun) return 0.76 + 0.18 * ny;
      const sun = Math.max(0, nx * SUN.x + ny * SUN.y + nz * SUN.z);
      const sky = 0.5 + 0.12 * ny;
      return light < 1 ? sky * 1.05 : sky + 0.56 * sun;
    },
  };
}

/** Light of street lamps and of the ego vehicle's headlights. */
export class NightLighting implements Lighting {
  readonly isNight = true;
  readonly chroma = LAMP_LIGHT.chroma;
  readonly tintU = LAMP_LIGHT.tintU;
  readonly tintV = LAMP_LIGHT.tintV;
  readonly haze = fromRgb(0x2b2a33);
  readonly frontShade = { left: 1, right: 1, camera: 1 } as const;
  readonly ground = SUNNY_DAY.ground;
  readonly #lamps: readonly Lamp[];
  readonly #camera: Camera;

  constructor(city: City, camera: Camera) {
    this.#camera = camera;
    this.#lamps = city.lamps(camera.z - 30, camera.z + VIEW_DISTANCE);
  }

  lightAt(x: number, z: number): number {
    let light = 0.085;
    for (const lamp of this.#lamps) {
      const dz = z - lamp.z;
      if (dz > 22 || dz < -22) continue;
      const dx = x - lamp.side * (FURNITURE_X - LAMP_REACH);
      light += 0.6 * Math.exp(-(dz * dz) / 62 - (dx * dx) / 42);
    }
    const ahead = z - this.#camera.z;
    if (ahead > 1) {
      const aside = (x - this.#camera.x - 0.3) / (1.5 + 0.1 * ahead);
      const near = Math.min(1, Math.max(0, (ahead - 2) / 6));
      light += 0.55 * near * Math.exp(-0.5 * aside * aside - ahead / 28);
    }
    return light;
  }

  gain(light: number, _normalX: number, normalY: number, normalZ: number): number {
    return light * (0.72 + 0.28 * Math.max(normalY, -normalZ));
  }
}
