import { SURFACES, SURFACE_SIZE, type Place, type Scene, type TailGlass, type Vehicle } from '../scene/scene.js';
import type { GroundPlane } from './ground-plane.js';
import type { Lamp, LampList } from './lamp-list.js';
import type { NightStyle } from './night-style.js';
import {
  addLight,
  addSoftLight,
  COLUMNS,
  type LightPlanes,
  type LinearColor,
  redraw,
  ROWS,
  smoothStep,
} from './samples.js';

const XENON: LinearColor = [0.9, 0.96, 1];
const HALOGEN: LinearColor = [1, 0.86, 0.62];
const RED: LinearColor = [1, 0.035, 0.015];
const HOT_RED: LinearColor = [1, 0.32, 0.2];
const VEHICLE = SURFACES.indexOf('vehicle') * SURFACE_SIZE;
const PLATE: LinearColor = [1, 0.97, 0.9];

/** Share of the vehicles ahead that brake. */
const BRAKING_SHARE = 0.3;
/** Reach of a tail lamp's light on its own body, a share of the vehicle's width. */
const BODY_GLOW = 0.24;
/** Its strength there, relative to that on the road. */
const BODY_SHARE = 1.2;
/** Widths of vehicles, shares of the image's, between which lamps become more than far points, and plates readable: nothing flickers at a limit. */
const NEAR = { from: 0.016, full: 0.024 } as const;
const PLATE_WIDTH = { from: 0.044, full: 0.056 } as const;
/** How far down its box a vehicle's lamps are, in heights: where the network places them in the canvas of a lorry, they stay dark. */
const HIGH = { dark: 0.24, lit: 0.36 } as const;
/** Widths of a vehicle in a still between which its lamps need evidence: buses and lorries that fill the image are often misread. */
const CLOSE = { from: 0.26, full: 0.36 } as const;
/** V of the glass of a tail lamp, from close by: what is less red is paint or a mirror's rim. */
const GLASS_RED = { dark: 0.07, lit: 0.1 } as const;
/** How far down its box the head lamps of a close vehicle are, in heights: above is a windscreen. */
const CLOSE_HIGH = { dark: 0.36, lit: 0.43 } as const;
/** Height over width of the frame that radii are drawn for. */
const ASPECT = 9 / 16;
/** How much larger than its glass a tail lamp's box is: it must reach beyond the glass, whose edges it fades at. */
const GLASS_SIZE = 1.5;
/** Its luma, relative to that of a lamp whose glass is not seen, which is smaller. */
const GLASS_LUMA = 0.75;
/** Width below which a vehicle's lamps are listed as far ones. */
const FAR_WIDTH = 0.02;

/** The vehicles that move: head or tail lamps, number plates, and their light on the road. A parked one is dark, an unsure one too. */
export class TrafficLamps {
  readonly #style: NightStyle;

  constructor(style: NightStyle) {
    this.#style = style;
  }

  /** @param amount share of their strength, 0 to 2; below 1 also of those that are lit. */
  addTo(light: LightPlanes, lamps: LampList, plane: GroundPlane, scene: Scene, amount: number): void {
    if (amount <= 0) return;
    const { litShare } = this.#style.traffic;
    for (const vehicle of scene.vehicles) {
      if (vehicle.isParked || vehicle.facing === 'side') continue;
      if (redraw(vehicle.draw, 1) >= litShare) continue;
      const sure = smoothStep(0.45, 0.65, vehicle.facingScore) * smoothStep(0.2, 0.4, vehicle.score);
      const lit = sure * evidenceOf(vehicle) * smoothStep(HIGH.dark, HIGH.lit, lampsDown(vehicle));
      const strength = amount * vehicle.fade * lit;
      if (strength <= 0.01) continue;
      if (vehicle.facing === 'front') this.#addFront(light, lamps, plane, vehicle, strength);
      else this.#addRear(light, lamps, plane, scene, vehicle, strength * (0.6 + 0.4 * scene.driving));
    }
  }

  #addFront(light: LightPlanes, lamps: LampList, plane: GroundPlane, vehicle: Vehicle, strength: number): void {
    const { halogenShare, headLuma, headPool, glare } = this.#style.traffic;
    const { streak } = this.#style.lens;
    const { box, id, draw } = vehicle;
    const color = redraw(draw, 3) < halogenShare ? HALOGEN : XENON;
    const isFar = isFarVehicle(vehicle);
    const near = 0.6 + 0.4 * smoothStep(NEAR.from, NEAR.full, box.width);
    const radius = Math.max(0.0011, Math.min(0.0062, (0.028 + 0.014 * redraw(draw, 9)) * box.width));
    for (const [side, place] of vehicle.lamps.entries()) {
      const own = 0.8 + 0.4 * redraw(draw, 5 + side);
      const lamp: Lamp = {
        kind: isFar ? 'farLamp' : 'headLamp',
        id,
        ...place,
        radiusX: radius,
        radiusY: 0.85 * radius,
        luma: headLuma * strength * own * near,
        color,
        hardness: 1.15,
        glare: glare * own,
      };
      lamps.add(lamp);
      lamps.addStreak(lamp, streak * own);
    }
    addPool(light, plane, vehicle, headPool * strength, color);
  }

  #addRear(
    light: LightPlanes,
    lamps: LampList,
    plane: GroundPlane,
    { surfaces }: Scene,
    vehicle: Vehicle,
    strength: number,
  ): void {
    const { tailLuma, plateLuma, tailPool } = this.#style.traffic;
    const { box, id, draw } = vehicle;
    const radius = Math.max(0.001, Math.min(0.012, 0.05 * box.width));
    const isBraking = redraw(draw, 8) < BRAKING_SHARE;
    const own = (0.7 + 0.35 * redraw(draw, 4)) * (isBraking ? 1.4 : 1);
    const slant = redraw(draw, 7); // wide and low lamps, or narrow and high ones
    const [radiusX, radiusY] = [(0.85 + 0.75 * slant) * radius, (0.95 - 0.45 * slant) * radius];
    const isFar = isFarVehicle(vehicle);
    const near = smoothStep(NEAR.from, NEAR.full, box.width);
    for (const place of vehicle.lamps) {
      const { x, y, glass } = place;
      const lamp = { kind: isFar ? ('farLamp' as const) : ('tailLamp' as const), id, x, y };
      const glare = isBraking ? 0.14 : 0.08;
      const luma = tailLuma * strength * own;
      // Glass that is seen shines in its own outline.
      if (glass) lamps.add({ ...lamp, ...shapeOf(glass), luma: GLASS_LUMA * luma, color: RED, glare });
      else lamps.add({ ...lamp, radiusX, radiusY, luma, color: RED, hardness: 1.6, glare });
      addGlow(light, surfaces, place, {
        radius: BODY_GLOW * box.width,
        strength: BODY_SHARE * tailPool * strength * own * near,
      });
      lamps.add({
        ...lamp,
        ...(glass
          ? { radiusX: 0.16 * glass.width, radiusY: 0.16 * glass.height * ASPECT }
          : { radiusX: 0.45 * radiusX, radiusY: 0.45 * radiusY }),
        luma: (glass ? 0.4 : 0.55) * tailLuma * strength * own * near,
        color: HOT_RED,
        hardness: 1.2,
        glare: 0,
      });
    }
    this.#addPlate(lamps, vehicle, plateLuma * strength * smoothStep(PLATE_WIDTH.from, PLATE_WIDTH.full, box.width));
    addPool(light, plane, vehicle, tailPool * strength * own, RED);
  }

  #addPlate(lamps: LampList, { box, id }: Vehicle, luma: number): void {
    lamps.add({
      kind: 'plate',
      id,
      x: box.x + 0.5 * box.width,
      y: box.y + 0.68 * box.height,
      radiusX: 0.07 * box.width,
      radiusY: 0.02 * box.width,
      luma,
      color: PLATE,
      hardness: 3,
      glare: 0,
    });
  }
}

/** Whether a vehicle's lamps are listed as far ones. */
export function isFarVehicle({ box }: Pick<Vehicle, 'box'>): boolean {
  return box.width < FAR_WIDTH;
}

/**
 * How far the day shows the lamps of a vehicle, 0 to 1. From close by, tail lamps are red glass, and head lamps below the windscreen: else
 * the vehicle is misread. A video has more frames to decide by, and glass that comes and goes.
 */
function evidenceOf(vehicle: Vehicle): number {
  const { id, facing, box, lamps } = vehicle;
  if (id !== 0) return 1;
  const reds = lamps.map(({ glass }) => smoothStep(GLASS_RED.dark, GLASS_RED.lit, glass?.red ?? 0));
  const shown = facing === 'rear' ? Math.min(...reds) : smoothStep(CLOSE_HIGH.dark, CLOSE_HIGH.lit, lampsDown(vehicle));
  return 1 - (1 - shown) * smoothStep(CLOSE.from, CLOSE.full, box.width);
}

/** A box around glass: how much of it shines is decided by the day's own red. */
function shapeOf({ width, height, red }: TailGlass): Pick<Lamp, 'radiusX' | 'radiusY' | 'hardness' | 'dayRed'> {
  const half = GLASS_SIZE / 2;
  return { radiusX: half * width, radiusY: half * height * ASPECT, hardness: 3, dayRed: red };
}

/** How far below the top of a vehicle its lamps are, in its heights. */
function lampsDown({ box, lamps: [left, right] }: Vehicle): number {
  return ((left.y + right.y) / 2 - box.y) / box.height;
}

/** Light of a tail lamp on its own vehicle, within `radius`, a share of the frame's width. */
function addGlow(
  light: LightPlanes,
  surfaces: Float32Array,
  { x, y }: Place,
  { radius, strength }: { readonly radius: number; readonly strength: number },
): void {
  const reach = Math.max(1.2, radius * COLUMNS);
  const around = { x: x * COLUMNS - 0.5, y: y * ROWS - 0.5, radiusX: reach, radiusY: reach };
  addSoftLight(light, around, strength, RED, surfaces.subarray(VEHICLE, VEHICLE + SURFACE_SIZE));
}

/** Light of a vehicle's lamps on the ground before it (or behind it), and on what stands there. */
function addPool(light: LightPlanes, plane: GroundPlane, vehicle: Vehicle, strength: number, color: LinearColor): void {
  const { box, lamps } = vehicle;
  const width = box.width * COLUMNS;
  const height = box.height * ROWS;
  const bottom = (box.y + 0.95 * box.height) * ROWS;
  const centre = 0.5 * (lamps[0].x + lamps[1].x) * COLUMNS - 0.5;
  const reach = 2.8 * height + 2;
  const first = Math.max(0, Math.floor(bottom - 0.3 * height));
  const last = Math.min(ROWS, Math.ceil(bottom + reach));
  const { ground } = plane;
  for (let row = first; row < last; row++) {
    const below = row - bottom;
    const far = Math.max(0, below) / (0.9 * height + 0.5);
    const end = Math.max(0, 1 - below / reach);
    const depth = (smoothStep(-0.15 * height, 0.25 * height + 0.5, below) * end * end) / (1 + far * far * far);
    const spread = Math.max(1.2, 0.62 * width) * (1 + 0.3 * far);
    const left = Math.max(0, Math.floor(centre - 2 * spread));
    const right = Math.min(COLUMNS, Math.ceil(centre + 2 * spread));
    for (let column = left; column < right; column++) {
      const away = (column - centre) / spread;
      const soft = Math.max(0, 1 - 0.25 * away * away);
      const square = soft * soft;
      const amount = 1.7 * strength * depth * square * square * (ground[row * COLUMNS + column] ?? 0);
      if (amount > 1e-4) addLight(light, row * COLUMNS + column, amount, color);
    }
  }
}
