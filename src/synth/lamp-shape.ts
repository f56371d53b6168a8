import type { Material } from './canvas.js';
import type { Lamp } from './city.js';
import { STEEL } from './furniture-shape.js';
import type { LampStyle } from './lamp-style.js';
import type { Pen } from './pen.js';
import { FURNITURE_X, KERB_HEIGHT } from './street-plan.js';
import { fromRgb } from './yuv.js';

const STEEL_DARK: Material = { color: fromRgb(0x33383b) };
const HOUSING: Material = { ...STEEL_DARK, surface: 'lampHead' };
const FLAT_HOUSING: Material = { color: fromRgb(0x9aa0a4), surface: 'lampHead' };
const GLOBE_RADIUS = 0.27;

/** Returns the middle of a street lamp's head and half its width, metres. */
export function lampHead(
  { side }: Lamp,
  { head, height, reach }: LampStyle,
): { readonly x: number; readonly y: number; readonly radius: number } {
  const x = side * (FURNITURE_X - reach);
  if (head === 'globe') return { x, y: height + 0.1, radius: GLOBE_RADIUS };
  return head === 'flat' ? { x, y: height + 0.03, radius: 0.42 } : { x, y: height - 0.08, radius: 0.42 };
}

/** Draws a street lamp, with a halo at night. */
export function drawLamp(pen: Pen, { side, z }: Lamp, style: LampStyle): void {
  const { head, height, reach } = style;
  const x = side * FURNITURE_X;
  const headX = x - side * reach;
  const pole = {
    bottom: [x - 0.075, x + 0.075],
    top: [x - 0.045, x + 0.045],
    y: [1.1, head === 'globe' ? height : height - 0.35],
    z,
  } as const;
  pen.fillUprightRect({ x: [x - 0.13, x + 0.13], y: [KERB_HEIGHT, 1.1], z }, STEEL_DARK);
  pen.fillTrapezoid(pole, STEEL);
  if (head !== 'globe') {
    pen.setCorner(0, x - 0.05, height - 0.45, z);
    pen.setCorner(1, x + 0.05, height - 0.4, z);
    pen.setCorner(2, headX, height + 0.13, z);
    pen.setCorner(3, headX, height + 0.05, z);
    pen.fillPolygon(4, STEEL);
  }
  if (head === 'lantern') drawLantern(pen, headX, z, style);
  else if (head === 'flat') drawFlatHead(pen, headX, z, style);
  else pen.fillDisc({ x: headX, y: height + 0.1, z: z - 0.01, radius: GLOBE_RADIUS }, style.glass);
  const color = { ...(style.glass.nightColor ?? style.glass.color), u: 84, v: 152 };
  pen.canvas.drawHalo({ x: headX, y: height - 0.06, z, radius: 2.1, color, strength: 100 });
}

function drawLantern(pen: Pen, x: number, z: number, { height, glass }: LampStyle): void {
  const half = 0.42;
  pen.fillTrapezoid(
    {
      bottom: [x - half, x + half],
      top: [x - half * 0.6, x + half * 0.6],
      y: [height, height + 0.17],
      z: z - 0.01,
    },
    HOUSING,
  );
  pen.fillTrapezoid(
    {
      bottom: [x - half * 0.7, x + half * 0.7],
      top: [x - half * 0.85, x + half * 0.85],
      y: [height - 0.26, height + 0.01],
      z: z - 0.02,
    },
    glass,
  );
}

function drawFlatHead(pen: Pen, x: number, z: number, { height, glass }: LampStyle): void {
  const half = 0.45;
  const top = {
    bottom: [x - half, x + half],
    top: [x - half * 0.8, x + half * 0.8],
    y: [height, height + 0.14],
    z,
  } as const;
  pen.fillTrapezoid({ ...top, z: z - 0.01 }, FLAT_HOUSING);
  pen.fillUprightRect({ x: [x - half * 0.8, x + half * 0.8], y: [height - 0.06, height + 0.02], z: z - 0.02 }, glass);
}
