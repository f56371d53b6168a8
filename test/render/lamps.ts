import type { Random } from '../../src/core/random.js';
import { LAMP_FIELDS, LAMPS_SIZE } from '../../src/look/look.js';

/** One lamp of a test; radii in pixels. */
export interface TestLamp {
  readonly x: number;
  readonly y: number;
  readonly radius: number | readonly [x: number, y: number];
  readonly luma: number;
  /** Chroma per unit of luma; default white. */
  readonly tint?: readonly [u: number, v: number];
  readonly hardness?: number;
  readonly glare?: number;
  readonly dayBelow?: number;
  readonly dayRed?: number;
}

/** Chroma of lamps per unit of luma. */
export const TINTS = {
  white: [0, 0],
  red: [-0.52, 2.22],
  sodium: [-0.43, 0.34],
  xenon: [0.1, -0.07],
  green: [-0.05, -0.56],
  blue: [2.7, -0.4],
} as const;

/** Returns a list of lamps for a picture of a width. */
export function lampList(width: number, lamps: readonly TestLamp[]): Float32Array {
  const list = new Float32Array(LAMPS_SIZE);
  for (const [i, lamp] of lamps.entries()) {
    const [radiusX, radiusY] = typeof lamp.radius === 'number' ? [lamp.radius, lamp.radius] : lamp.radius;
    const [u, v] = lamp.tint ?? TINTS.white;
    const numbers = [
      lamp.x,
      lamp.y,
      radiusX / width,
      radiusY / width,
      lamp.luma,
      u,
      v,
      lamp.hardness ?? 1,
      lamp.glare ?? 0,
      lamp.dayBelow ?? 0,
      0,
      0,
      lamp.dayRed ?? 0,
    ];
    list.set(numbers, i * LAMP_FIELDS);
  }
  return list;
}

/** Returns random lamps, some of them outside the picture. */
export function randomLamps(random: Random, count: number, maxRadius: number): TestLamp[] {
  const tints = Object.values(TINTS);
  return Array.from({ length: count }, () => ({
    x: random.between(-0.1, 1.1),
    y: random.between(-0.1, 1.1),
    radius: [maxRadius * random.next() ** 3 + 0.05, maxRadius * random.next() ** 3 + 0.05] as const,
    luma: random.between(0.02, 1) * (random.next() < 0.5 ? 1 : 6),
    tint: tints[random.below(tints.length)]!,
    hardness: random.next() < 0.3 ? 1 : random.between(1, 4),
    glare: random.next() < 0.3 ? 0 : random.next(),
    dayBelow: random.next() < 0.6 ? 0 : random.next(),
    dayRed: random.next() < 0.6 ? 0 : random.between(0, 0.3),
  }));
}
