import type { Pen } from './pen.js';
import { KERB_HEIGHT } from './street-plan.js';
import type { Material } from './surface.js';
import type { SceneTime, Walker } from './traffic.js';
import { dim, fromRgb } from './yuv.js';

const COATS = [
  0x8e2f2f, 0x2d4a6b, 0x3a3d42, 0xc9a24b, 0x5a6b4f, 0xd8d3c8, 0x6b3f5e, 0x2f6d73, 0xb8663a, 0x20242c, 0x9aa4b0,
];
const TROUSERS = [0x2b3442, 0x1e1f22, 0x5b5547, 0x3d4a63, 0x6b6459];
const SKINS = [0xe0b394, 0xc48f6c, 0x8d5b3e, 0x5f3c2a, 0xefcbb0];
const HAIRS = [0x2a1f19, 0x4b3424, 0x8a6a3f, 0x1a1a1c, 0x9b9a97];

/** Steps a walker makes, radians a second. */
const STRIDE = 6.2;

/** How far a walker's leg swings aside per metre, at a time: -0.16 to 0.16. */
export function legSwing(walker: Walker, timeS: number): number {
  return 0.16 * Math.sin(STRIDE * timeS + walker.phase);
}

/** Beyond this depth in metres somebody is some 30 pixels tall at 720 rows: details are left out. */
const FAR_DETAIL = 45;

/** Draws somebody who walks, seen from the front or the back. Depth in metres. */
export function drawWalker(pen: Pen, walker: Walker, depth: number, time: SceneTime): void {
  const { x, z, looks } = walker;
  const s = walker.height / 1.75;
  const foot = KERB_HEIGHT;
  const coat: Material = { color: pick(COATS, looks) };
  const trousers: Material = { color: pick(TROUSERS, looks >> 4) };
  const skin: Material = { color: pick(SKINS, looks >> 7) };
  const hair: Material = { color: pick(HAIRS, looks >> 10) };
  const isFar = depth > FAR_DETAIL;
  if (!isFar) pen.shadow({ x: x + 0.16, y: foot, z, radiusX: 0.42, radiusZ: 0.24 }, 0.5, 1);
  const hip = foot + 0.86 * s;
  const now = legSwing(walker, time.timeS);
  const change = now - legSwing(walker, time.previousTimeS);
  for (const side of [-1, 1]) {
    const lean = side * now; // the leg's foot moves by lean * leg length
    const top = x + side * 0.085 * s;
    const bottom = top - lean * (hip - foot);
    const swing = { perMetre: side * change, pivotY: hip };
    pen.slab(
      { foot: [bottom - 0.07 * s, bottom + 0.07 * s], head: [top - 0.095 * s, top + 0.095 * s], y: [foot, hip], z },
      trousers,
      { swing },
    );
    pen.slab(
      {
        foot: [bottom - 0.08 * s, bottom + 0.08 * s],
        head: [bottom - 0.07 * s, bottom + 0.07 * s],
        y: [foot, foot + 0.08],
        z: z - 0.01,
      },
      SHOE,
      { swing },
    );
  }
  const shoulder = foot + 1.44 * s;
  for (const side of isFar ? [] : [-1, 1]) {
    const lean = -side * now * 0.8;
    const top = x + side * 0.235 * s;
    const bottom = top - lean * 0.62 * s + side * 0.03;
    const swing = { perMetre: -side * change * 0.8, pivotY: shoulder };
    pen.slab(
      {
        foot: [bottom - 0.05 * s, bottom + 0.05 * s],
        head: [top - 0.065 * s, top + 0.065 * s],
        y: [shoulder - 0.62 * s, shoulder - 0.02],
        z,
      },
      { color: dim(coat.color, 0.82) },
      { swing },
    );
  }
  torso(pen, { x, z: z - 0.01, low: hip - 0.08 * s, high: shoulder, scale: s }, coat);
  pen.upright({ x: [x - 0.05 * s, x + 0.05 * s], y: [shoulder - 0.02, shoulder + 0.09 * s], z: z - 0.012 }, skin);
  const head = foot + 1.62 * s;
  pen.disc({ x, y: head + 0.02 * s, z: z - 0.014, radius: 0.115 * s, stretch: 1.12 }, hair);
  if (walker.speed < 0) pen.disc({ x, y: head - 0.025 * s, z: z - 0.016, radius: 0.095 * s, stretch: 1.1 }, skin);
  if ((looks & 3) === 1)
    pen.upright(
      { x: [x + 0.2 * s, x + 0.42 * s], y: [foot + 0.5 * s, foot + 0.82 * s], z: z - 0.02 },
      {
        color: pick(COATS, looks >> 6),
      },
    );
}

const SHOE: Material = { color: fromRgb(0x1d1b1a) };

function torso(pen: Pen, at: { x: number; z: number; low: number; high: number; scale: number }, coat: Material): void {
  const { x, z, low, high, scale: s } = at;
  const waist = low + (high - low) * 0.35;
  pen.corner(0, x - 0.19 * s, low, z);
  pen.corner(1, x + 0.19 * s, low, z);
  pen.corner(2, x + 0.17 * s, waist, z);
  pen.corner(3, x + 0.25 * s, high - 0.06 * s, z);
  pen.corner(4, x + 0.17 * s, high + 0.02 * s, z);
  pen.corner(5, x - 0.17 * s, high + 0.02 * s, z);
  pen.corner(6, x - 0.25 * s, high - 0.06 * s, z);
  pen.corner(7, x - 0.17 * s, waist, z);
  pen.fill(8, coat);
}

function pick(colors: readonly number[], index: number): Material['color'] {
  return fromRgb(colors[(index & 0xffff) % colors.length] ?? 0);
}
