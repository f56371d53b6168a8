import type { City, Lamp } from './city.js';
import { FACADE_X, FURNITURE_X, LAMP_REACH, SIGHT } from './street-plan.js';
import type { View } from './view.js';
import { dim, fromRgb, mix, type Yuv } from './yuv.js';
import { underStreetLight } from './wall-canvas.js';

/** Direction to the sun, a unit vector: from the left, high, a little behind the viewer. */
const SUN = { x: -0.4, y: 0.86, z: -0.32 } as const;

/** How light falls on the street at one time of day, seen from one place. */
export interface Lighting {
  readonly isNight: boolean;
  /** What everything fades into with distance. */
  readonly haze: Yuv;
  /** Light at a place on the ground, 0 to 1 and above under a lamp. */
  at(x: number, z: number): number;
  /** A surface's colour under so much light, by the direction it faces. */
  lit(color: Yuv, light: number, normalX: number, normalY: number, normalZ: number): Yuv;
}

/** Share of haze in what is seen at a depth in metres: 0 near, 1 from the end of sight on. */
export function hazeAt(depth: number, isNight: boolean): number {
  const clear = Math.exp(-depth / (isNight ? 260 : 230));
  const end = Math.min(1, Math.max(0, (depth - 0.7 * SIGHT) / (0.3 * SIGHT)));
  return 1 - clear * (1 - end);
}

/** Sunlight; the left houses' shadow lies over the left side. */
export function dayLighting(city: City): Lighting {
  return {
    isNight: false,
    haze: fromRgb(0xd3e1ea),
    at: (x, z) => (Math.abs(x) < FACADE_X && x < city.shadowEdge(z) ? 0.62 : 1),
    lit: (color, light, nx, ny, nz) => {
      const sun = Math.max(0, nx * SUN.x + ny * SUN.y + nz * SUN.z);
      const sky = 0.5 + 0.12 * ny;
      return dim(color, light < 1 ? sky * 1.05 : sky + 0.56 * sun);
    },
  };
}

/** Street lamps and the viewer's own headlights. */
export class NightLighting implements Lighting {
  readonly isNight = true;
  readonly haze = fromRgb(0x2b2a33);
  readonly #lamps: readonly Lamp[];
  readonly #view: View;

  constructor(city: City, view: View) {
    this.#view = view;
    this.#lamps = city.lamps(view.z - 30, view.z + SIGHT);
  }

  at(x: number, z: number): number {
    let light = 0.05;
    for (const lamp of this.#lamps) {
      const dz = z - lamp.z;
      if (dz > 16 || dz < -16) continue;
      const dx = x - lamp.side * (FURNITURE_X - LAMP_REACH);
      light += 0.36 * Math.exp(-(dz * dz) / 44 - (dx * dx) / 30);
    }
    const ahead = z - this.#view.z;
    if (ahead > 1) {
      const aside = (x - this.#view.x - 0.3) / (1.1 + 0.1 * ahead);
      const near = Math.min(1, Math.max(0, (ahead - 2) / 6));
      light += 0.4 * near * Math.exp(-0.5 * aside * aside - ahead / 24);
    }
    return light;
  }

  lit(color: Yuv, light: number, _normalX: number, normalY: number, normalZ: number): Yuv {
    const facing = 0.72 + 0.28 * Math.max(normalY, -normalZ);
    return underStreetLight(color, light * facing);
  }
}

/** A colour as seen through the haze. */
export function throughHaze(color: Yuv, lighting: Lighting, depth: number): Yuv {
  return mix(color, lighting.haze, hazeAt(depth, lighting.isNight));
}
