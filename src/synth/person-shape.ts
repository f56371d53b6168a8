import type { Pen } from './pen.js';
import type { Material } from './canvas.js';
import type { StreetTime, Walker } from './traffic.js';
import { dim, fromRgb } from './yuv.js';

const COATS = [
  0x8e2f2f, 0x2d4a6b, 0x3a3d42, 0xc9a24b, 0x5a6b4f, 0xd8d3c8, 0x6b3f5e, 0x2f6d73, 0xb8663a, 0x20242c, 0x9aa4b0,
];
const TROUSERS = [0x2b3442, 0x1e1f22, 0x5b5547, 0x3d4a63, 0x6b6459];
const SKINS = [0xe0b394, 0xc48f6c, 0x8d5b3e, 0x5f3c2a, 0xefcbb0];
const HAIRS = [0x2a1f19, 0x4b3424, 0x8a6a3f, 0x1a1a1c, 0x9b9a97];

const SHOE: Material = { color: fromRgb(0x1d1b1a) };

/** Pace of a walker's steps, radians a second. */
const STRIDE_RAD_PER_S = 6.2;

/** Returns how far a walker's leg swings sideways per metre at a time, -0.16 to 0.16. */
function legSwing(walker: Walker, timeS: number): number {
  return 0.16 * Math.sin(STRIDE_RAD_PER_S * timeS + walker.phase);
}

/** Depth in metres beyond which details are left out: a walker is then about 30 pixels tall at 720 rows. */
const MAX_DETAIL_DEPTH = 45;

/** A walker's pose; lengths in metres. */
interface Pose {
  readonly x: number;
  readonly z: number;
  /** Body height relative to 1.75 m. */
  readonly scale: number;
  readonly foot: number;
  readonly hip: number;
  readonly shoulder: number;
  /** {@link legSwing} now, and its change since the previous time. */
  readonly swing: number;
  readonly change: number;
}

/** Draws a walker from the front or the back. @param depth metres. */
export function drawWalker(pen: Pen, walker: Walker, depth: number, time: StreetTime): void {
  const { x, z, foot, appearance } = walker;
  const scale = walker.height / 1.75;
  const swing = legSwing(walker, time.timeS);
  const change = swing - legSwing(walker, time.previousTimeS);
  const pose = { x, z, scale, foot, hip: foot + 0.86 * scale, shoulder: foot + 1.44 * scale, swing, change };
  const coat: Material = { color: pick(COATS, appearance) };
  const isFar = depth > MAX_DETAIL_DEPTH;
  if (!isFar) pen.fillShadow({ x: x + 0.16, y: foot, z, radiusX: 0.42, radiusZ: 0.24 }, 0.5, 1);
  drawLegs(pen, pose, { color: pick(TROUSERS, appearance >> 4) });
  if (!isFar) drawArms(pen, pose, coat);
  drawTorso(pen, pose, coat);
  drawHead(pen, pose, walker);
  if ((appearance & 3) === 1) drawBag(pen, pose, { color: pick(COATS, appearance >> 6) });
}

function drawLegs(pen: Pen, { x, z, scale: s, foot, hip, swing: now, change }: Pose, trousers: Material): void {
  for (const side of [-1, 1]) {
    const lean = side * now; // the foot moves by lean * leg length
    const top = x + side * 0.085 * s;
    const bottom = top - lean * (hip - foot);
    const swing = { perMetre: side * change, pivotY: hip };
    pen.fillTrapezoid(
      { bottom: [bottom - 0.07 * s, bottom + 0.07 * s], top: [top - 0.095 * s, top + 0.095 * s], y: [foot, hip], z },
      trousers,
      { swing },
    );
    pen.fillTrapezoid(
      {
        bottom: [bottom - 0.08 * s, bottom + 0.08 * s],
        top: [bottom - 0.07 * s, bottom + 0.07 * s],
        y: [foot, foot + 0.08],
        z: z - 0.01,
      },
      SHOE,
      { swing },
    );
  }
}

/** Draws the arms, which swing against the legs. */
function drawArms(pen: Pen, { x, z, scale: s, shoulder, swing: now, change }: Pose, coat: Material): void {
  for (const side of [-1, 1]) {
    const lean = -side * now * 0.8;
    const top = x + side * 0.235 * s;
    const bottom = top - lean * 0.62 * s + side * 0.03;
    const swing = { perMetre: -side * change * 0.8, pivotY: shoulder };
    pen.fillTrapezoid(
      {
        bottom: [bottom - 0.05 * s, bottom + 0.05 * s],
        top: [top - 0.065 * s, top + 0.065 * s],
        y: [shoulder - 0.62 * s, shoulder - 0.02],
        z,
      },
      { color: dim(coat.color, 0.82) },
      { swing },
    );
  }
}

function drawTorso(pen: Pen, pose: Pose, coat: Material): void {
  const { x, scale: s, shoulder: high } = pose;
  const z = pose.z - 0.01;
  const low = pose.hip - 0.08 * s;
  const waist = low + (high - low) * 0.35;
  pen.setCorner(0, x - 0.19 * s, low, z);
  pen.setCorner(1, x + 0.19 * s, low, z);
  pen.setCorner(2, x + 0.17 * s, waist, z);
  pen.setCorner(3, x + 0.25 * s, high - 0.06 * s, z);
  pen.setCorner(4, x + 0.17 * s, high + 0.02 * s, z);
  pen.setCorner(5, x - 0.17 * s, high + 0.02 * s, z);
  pen.setCorner(6, x - 0.25 * s, high - 0.06 * s, z);
  pen.setCorner(7, x - 0.17 * s, waist, z);
  pen.fillPolygon(8, coat);
}

/** Draws neck and hair, and the face of a walker who comes towards the camera. */
function drawHead(pen: Pen, { x, z, scale: s, foot, shoulder }: Pose, { appearance, speed }: Walker): void {
  const skin: Material = { color: pick(SKINS, appearance >> 7) };
  const hair: Material = { color: pick(HAIRS, appearance >> 10) };
  const neck = { x: [x - 0.05 * s, x + 0.05 * s], y: [shoulder - 0.02, shoulder + 0.09 * s], z: z - 0.012 } as const;
  pen.fillUprightRect(neck, skin);
  const head = foot + 1.62 * s;
  pen.fillDisc({ x, y: head + 0.02 * s, z: z - 0.014, radius: 0.115 * s, stretch: 1.12 }, hair);
  if (speed < 0) pen.fillDisc({ x, y: head - 0.025 * s, z: z - 0.016, radius: 0.095 * s, stretch: 1.1 }, skin);
}

function drawBag(pen: Pen, { x, z, scale: s, foot }: Pose, bag: Material): void {
  pen.fillUprightRect({ x: [x + 0.2 * s, x + 0.42 * s], y: [foot + 0.5 * s, foot + 0.82 * s], z: z - 0.02 }, bag);
}

function pick(colors: readonly number[], index: number): Material['color'] {
  return fromRgb(colors[(index & 0xffff) % colors.length] ?? 0);
}
