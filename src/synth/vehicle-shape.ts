import type { Pen } from './pen.js';
import type { Material } from './canvas.js';
import { endHeight, isEndVisible, lampOf, lampPlaces, SIDES, type VehiclePose } from './vehicle-pose.js';
import type { VehicleModel } from './vehicle.js';
import { dim, fromRgb, mix } from './yuv.js';

const GLASS: Material = { color: fromRgb(0x2a3640) };
const GLASS_SKY: Material = { color: mix(GLASS.color, fromRgb(0x8ea6b8), 0.55) };
const TYRE: Material = { color: fromRgb(0x1b1c1e) };
const RIM: Material = { color: fromRgb(0x9a9ea3) };
const DARK: Material = { color: fromRgb(0x17181a) };
const PLATE: Material = { color: fromRgb(0xe9e7d8) };
const TAIL_OFF: Material = { color: fromRgb(0x9c1f1c) };
const TAIL_ON: Material = { color: fromRgb(0xb3211d), nightColor: fromRgb(0xff2a1c) };
const HEAD_OFF: Material = { color: fromRgb(0xdfe5ea) };
const HEAD_ON: Material = { color: fromRgb(0xf2f5f7), nightColor: fromRgb(0xfff6e0) };
const CABIN_ON: Material = { color: fromRgb(0x3a4752), nightColor: fromRgb(0xd9c79a) };
const ONE_SIDED = { isOneSided: true } as const;

/** Depth in metres beyond which details are left out: a vehicle is then about 20 pixels wide at 720 rows. */
const MAX_DETAIL_DEPTH = 80;

/** Draws a vehicle and its shadow. */
export function drawVehicle(pen: Pen, model: VehicleModel, pose: VehiclePose): void {
  new VehicleDrawing(pen, model, pose).draw();
}

/** Half width of a part at a height, metres. */
type HalfWidth = (up: number) => number;

/** A polygon of a vehicle: (forward, aside, up) of each corner. */
type Quad = readonly (readonly [number, number, number])[];

/** Draws one vehicle. Coordinates are forward, aside and up from the centre of its footprint, metres. */
class VehicleDrawing {
  readonly #pen: Pen;
  readonly #model: VehicleModel;
  readonly #pose: VehiclePose;
  readonly #paint: Material;
  readonly #isFar: boolean;

  constructor(pen: Pen, model: VehicleModel, pose: VehiclePose) {
    this.#pen = pen;
    this.#model = model;
    this.#pose = pose;
    this.#paint = { color: model.paint };
    this.#isFar = pose.depth > MAX_DETAIL_DEPTH;
  }

  draw(): void {
    const { x, z, depth, turn } = this.#pose;
    this.#pen.turnAbout(x, z, turn);
    const { width, length, body } = this.#model;
    const shadow = { x: x + 0.14, y: 0, z, radiusX: width / 2 + 0.22, radiusZ: length / 2 + 0.12 };
    this.#pen.fillShadow(shadow, 0.62, depth > 50 ? 1 : 3);
    if (!this.#isFar) this.#drawUnderside();
    this.#extrude(this.#isFar ? boxProfile(body) : body, () => width / 2);
    if (!this.#isFar) this.#drawWheels();
    this.#drawCabin();
    if (isEndVisible(this.#model, this.#pose)) this.#drawVisibleEnd();
    this.#pen.turnAbout(x, z, 0);
  }

  #setCorner(index: number, forward: number, aside: number, up: number): void {
    const { x, z, heading } = this.#pose;
    this.#pen.setCorner(index, x + heading * aside, up, z + heading * forward);
  }

  #fillQuad(corners: Quad, material: Material, oneSided: boolean): void {
    for (const [index, [forward, aside, up]] of corners.entries()) this.#setCorner(index, forward, aside, up);
    this.#pen.fillPolygon(corners.length, material, oneSided ? ONE_SIDED : undefined);
  }

  #drawUnderside(): void {
    const half = this.#model.width / 2 - 0.08;
    const end = this.#model.length / 2 - 0.1;
    const box = (f0: number, a0: number, f1: number, a1: number): Quad => [
      [f0, a0, 0.13],
      [f1, a1, 0.13],
      [f1, a1, 0.42],
      [f0, a0, 0.42],
    ];
    for (const side of SIDES) this.#fillQuad(box(-end, side * half, end, side * half), DARK, false);
    for (const side of SIDES) this.#fillQuad(box(side * end, -half, side * end, half), DARK, false);
  }

  /** Extrudes a profile across the vehicle. */
  #extrude(profile: readonly number[], aside: HalfWidth): void {
    const count = profile.length / 2;
    for (let i = 0; i + 1 < count; i++) {
      const f0 = profile[2 * i] ?? 0;
      const u0 = profile[2 * i + 1] ?? 0;
      const f1 = profile[2 * i + 2] ?? 0;
      const u1 = profile[2 * i + 3] ?? 0;
      this.#setCorner(0, f0, -aside(u0), u0);
      this.#setCorner(1, f0, aside(u0), u0);
      this.#setCorner(2, f1, aside(u1), u1);
      this.#setCorner(3, f1, -aside(u1), u1);
      this.#pen.fillPolygon(4, this.#paint, ONE_SIDED);
    }
    for (const side of SIDES) {
      for (let i = 0; i < count; i++) {
        const at = side < 0 ? i : count - 1 - i;
        const up = profile[2 * at + 1] ?? 0;
        this.#setCorner(i, profile[2 * at] ?? 0, side * aside(up), up);
      }
      this.#pen.fillPolygon(count, this.#paint, ONE_SIDED);
    }
  }

  #drawWheels(): void {
    const { width, wheels, wheelRadius } = this.#model;
    const { heading, depth, z } = this.#pose;
    const { turn, aside } = this.#pose;
    const visible = aside < -1 ? 1 : -1; // straight ahead neither side shows
    const side = turn === 0 ? visible : turn;
    const x = this.#pose.x + side * (width / 2 + 0.01);
    for (const wheel of wheels) {
      const at = { x, y: wheelRadius, z: z + heading * wheel };
      this.#pen.fillSideDisc({ ...at, y: wheelRadius + 0.05, radius: wheelRadius + 0.08 }, DARK);
      this.#pen.fillSideDisc({ ...at, radius: wheelRadius }, TYRE);
      if (depth < 50) this.#pen.fillSideDisc({ ...at, radius: wheelRadius * 0.6 }, RIM);
    }
  }

  #drawCabin(): void {
    const { cabin, tumble, width, label } = this.#model;
    const foot = width / 2 - 0.05;
    const low = cabin[1] ?? 0;
    const roof = cabin.reduce((high, value, i) => (i % 2 === 1 ? Math.max(high, value) : high), low);
    const aside: HalfWidth = (up) => foot - (tumble * (up - low)) / (roof - low);
    this.#extrude(cabin, aside);
    const last = cabin.length - 2;
    if (label !== 'truck') this.#drawEndWindow(cabin.slice(0, 4), aside);
    this.#drawEndWindow([...cabin.slice(last), ...cabin.slice(last - 2, last)], aside);
    if (!this.#isFar) this.#drawSideWindows(low + 0.06, roof - 0.12, aside);
  }

  #drawSideWindows(y0: number, y1: number, aside: HalfWidth): void {
    const { cabin, windows, label } = this.#model;
    const rear = cabin[0] ?? 0;
    const length = (cabin[cabin.length - 2] ?? 0) - rear;
    const glass = label === 'bus' && this.#pose.isLit ? CABIN_ON : GLASS;
    // The pillars lean like the rear window and the windscreen.
    const lean = (share: number): number => {
      if (label === 'bus') return 0;
      if (share < 0.35) return (0.35 - share) * 0.9;
      return share > 0.6 ? (0.6 - share) * 1.5 : 0;
    };
    for (const side of SIDES) {
      const out: HalfWidth = (up) => side * (aside(up) + 0.008);
      for (const [from, to] of windows) {
        const f0 = rear + length * from;
        const f1 = rear + length * to;
        const corners: Quad = [
          [f0, out(y0), y0],
          [f0 + lean(from), out(y1), y1],
          [f1 + lean(to), out(y1), y1],
          [f1, out(y0), y0],
        ];
        this.#fillQuad(side < 0 ? corners : [...corners].reverse(), glass, true);
      }
    }
  }

  /** Draws the front or rear window along an edge of the cabin's profile. Its upper part mirrors the sky. */
  #drawEndWindow(edge: readonly number[], aside: HalfWidth): void {
    const [f0 = 0, u0 = 0, f1 = 0, u1 = 0] = edge;
    const isRear = f0 < 0;
    const band = (from: number, to: number, material: Material): void => {
      const forward = (share: number): number => f0 + (f1 - f0) * share + (isRear ? -0.012 : 0.012);
      const up = (share: number): number => u0 + (u1 - u0) * share + 0.006;
      const half = (share: number): number => aside(up(share)) - 0.09;
      const corners: Quad = [
        [forward(from), -half(from), up(from)],
        [forward(from), half(from), up(from)],
        [forward(to), half(to), up(to)],
        [forward(to), -half(to), up(to)],
      ];
      this.#fillQuad(isRear ? corners : [...corners].reverse(), material, true);
    };
    band(0.1, 0.92, GLASS);
    if (!this.#isFar) band(0.62, 0.92, GLASS_SKY);
  }

  /** Draws lamps, plate and bumper of the end that faces the camera. */
  #drawVisibleEnd(): void {
    const [model, pose] = [this.#model, this.#pose];
    const pen = this.#pen;
    const { x } = pose;
    const isRear = pose.heading > 0;
    const z = pose.z - model.length / 2 - 0.03;
    const half = model.width / 2;
    const y = endHeight(model);
    const lamp = lampOf(model, pose.heading);
    if (!this.#isFar) {
      pen.fillUprightRect(
        { x: [x - half + 0.06, x + half - 0.06], y: [0.32, 0.5], z },
        { color: dim(model.paint, 0.45) },
      );
      pen.fillUprightRect({ x: [x - 0.26, x + 0.26], y: [0.5, 0.61], z: z - 0.01 }, PLATE);
      if (!isRear)
        pen.fillUprightRect({ x: [x - half * 0.5, x + half * 0.5], y: [y - 0.02, y + 0.1], z: z - 0.01 }, DARK);
    }
    const lit = isRear ? TAIL_ON : HEAD_ON;
    const dark = isRear ? TAIL_OFF : HEAD_OFF;
    const places = lampPlaces(model, pose);
    for (const [index, side] of SIDES.entries()) {
      const middle = x + side * (half - lamp.inset);
      const at = { x: [middle - lamp.half, middle + lamp.half], y: lamp.y, z: z - 0.02 } as const;
      pen.fillUprightRect(at, pose.isLit ? lit : dark);
      if (!pose.isLit || !lit.nightColor) continue;
      const glow = isRear ? { radius: 0.75, strength: 48 } : { radius: 1.5, strength: 105 };
      const [lampX = 0, , lampZ = 0] = places[index] ?? [];
      pen.canvas.drawHalo({ x: lampX, y: y + 0.1, z: lampZ, color: lit.nightColor, ...glow });
    }
  }
}

/** Reduces a profile to a box of four corners: its first, third, third last and last one. */
function boxProfile(profile: readonly number[]): readonly number[] {
  const last = profile.length - 2;
  return [0, 1, 4, 5, last - 4, last - 3, last, last + 1].map((index) => profile[index] ?? 0);
}
