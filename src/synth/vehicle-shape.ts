import type { Pen } from './pen.js';
import type { Material } from './surface.js';
import type { VehicleModel } from './vehicle.js';
import { dim, fromRgb, mix } from './yuv.js';

/** A vehicle's place. */
export interface VehiclePlace {
  readonly x: number;
  readonly z: number;
  /** 1 drives away from the viewer, -1 towards. */
  readonly heading: 1 | -1;
  /** Lamps on at night; parked ones are dark. */
  readonly lampsOn: boolean;
  /** Depth from the viewer, metres; decides how much detail is drawn. */
  readonly depth: number;
}

const GLASS: Material = { color: fromRgb(0x2a3640) };
const GLASS_SKY: Material = { color: fromRgb(0x8ea6b8) };
const TYRE: Material = { color: fromRgb(0x1b1c1e) };
const RIM: Material = { color: fromRgb(0x9a9ea3) };
const DARK: Material = { color: fromRgb(0x17181a) };
const PLATE: Material = { color: fromRgb(0xe9e7d8) };
const TAIL_OFF: Material = { color: fromRgb(0x9c1f1c) };
const TAIL_ON: Material = { color: fromRgb(0xb3211d), night: fromRgb(0xff2a1c) };
const HEAD_OFF: Material = { color: fromRgb(0xdfe5ea) };
const HEAD_ON: Material = { color: fromRgb(0xf2f5f7), night: fromRgb(0xfff6e0) };
const CABIN_ON: Material = { color: fromRgb(0x3a4752), night: fromRgb(0xd9c79a) };
const ONE_SIDED = { oneSided: true } as const;

/** Draws a vehicle and its shadow. */
export function drawVehicle(pen: Pen, model: VehicleModel, place: VehiclePlace): void {
  const half = model.width / 2;
  const paint: Material = { color: model.paint };
  pen.shadow(place.x + 0.14, place.z, half + 0.22, model.length / 2 + 0.12, 0, 0.62, place.depth > 50 ? 1 : 3);
  if (place.depth < 100) drawUnderside(pen, model, place);
  drawProfile(pen, model.body, place, half, half, paint);
  if (place.depth < 110) drawWheels(pen, model, place);
  drawCabin(pen, model, place, paint);
  drawEnds(pen, model, place);
}

/** A point of the vehicle in the world. */
function point(pen: Pen, index: number, place: VehiclePlace, forward: number, aside: number, up: number): void {
  pen.corner(index, place.x + place.heading * aside, up, place.z + place.heading * forward);
}

function drawUnderside(pen: Pen, model: VehicleModel, place: VehiclePlace): void {
  const half = model.width / 2 - 0.08;
  const end = model.length / 2 - 0.1;
  for (const side of [-1, 1]) {
    point(pen, 0, place, -end, side * half, 0.12);
    point(pen, 1, place, end, side * half, 0.12);
    point(pen, 2, place, end, side * half, 0.42);
    point(pen, 3, place, -end, side * half, 0.42);
    pen.fill(4, DARK);
  }
  for (const forward of [-end, end]) {
    point(pen, 0, place, forward, -half, 0.14);
    point(pen, 1, place, forward, half, 0.14);
    point(pen, 2, place, forward, half, 0.42);
    point(pen, 3, place, forward, -half, 0.42);
    pen.fill(4, DARK);
  }
}

/** Extrudes a profile across the vehicle; `halfTop` is its half width at its highest point. */
function drawProfile(
  pen: Pen,
  profile: readonly number[],
  place: VehiclePlace,
  half: number,
  halfTop: number,
  material: Material,
): void {
  const count = profile.length / 2;
  const low = profile[1] ?? 0;
  let high = low;
  for (let i = 0; i < count; i++) high = Math.max(high, profile[2 * i + 1] ?? 0);
  const aside = (up: number): number => half + ((halfTop - half) * (up - low)) / (high - low);
  for (let i = 0; i + 1 < count; i++) {
    const f0 = profile[2 * i] ?? 0;
    const u0 = profile[2 * i + 1] ?? 0;
    const f1 = profile[2 * i + 2] ?? 0;
    const u1 = profile[2 * i + 3] ?? 0;
    point(pen, 0, place, f0, -aside(u0), u0);
    point(pen, 1, place, f0, aside(u0), u0);
    point(pen, 2, place, f1, aside(u1), u1);
    point(pen, 3, place, f1, -aside(u1), u1);
    pen.fill(4, material, ONE_SIDED);
  }
  for (const side of [-1, 1]) {
    for (let i = 0; i < count; i++) {
      const at = side < 0 ? i : count - 1 - i;
      const up = profile[2 * at + 1] ?? 0;
      point(pen, i, place, profile[2 * at] ?? 0, side * aside(up), up);
    }
    pen.fill(count, material, ONE_SIDED);
  }
}

function drawWheels(pen: Pen, model: VehicleModel, place: VehiclePlace): void {
  const side = place.x < 0 ? 1 : place.x > 3.5 ? -1 : place.heading; // the side that can be seen from the lane
  const x = place.x + (place.x < 0 ? 1 : side) * (model.width / 2 + 0.01);
  for (const wheel of model.wheels) {
    const z = place.z + place.heading * wheel;
    pen.wheel(x, model.wheelRadius + 0.05, z, model.wheelRadius + 0.08, DARK);
    pen.wheel(x, model.wheelRadius, z, model.wheelRadius, TYRE);
    if (place.depth < 60) pen.wheel(x, model.wheelRadius, z, model.wheelRadius * 0.6, RIM);
  }
}

function drawCabin(pen: Pen, model: VehicleModel, place: VehiclePlace, paint: Material): void {
  const profile = model.cabin;
  const half = model.width / 2 - 0.05;
  const top = half - model.tumble;
  drawProfile(pen, profile, place, half, top, paint);
  const last = profile.length - 2;
  const low = profile[1] ?? 0;
  let roof = low;
  for (let i = 1; i < profile.length; i += 2) roof = Math.max(roof, profile[i] ?? 0);
  const glass = model.label === 'bus' && place.lampsOn ? CABIN_ON : GLASS;
  const isVan = model.label === 'truck';
  if (!isVan)
    drawPane(
      pen,
      place,
      { f0: profile[0] ?? 0, u0: low, f1: profile[2] ?? 0, u1: profile[3] ?? 0 },
      half,
      top,
      roof,
      low,
      GLASS,
    );
  const front = {
    f0: profile[last] ?? 0,
    u0: profile[last + 1] ?? 0,
    f1: profile[last - 2] ?? 0,
    u1: profile[last - 1] ?? 0,
  };
  drawPane(pen, place, front, half, top, roof, low, GLASS);
  if (place.depth > 90) return;
  const rear = profile[0] ?? 0;
  const length = (profile[last] ?? 0) - rear;
  for (const side of [-1, 1]) {
    for (const [from, to] of model.windows) {
      const y0 = low + 0.06;
      const y1 = roof - 0.12;
      const slope = model.label === 'bus' ? 0 : 1;
      // Pillars lean with the rear and the front window.
      const lean = (share: number): number =>
        (share < 0.35 ? (0.35 - share) * 0.9 : share > 0.6 ? (0.6 - share) * 1.5 : 0) * slope;
      const aside = (up: number): number => side * (half + ((top - half) * (up - low)) / (roof - low) + 0.008);
      const f0 = rear + length * from;
      const f1 = rear + length * to;
      const order = side < 0 ? [0, 1, 2, 3] : [3, 2, 1, 0];
      point(pen, order[0] ?? 0, place, f0, aside(y0), y0);
      point(pen, order[1] ?? 0, place, f0 + lean(from), aside(y1), y1);
      point(pen, order[2] ?? 0, place, f1 + lean(to), aside(y1), y1);
      point(pen, order[3] ?? 0, place, f1, aside(y0), y0);
      pen.fill(4, glass, ONE_SIDED);
    }
  }
}

/** A window across the vehicle, front or rear, a little inside its edge, with the sky in its upper part. */
function drawPane(
  pen: Pen,
  place: VehiclePlace,
  edge: { f0: number; u0: number; f1: number; u1: number },
  half: number,
  top: number,
  roof: number,
  low: number,
  material: Material,
): void {
  const aside = (up: number): number => half + ((top - half) * (up - low)) / (roof - low) - 0.09;
  const isRear = edge.f0 < 0;
  const band = (from: number, to: number, m: Material): void => {
    const f = (share: number): number => edge.f0 + (edge.f1 - edge.f0) * share + (isRear ? -0.012 : 0.012);
    const u = (share: number): number => edge.u0 + (edge.u1 - edge.u0) * share + 0.006;
    const order = isRear ? [0, 1, 2, 3] : [3, 2, 1, 0];
    point(pen, order[0] ?? 0, place, f(from), -aside(u(from)), u(from));
    point(pen, order[1] ?? 0, place, f(from), aside(u(from)), u(from));
    point(pen, order[2] ?? 0, place, f(to), aside(u(to)), u(to));
    point(pen, order[3] ?? 0, place, f(to), -aside(u(to)), u(to));
    pen.fill(4, m, ONE_SIDED);
  };
  band(0.1, 0.92, material);
  if (place.depth < 100) band(0.62, 0.92, { color: mix(material.color, GLASS_SKY.color, 0.55) });
}

/** Lamps, plate and bumper of the end that the viewer sees. */
function drawEnds(pen: Pen, model: VehicleModel, place: VehiclePlace): void {
  const isRear = place.heading > 0;
  const end = model.length / 2 + 0.03;
  const z = place.z - end;
  if (place.depth - end < 0.4) return;
  const half = model.width / 2;
  const tall = model.label === 'bus' ? 1.0 : (model.body[3] ?? 0.6);
  const y = Math.max(0.62, tall);
  if (place.depth < 90) {
    pen.upright(place.x - half + 0.06, place.x + half - 0.06, 0.32, 0.5, z, { color: dim(model.paint, 0.45) });
    pen.upright(place.x - 0.26, place.x + 0.26, 0.5, 0.61, z - 0.01, PLATE);
    if (!isRear) pen.upright(place.x - half * 0.5, place.x + half * 0.5, y - 0.02, y + 0.1, z - 0.01, DARK);
  }
  const lamp = isRear ? (place.lampsOn ? TAIL_ON : TAIL_OFF) : place.lampsOn ? HEAD_ON : HEAD_OFF;
  for (const side of [-1, 1]) {
    const x = place.x + side * (half - 0.24);
    pen.upright(x - 0.17, x + 0.17, y + 0.02, y + (isRear ? 0.2 : 0.16), z - 0.02, lamp);
    if (!place.lampsOn || !lamp.night) continue;
    pen.surface.halo(x, y + 0.1, z - 0.02, isRear ? 0.75 : 1.5, lamp.night, isRear ? 48 : 105);
  }
}
